// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpu-time - how long processes have run, all together, in nanoseconds.
 *
 *	cpu-time PID...
 *
 * By their clocks, for /proc knows it to 10 ms only. Whoever is gone is an
 * error: its time would be missing.
 */
#include "samples.h"

int main(int argc, char **argv)
{
	int64_t sum = 0;

	if (argc < 2)
		errx(2, "usage: cpu-time PID...");
	for (int i = 1; i < argc; i++) {
		clockid_t clock;

		if (clock_getcpuclockid(atoi(argv[i]), &clock) != 0)
			errx(1, "there is no process %s", argv[i]);
		sum += now_ns(clock);
	}
	printf("%lld\n", (long long)sum);
	return 0;
}
