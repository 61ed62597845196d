// SPDX-License-Identifier: GPL-2.0-only
/* vmedia-guest - the process of one guest. Started by vmediad. */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/wakeups.h"
#include "guest/guest.h"
#include "guest/jail.h"
#include "hyp/xen.h"
#include "ipc/daemon_proto.h"

/**
 * struct process - what main() has
 * @name: of the guest
 * @level: of the log
 * @xen: which guest; @xen.attach: we are a successor
 * @writable: slots may be granted so that the guest can write to them
 * @hyp: NULL until opened
 * @open_error: why it was not
 * @end: how it ended
 */
struct process {
	const char *name;
	enum log_level level;
	struct hyp_xen_params xen;
	bool writable;
	struct event_base *base;
	struct hyp *hyp;
	int open_error;
	enum guest_end end;
};

static void usage(FILE *out)
{
	fputs("usage: vmedia-guest --domid N --name GUEST [--ioreq-server ID] [--grants] [--grant-slots [--writable-slots]] [--log-level LEVEL]\n"
	      "LEVEL: error, warning, info or debug\n"
	      "It is started by vmediad, which is at the other end of descriptor 3.\n",
	      out);
}

static int parse_number(const char *text, uint32_t max, uint32_t *out)
{
	unsigned long number;
	char *tail;

	errno = 0;
	number = strtoul(text, &tail, 10);
	if (errno || *text < '0' || *text > '9' || *tail || number > max)
		return -EINVAL;
	*out = number;
	return 0;
}

static int parse_options(int argc, char **argv, struct process *process)
{
	static const struct option longopts[] = {
		{ "domid", required_argument, NULL, 'd' },
		{ "name", required_argument, NULL, 'n' },
		{ "ioreq-server", required_argument, NULL, 'i' },
		{ "grants", no_argument, NULL, 'g' },
		{ "grant-slots", no_argument, NULL, 's' },
		{ "writable-slots", no_argument, NULL, 'w' },
		{ "log-level", required_argument, NULL, 'l' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, ret = 0;

	while (ret == 0 &&
	       (opt = getopt_long(argc, argv, "", longopts, NULL)) != -1) {
		switch (opt) {
		case 'd':
			ret = parse_number(optarg, UINT16_MAX,
					   &process->xen.domid);
			break;
		case 'n':
			process->name = optarg;
			break;
		case 'i':
			process->xen.attach = true;
			ret = parse_number(optarg, UINT16_MAX,
					   &process->xen.ioreq_server);
			break;
		case 'g':
			process->xen.grants = true;
			break;
		case 's':
			process->xen.exports = true;
			break;
		case 'w':
			process->writable = true;
			break;
		case 'l':
			ret = log_level_from_name(optarg, &process->level);
			break;
		case 'V':
			puts("vmedia-guest " VMEDIA_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			ret = -EINVAL;
		}
	}
	/* Domain 0 is us. */
	if (optind < argc || !process->name || process->xen.domid == 0)
		return -EINVAL;
	return ret;
}

static int enter_jail(const struct process *process)
{
	const struct jail_needs needs = {
		.grants = process->xen.grants,
		.exports = process->xen.exports,
		.writable = process->writable,
	};

	return jail_enter(CONFIG_VMEDIA_GUEST_USER, &needs);
}

static int open_hyp(void *owner, struct guest_hyp *out)
{
	struct process *process = owner;

	process->open_error = hyp_xen_open(process->base, &process->xen,
					   &process->hyp);
	if (process->open_error < 0)
		return process->open_error;
	process->open_error = enter_jail(process);
	if (process->open_error < 0)
		return process->open_error;
	out->hyp = process->hyp;
	out->ioreq_server = hyp_xen_ioreq_server(process->hyp);
	out->exporter = hyp_xen_exporter(process->hyp);
	return 0;
}

static void ended(void *owner, enum guest_end how)
{
	struct process *process = owner;

	process->end = how;
	event_base_loopbreak(process->base);
}

static int exit_status(const struct process *process)
{
	if (process->open_error == -EOPNOTSUPP)
		return GUEST_EXIT_NO_IOREQ_SERVER;
	return process->end == GUEST_FAILED ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(struct process *process)
{
	const struct guest_params params = {
		.base = process->base,
		.link_fd = DAEMON_LINK_FD,
		.restarted = process->xen.attach,
		.cache = (uint64_t)CONFIG_VMEDIA_GUEST_MAP_CACHE_MB << 20,
		.open_hyp = open_hyp,
		.ended = ended,
		.owner = process,
	};
	struct guest *guest;
	int ret;

	ret = guest_create(&params, &guest);
	if (ret < 0) {
		log_error("no link to vmediad at descriptor %d: %s",
			  DAEMON_LINK_FD, strerror(-ret));
		return EXIT_FAILURE;
	}
	wakeups_dispatch(process->base);
	guest_destroy(guest);
	hyp_xen_close(process->hyp, process->end == GUEST_STOPPED);
	return exit_status(process);
}

int main(int argc, char **argv)
{
	struct process process = {
		.level = CONFIG_VMEDIA_LOG_LEVEL,
		.end = GUEST_FAILED,
	};
	static char subject[80];
	int status;

	if (parse_options(argc, argv, &process) < 0) {
		usage(stderr);
		return EXIT_FAILURE;
	}
	snprintf(subject, sizeof(subject), "vmedia-guest %s", process.name);
	log_init(subject, process.level);
	/* A camera may go at any time; link.h reports it. */
	signal(SIGPIPE, SIG_IGN);

	process.base = event_base_new();
	if (!process.base) {
		log_error("no event loop");
		return EXIT_FAILURE;
	}
	status = run(&process);
	event_base_free(process.base);
	return status;
}
