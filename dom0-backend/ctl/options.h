/* SPDX-License-Identifier: GPL-2.0-only */
/* options.h - what the command line says besides the command's own words. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>

/* Options that only some commands know; the others are for all. */
#define OPTION_COUNT 1u
#define OPTION_INTERVAL 2u
#define OPTION_TO 4u

/**
 * struct options - of the command line
 * @run_dir: of vmediad; borrowed
 * @to: directory for what is captured; borrowed
 * @count: frames or rounds; 0: not given
 * @interval_ms: between two rounds
 * @json: for scripts, not for people
 * @help: only say how it is used
 * @version: only say the version
 * @given: OPTION_* that were on the command line
 */
struct options {
	const char *run_dir;
	const char *to;
	unsigned int count;
	unsigned int interval_ms;
	bool json;
	bool help;
	bool version;
	unsigned int given;
};

/**
 * options_read() - read the command line
 * @options: set, as if by default where nothing was given
 *
 * The words that are no options are moved to the end of @argv.
 * Return: index of the first of them; or -EINVAL, and what is wrong was said
 * on standard error.
 */
int options_read(struct options *options, int argc, char **argv);

/** options_name() - how one OPTION_* is written; a static string */
const char *options_name(unsigned int option);

#endif /* CTL_OPTIONS_H */
