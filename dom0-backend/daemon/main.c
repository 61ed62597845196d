// SPDX-License-Identifier: GPL-2.0-only
/* vmediad: shares the cameras of a Xen host with its guests. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "daemon/broker.h"
#include "daemon/config.h"
#include "daemon/control.h"
#include "daemon/spawn.h"

#define DEFAULT_CONFIG VMEDIA_SYSCONFDIR "/vmediad.cfg"

static const char usage[] =
	"Usage: vmediad [OPTION]...\n"
	"Shares the cameras of a Xen host with its guests.\n"
	"\n"
	"  -f, --config FILE      configuration; without it " DEFAULT_CONFIG
	",\n"
	"                         if that exists\n"
	"      --check-config     say what the configuration means, and exit\n"
	"  -v, --verbose          log each command: --log-level debug\n"
	"      --log-level LEVEL  error, warning, info or debug; goes before the\n"
	"                         configuration's\n"
	"      --libexec-dir DIR  where vmedia-guest and vmedia-camera are\n"
	"                         (" VMEDIA_LIBEXECDIR ")\n"
	"      --run-dir DIR      where vmediactl finds vmediad\n"
	"                         (" VMEDIA_RUNDIR ")\n"
	"      --help             this\n"
	"      --version          the version\n"
	"\n"
	"Stays in the foreground and logs to standard error.\n";

struct options {
	const char *config;
	bool check_config;
	bool has_log_level;
	enum log_level log_level;
	const char *libexec_dir;
	const char *run_dir;
};

struct daemon {
	struct event_base *base;
	struct event *sigterm;
	struct event *sigint;
	struct event *sighup;
	struct spawner *spawner;
	struct broker *broker;
	struct control *control;
	char guest_program[256];
	char camera_program[256];
	int lock;
};

static void __attribute__((noreturn)) wrong_usage(void)
{
	fprintf(stderr, "Try 'vmediad --help'.\n");
	exit(2);
}

static void set_log_level(struct options *options, const char *name)
{
	if (log_level_from_name(name, &options->log_level) < 0) {
		fprintf(stderr, "vmediad: no log level: %s\n", name);
		wrong_usage();
	}
	options->has_log_level = true;
}

static void parse_options(int argc, char **argv, struct options *options)
{
	enum { CHECK_CONFIG = 256, LOG_LEVEL, LIBEXEC_DIR, RUN_DIR, HELP,
	       VERSION };
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'f' },
		{ "check-config", no_argument, NULL, CHECK_CONFIG },
		{ "verbose", no_argument, NULL, 'v' },
		{ "log-level", required_argument, NULL, LOG_LEVEL },
		{ "libexec-dir", required_argument, NULL, LIBEXEC_DIR },
		{ "run-dir", required_argument, NULL, RUN_DIR },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "f:v", table, NULL)) != -1) {
		if (option == 'f')
			options->config = optarg;
		else if (option == CHECK_CONFIG)
			options->check_config = true;
		else if (option == 'v')
			set_log_level(options, "debug");
		else if (option == LOG_LEVEL)
			set_log_level(options, optarg);
		else if (option == LIBEXEC_DIR)
			options->libexec_dir = optarg;
		else if (option == RUN_DIR)
			options->run_dir = optarg;
		else if (option == HELP)
			exit(fputs(usage, stdout) < 0);
		else if (option == VERSION)
			exit(puts("vmediad " VMEDIA_VERSION) < 0);
		else
			wrong_usage();
	}
	if (optind < argc) {
		fprintf(stderr, "vmediad: what is %s?\n", argv[optind]);
		wrong_usage();
	}
}

static int load_config(void *owner, struct config **out)
{
	const struct options *options = owner;
	const char *path = options->config;
	int ret;

	if (!path && access(DEFAULT_CONFIG, F_OK) == 0)
		path = DEFAULT_CONFIG;
	ret = path ? config_load(path, out) : config_create_default(out);
	if (ret == 0 && options->has_log_level)
		(*out)->log_level = options->log_level;
	return ret;
}

static void on_signal(evutil_socket_t signal, short what, void *data)
{
	struct daemon *daemon = data;

	log_info("stopping: %s", strsignal(signal));
	broker_stop(daemon->broker);
}

static void on_sighup(evutil_socket_t signal, short what, void *data)
{
	struct daemon *daemon = data;

	if (broker_reload(daemon->broker) < 0)
		log_error("the configuration stays as it was");
}

/* Two of us would both claim every guest. The lock goes with the process. */
static int lock_run_dir(struct daemon *daemon, const char *dir)
{
	char path[256];

	if (mkdir(dir, 0755) < 0 && errno != EEXIST) {
		log_error("%s cannot be made: %s", dir, strerror(errno));
		return -errno;
	}
	snprintf(path, sizeof(path), "%s/lock", dir);
	daemon->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (daemon->lock < 0) {
		log_error("%s cannot be made: %s", path, strerror(errno));
		return -errno;
	}
	if (flock(daemon->lock, LOCK_EX | LOCK_NB) < 0) {
		log_error("another vmediad runs: it holds %s", path);
		return -errno;
	}
	return 0;
}

static int start(struct daemon *daemon, struct options *options)
{
	struct broker_setup setup = {
		.load = load_config,
		.load_owner = options,
		.base = daemon->base,
		.guest_program = daemon->guest_program,
		.camera_program = daemon->camera_program,
	};
	int ret;

	snprintf(daemon->guest_program, sizeof(daemon->guest_program),
		 "%s/vmedia-guest", options->libexec_dir);
	snprintf(daemon->camera_program, sizeof(daemon->camera_program),
		 "%s/vmedia-camera", options->libexec_dir);
	ret = lock_run_dir(daemon, options->run_dir);
	if (ret < 0)
		return ret;
	ret = spawner_create(daemon->base, &daemon->spawner);
	if (ret < 0)
		return ret;
	setup.spawner = daemon->spawner;
	ret = broker_create(&setup, &daemon->broker);
	if (ret < 0)
		return ret;
	ret = control_create(daemon->base, daemon->broker, options->run_dir,
			     &daemon->control);
	if (ret < 0)
		log_error("%s/" CONTROL_SOCKET " cannot be listened at: %s",
			  options->run_dir, strerror(-ret));
	return ret;
}

static int run(struct options *options)
{
	struct daemon daemon = { .base = event_base_new(), .lock = -1 };
	int ret = -ENOMEM;

	if (daemon.base) {
		daemon.sigterm = evsignal_new(daemon.base, SIGTERM, on_signal,
					      &daemon);
		daemon.sigint = evsignal_new(daemon.base, SIGINT, on_signal,
					     &daemon);
		daemon.sighup = evsignal_new(daemon.base, SIGHUP, on_sighup,
					     &daemon);
	}
	if (daemon.sigterm && daemon.sigint && daemon.sighup)
		ret = start(&daemon, options);
	if (ret == 0) {
		event_add(daemon.sigterm, NULL);
		event_add(daemon.sigint, NULL);
		event_add(daemon.sighup, NULL);
		log_info("version " VMEDIA_VERSION " serves");
		event_base_dispatch(daemon.base);
		ret = daemon.broker->lost ? -EIO : 0;
	}
	control_destroy(daemon.control);
	broker_destroy(daemon.broker);
	spawner_destroy(daemon.spawner);
	if (daemon.sigterm)
		event_free(daemon.sigterm);
	if (daemon.sigint)
		event_free(daemon.sigint);
	if (daemon.sighup)
		event_free(daemon.sighup);
	if (daemon.base)
		event_base_free(daemon.base);
	if (daemon.lock >= 0)
		close(daemon.lock);
	return ret;
}

/* What guests may see is kept by descriptors, hundreds for each guest. */
#define DESCRIPTORS_WANTED 65536

/*
 * A session costs a camera's process some descriptors, too, and the usual soft
 * limit is made for select(). The processes we start inherit ours.
 */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	/* Only root may have more than it was given. */
	if (limit.rlim_max < DESCRIPTORS_WANTED) {
		const struct rlimit wanted = {
			DESCRIPTORS_WANTED, DESCRIPTORS_WANTED
		};

		if (setrlimit(RLIMIT_NOFILE, &wanted) == 0)
			return;
	}
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warning("descriptors stay limited: %s", strerror(errno));
}

static int check_config(struct options *options)
{
	struct config *config;
	int ret = load_config(options, &config);

	if (ret < 0)
		return ret;
	config_print(config, stdout);
	config_destroy(config);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = {
		.libexec_dir = VMEDIA_LIBEXECDIR,
		.run_dir = VMEDIA_RUNDIR,
	};

	log_init("vmediad", CONFIG_VMEDIA_LOG_LEVEL);
	parse_options(argc, argv, &options);
	if (options.check_config)
		return check_config(&options) < 0;
	/* A peer that is gone is told by errno. */
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	return run(&options) < 0;
}
