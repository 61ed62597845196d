// SPDX-License-Identifier: GPL-2.0-only
/*
 * stamp-lines - its input, with the time before each line, in nanoseconds of
 * CLOCK_MONOTONIC.
 */
#include "samples.h"

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (getline(&line, &size, stdin) > 0)
		printf("%lld %s", (long long)now_ns(CLOCK_MONOTONIC), line);
	free(line);
	return 0;
}
