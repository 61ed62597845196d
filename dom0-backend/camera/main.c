// SPDX-License-Identifier: GPL-2.0-only
/* vmedia-camera - the process of one camera. Started by vmediad. */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/util.h"
#include "base/wakeups.h"
#include "camera/camera.h"
#include "camera/loop.h"
#include "camera/source.h"

/**
 * struct options - the command line
 * @name: of the camera
 * @source: where its pictures come from
 * @level: of the log
 * @list: list the host's cameras and exit
 */
struct options {
	const char *name;
	const char *source;
	enum log_level level;
	bool list;
};

static void usage(FILE *out)
{
	fputs("usage: vmedia-camera --name NAME --source SOURCE [--log-level LEVEL]\n"
	      "       vmedia-camera --list | --version\n"
	      "SOURCE: /dev/videoN, another node, or pattern:WIDTHxHEIGHT[@FPS]\n"
	      "LEVEL: error, warning, info or debug\n"
	      "It is started by vmediad, which is at the other end of descriptor 3.\n",
	      out);
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longopts[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "source", required_argument, NULL, 's' },
		{ "log-level", required_argument, NULL, 'l' },
		{ "list", no_argument, NULL, 'L' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", longopts, NULL)) != -1) {
		switch (opt) {
		case 'n':
			options->name = optarg;
			break;
		case 's':
			options->source = optarg;
			break;
		case 'l':
			if (log_level_from_name(optarg, &options->level))
				return -EINVAL;
			break;
		case 'L':
			options->list = true;
			break;
		case 'V':
			puts("vmedia-camera " VMEDIA_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			return -EINVAL;
		}
	}
	if (optind < argc)
		return -EINVAL;
	return options->list || (options->name && options->source) ? 0 :
								     -EINVAL;
}

/* Asked before anything else is opened, which would get that number. */
static bool has_link(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(DAEMON_LINK_FD, SOL_SOCKET, SO_TYPE, &type, &len) ==
		       0 &&
	       type == SOCK_SEQPACKET;
}

static void stop_signal(evutil_socket_t signo, short what, void *base)
{
	event_base_loopbreak(base);
}

static int run_source(struct event_base *base, const struct options *options,
		      struct source *source)
{
	struct camera camera;
	int ret;

	ret = camera_init(&camera, base, options->name, source,
			  DAEMON_LINK_FD);
	if (ret) {
		log_error("no link to vmediad: %s", strerror(-ret));
		return ret;
	}

	wakeups_dispatch(base);
	camera_finish(&camera);
	return 0;
}

static int run(struct event_base *base, const struct options *options)
{
	struct event *term, *interrupt;
	struct source *source;
	int ret;

	ret = source_create(base, options->source, &source);
	if (ret) {
		log_error("source \"%s\": %s", options->source,
			  strerror(-ret));
		return ret;
	}

	term = evsignal_new(base, SIGTERM, stop_signal, base);
	interrupt = evsignal_new(base, SIGINT, stop_signal, base);
	if (term && interrupt && event_add(term, NULL) == 0 &&
	    event_add(interrupt, NULL) == 0)
		ret = run_source(base, options, source);
	else
		ret = -ENOMEM;

	if (term)
		event_free(term);
	if (interrupt)
		event_free(interrupt);
	source_destroy(source);
	return ret;
}

int main(int argc, char **argv)
{
	struct options options = { .level = CONFIG_VMEDIA_LOG_LEVEL };
	struct event_base *base;
	static char subject[80];
	int ret;

	if (parse_options(argc, argv, &options)) {
		usage(stderr);
		return EXIT_FAILURE;
	}
	if (options.list) {
		source_list(stdout);
		return EXIT_SUCCESS;
	}

	snprintf(subject, sizeof(subject), "vmedia-camera %s", options.name);
	log_init(subject, options.level);
	if (!has_link()) {
		log_error("descriptor %d is no link to vmediad, which starts this program",
			  DAEMON_LINK_FD);
		return EXIT_FAILURE;
	}
	/* A session's peer may go at any time; link.h reports it. */
	signal(SIGPIPE, SIG_IGN);

	base = loop_create();
	if (!base) {
		log_error("no event loop");
		return EXIT_FAILURE;
	}
	ret = run(base, &options);
	event_base_free(base);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
