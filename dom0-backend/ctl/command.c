// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "ctl/capture.h"
#include "ctl/list.h"
#include "ctl/options.h"
#include "ctl/order.h"
#include "ctl/quota.h"
#include "ctl/show.h"
#include "ctl/top.h"

static const char usage[] =
	"Usage: vmediactl [OPTION]... COMMAND\n"
	"\n"
	"  list                     guests, their devices and sessions, and cameras\n"
	"  show camera CAMERA       its mode and who keeps it, its primary, its\n"
	"                           sessions\n"
	"  show domain DOMAIN       its quotas and what is used of them, its devices\n"
	"                           and sessions\n"
	"  top                      frames, rates and drops of all sessions, again\n"
	"                           and again\n"
	"  quota get [DOMAIN]       limits, what is used, how often more was wanted\n"
	"  quota set DOMAIN NAME=VALUE...\n"
	"                           change limits until the domain ends or the\n"
	"                           configuration is read again; 0 is unlimited\n"
	"  evict SERIAL             end a session\n"
	"  evict DOMAIN [CAMERA]    end all sessions of a domain, or those on a camera\n"
	"  primary CAMERA           who may write the controls, and why\n"
	"  primary CAMERA DOMAIN    this domain, while it runs\n"
	"  primary CAMERA auto      whom the configuration says\n"
	"  reload                   read the configuration again\n"
	"  capture CAMERA           write frames of a camera, as guests get them, to\n"
	"                           files named by their sequence numbers\n"
	"\n"
	"DOMAIN is a name, a domain number or a uuid; a lone number after evict is the\n"
	"serial number of a session.\n"
	"\n"
	"      --json             for scripts\n"
	"      --count N          capture: frames (1); top: rounds (until ^C)\n"
	"      --interval SECONDS top: between two rounds (1)\n"
	"      --to DIR           capture: where frames go (.)\n"
	"      --run-dir DIR      where vmediad's socket is (" VMEDIA_RUNDIR ")\n"
	"      --help             this\n"
	"      --version          the version\n"
	"\n"
	"Exit code: 0 done, 1 failed or refused, 2 wrong usage, 3 vmediad does "
	"not run.\n";

/**
 * struct command - one
 * @name: first word
 * @sub: second word; NULL if there is none
 * @words: what follows, for messages
 * @min: so many words at least
 * @max: so many at most
 * @options: OPTION_* that it knows
 * @check: -EINVAL, with a message, if the words cannot be right; or NULL
 * @run: 0 or -errno, with a message; @words end with NULL
 */
static const struct command {
	const char *name;
	const char *sub;
	const char *words;
	int min;
	int max;
	unsigned int options;
	int (*check)(char *const *words);
	int (*run)(const struct options *options, char *const *words);
} commands[] = {
	{ "list", NULL, "", 0, 0, 0, NULL, list_run },
	{ "show", "camera", " CAMERA", 1, 1, 0, NULL, show_camera_run },
	{ "show", "domain", " DOMAIN", 1, 1, 0, NULL, show_domain_run },
	{ "top", NULL, "", 0, 0, OPTION_COUNT | OPTION_INTERVAL, NULL,
	  top_run },
	{ "quota", "get", " [DOMAIN]", 0, 1, 0, NULL, quota_get_run },
	{ "quota", "set", " DOMAIN NAME=VALUE...", 2, QUOTA_MAX_WORDS, 0,
	  quota_set_check, quota_set_run },
	{ "evict", NULL, " SERIAL | DOMAIN [CAMERA]", 1, 2, 0, NULL,
	  evict_run },
	{ "primary", NULL, " CAMERA [DOMAIN | auto]", 1, 2, 0, NULL,
	  primary_run },
	{ "reload", NULL, "", 0, 0, 0, NULL, reload_run },
	{ "capture", NULL, " CAMERA", 1, 1, OPTION_COUNT | OPTION_TO, NULL,
	  capture_run },
};

static enum exit_code wrong_usage(void)
{
	fprintf(stderr, "Try 'vmediactl --help'.\n");
	return EXIT_USAGE;
}

static enum exit_code wrong_words(const struct command *command)
{
	fprintf(stderr, "vmediactl: it is: vmediactl %s%s%s%s\n", command->name,
		command->sub ? " " : "", command->sub ? command->sub : "",
		command->words);
	return wrong_usage();
}

static int find(char *const *words, const struct command **out)
{
	bool sub_missing = false;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *command = &commands[i];

		if (!words[0] || strcmp(words[0], command->name) != 0)
			continue;
		if (!command->sub ||
		    (words[1] && strcmp(words[1], command->sub) == 0)) {
			*out = command;
			return 0;
		}
		sub_missing = true;
	}
	if (!words[0])
		fprintf(stderr, "vmediactl: no command\n");
	else if (sub_missing && words[1])
		fprintf(stderr, "vmediactl: no such command: %s %s\n", words[0],
			words[1]);
	else if (sub_missing)
		fprintf(stderr, "vmediactl: %s what?\n", words[0]);
	else
		fprintf(stderr, "vmediactl: no such command: %s\n", words[0]);
	return -ENOENT;
}

static bool knows_options(const struct command *command, unsigned int given)
{
	unsigned int unknown = given & ~command->options;

	if (!unknown)
		return true;
	/* One is enough to tell: the lowest. */
	fprintf(stderr, "vmediactl: %s has no %s\n", command->name,
		options_name(unknown & -unknown));
	return false;
}

static enum exit_code run(const struct options *options, char *const *words,
			  int count)
{
	const struct command *command;
	int ret;

	if (find(words, &command) < 0)
		return wrong_usage();
	if (!knows_options(command, options->given))
		return wrong_usage();
	words += command->sub ? 2 : 1;
	count -= command->sub ? 2 : 1;
	if (count < command->min || count > command->max)
		return wrong_words(command);
	if (command->check && command->check(words) < 0)
		return wrong_usage();
	ret = command->run(options, words);
	if (ret == -ESRCH)
		return EXIT_NOT_RUNNING;
	return ret < 0 ? EXIT_FAILED : EXIT_DONE;
}

enum exit_code command_run(int argc, char **argv)
{
	struct options options;
	enum exit_code code = EXIT_DONE;
	int first = options_read(&options, argc, argv);

	if (first < 0)
		return wrong_usage();
	if (options.help)
		fputs(usage, stdout);
	else if (options.version)
		puts("vmediactl " VMEDIA_VERSION);
	else
		code = run(&options, argv + first, argc - first);
	/* A table that a full disk swallowed was not shown. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "vmediactl: standard output cannot be written\n");
		code = code == EXIT_DONE ? EXIT_FAILED : code;
	}
	return code;
}
