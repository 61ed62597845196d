// SPDX-License-Identifier: GPL-2.0-only
/* vmediactl: what vmediad does, and being told what to do. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "ctl/capture.h"
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
	"  capture CAMERA   write frames of a camera, as guests get them, to files\n"
	"                   named by their sequence numbers\n"
	"\n"
	"      --json         for scripts\n"
	"      --count N      frames to capture (1)\n"
	"      --to DIR       where captured frames go (.)\n"
	"      --run-dir DIR  where vmediad's socket is (" VMEDIA_RUNDIR ")\n"
	"      --help         this\n"
	"      --version      the version\n"
	"\n"
	"Exit code: 0 done, 1 failed or refused, 2 wrong usage, 3 vmediad does "
	"not run.\n";

struct options {
	const char *run_dir;
	const char *to;
	unsigned int count;
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

static int run_list(const struct options *options, char **words)
{
	(void)words;
	return list_run(options->run_dir, options->json);
}

static int run_capture(const struct options *options, char **words)
{
	return capture_run(options->run_dir, words[0], options->count,
			   options->to);
}

static const struct command {
	const char *name;
	int words; /* that must follow */
	int (*run)(const struct options *options, char **words);
} commands[] = {
	{ "list", 0, run_list },
	{ "capture", 1, run_capture },
};

static int run(const struct options *options, char **words, int count)
{
	if (count == 0) {
		fprintf(stderr, "vmediactl: no command\n");
		return wrong_usage();
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *command = &commands[i];

		if (strcmp(words[0], command->name) != 0)
			continue;
		if (count == 1 + command->words)
			return exit_code(command->run(options, words + 1));
		if (count > 1 + command->words)
			fprintf(stderr, "vmediactl: what is %s?\n",
				words[1 + command->words]);
		else
			fprintf(stderr, "vmediactl: %s what?\n", words[0]);
		return wrong_usage();
	}
	fprintf(stderr, "vmediactl: no such command: %s\n", words[0]);
	return wrong_usage();
}

static int read_count(const char *text, unsigned int *count)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || number < 1 ||
	    number > UINT_MAX) {
		fprintf(stderr, "vmediactl: --count: not a count: %s\n", text);
		return -EINVAL;
	}
	*count = number;
	return 0;
}

int main(int argc, char **argv)
{
	enum { JSON = 256, COUNT, TO, RUN_DIR, HELP, VERSION };
	static const struct option table[] = {
		{ "json", no_argument, NULL, JSON },
		{ "count", required_argument, NULL, COUNT },
		{ "to", required_argument, NULL, TO },
		{ "run-dir", required_argument, NULL, RUN_DIR },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = {
		.run_dir = VMEDIA_RUNDIR,
		.to = ".",
		.count = 1,
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == JSON)
			options.json = true;
		else if (option == TO)
			options.to = optarg;
		else if (option == COUNT && read_count(optarg, &options.count) == 0)
			continue;
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
