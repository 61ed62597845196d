// SPDX-License-Identifier: GPL-2.0-only
/* vmediactl: what vmediad does, and being told what to do. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/list.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3,
};

static const char usage[] =
	"Usage: vmediactl [OPTION]... COMMAND\n"
	"\n"
	"  list [--json]    guests, their devices and sessions, and cameras\n"
	"\n"
	"      --json         for scripts\n"
	"      --run-dir DIR  where vmediad's socket is (" VMEDIA_RUNDIR ")\n"
	"      --help         this\n"
	"      --version      the version\n"
	"\n"
	"Exit code: 0 done, 1 failed or refused, 2 wrong usage, 3 vmediad does "
	"not run.\n";

struct options {
	const char *run_dir;
	bool json;
};

static int wrong_usage(void)
{
	fprintf(stderr, "Try 'vmediactl --help'.\n");
	return EXIT_USAGE;
}

static int exit_code(int ret)
{
	if (ret == -ESRCH)
		return EXIT_NOT_RUNNING;
	return ret < 0 ? EXIT_REFUSED : EXIT_OK;
}

static int run(const struct options *options, char **words, int count)
{
	if (count == 0) {
		fprintf(stderr, "vmediactl: no command\n");
		return wrong_usage();
	}
	if (strcmp(words[0], "list") != 0) {
		fprintf(stderr, "vmediactl: no such command: %s\n", words[0]);
		return wrong_usage();
	}
	if (count > 1) {
		fprintf(stderr, "vmediactl: what is %s?\n", words[1]);
		return wrong_usage();
	}
	return exit_code(list_run(options->run_dir, options->json));
}

int main(int argc, char **argv)
{
	enum { JSON = 256, RUN_DIR, HELP, VERSION };
	static const struct option table[] = {
		{ "json", no_argument, NULL, JSON },
		{ "run-dir", required_argument, NULL, RUN_DIR },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .run_dir = VMEDIA_RUNDIR };
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == JSON)
			options.json = true;
		else if (option == RUN_DIR)
			options.run_dir = optarg;
		else if (option == HELP)
			return fputs(usage, stdout) < 0;
		else if (option == VERSION)
			return puts("vmediactl " VMEDIA_VERSION) < 0;
		else
			return wrong_usage();
	}
	return run(&options, argv + optind, argc - optind);
}
