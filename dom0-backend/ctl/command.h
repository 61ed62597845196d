/* SPDX-License-Identifier: GPL-2.0-only */
/* command.h - which commands there are, and running the one that was given. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

/** enum exit_code - of vmediactl; scripts go by it */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3,
};

/** command_run() - all of vmediactl; @argv as main()'s. Return: exit code. */
enum exit_code command_run(int argc, char **argv);

#endif /* CTL_COMMAND_H */
