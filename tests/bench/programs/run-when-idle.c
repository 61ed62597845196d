// SPDX-License-Identifier: GPL-2.0-only
/*
 * run-when-idle - processes get the processor only if nobody else wants it.
 *
 *	run-when-idle PID...
 */
#include <err.h>
#include <sched.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct sched_param param = { 0 };

	if (argc < 2)
		errx(2, "usage: run-when-idle PID...");
	for (int i = 1; i < argc; i++) {
		if (sched_setscheduler(atoi(argv[i]), SCHED_IDLE, &param) < 0)
			err(1, "%s", argv[i]);
	}
	return 0;
}
