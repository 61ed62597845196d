// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* Seconds: faster asks more of the machine than it tells; slower is a typo. */
#define SHORTEST_INTERVAL 0.1
#define LONGEST_INTERVAL 3600.0

static int read_count(struct options *options, const char *text)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || number < 1 ||
	    number > UINT_MAX) {
		fprintf(stderr, "vmediactl: --count: not a count: %s\n", text);
		return -EINVAL;
	}
	options->count = number;
	options->given |= OPTION_COUNT;
	return 0;
}

static int read_interval(struct options *options, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end ||
	    !(seconds >= SHORTEST_INTERVAL && seconds <= LONGEST_INTERVAL)) {
		fprintf(stderr, "vmediactl: --interval: not %.1f to %.0f "
			"seconds: %s\n", SHORTEST_INTERVAL, LONGEST_INTERVAL,
			text);
		return -EINVAL;
	}
	options->interval_ms = seconds * 1000 + 0.5;
	options->given |= OPTION_INTERVAL;
	return 0;
}

static void read_directory(struct options *options, const char *text)
{
	options->to = text;
	options->given |= OPTION_TO;
}

int options_read(struct options *options, int argc, char **argv)
{
	enum { JSON = 256, COUNT, INTERVAL, TO, RUN_DIR, HELP, VERSION };
	static const struct option table[] = {
		{ "json", no_argument, NULL, JSON },
		{ "count", required_argument, NULL, COUNT },
		{ "interval", required_argument, NULL, INTERVAL },
		{ "to", required_argument, NULL, TO },
		{ "run-dir", required_argument, NULL, RUN_DIR },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION },
		{ NULL, 0, NULL, 0 },
	};
	int option, ret = 0;

	*options = (struct options){
		.run_dir = VMEDIA_RUNDIR,
		.to = ".",
		.interval_ms = 1000,
	};
	while (ret == 0 &&
	       (option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == JSON)
			options->json = true;
		else if (option == COUNT)
			ret = read_count(options, optarg);
		else if (option == INTERVAL)
			ret = read_interval(options, optarg);
		else if (option == RUN_DIR)
			options->run_dir = optarg;
		else if (option == HELP)
			options->help = true;
		else if (option == VERSION)
			options->version = true;
		else if (option == TO)
			read_directory(options, optarg);
		else
			ret = -EINVAL;
	}
	return ret < 0 ? ret : optind;
}

const char *options_name(unsigned int option)
{
	switch (option) {
	case OPTION_COUNT:
		return "--count";
	case OPTION_INTERVAL:
		return "--interval";
	default:
		return "--to";
	}
}
