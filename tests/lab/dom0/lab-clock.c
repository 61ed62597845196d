// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab-clock DOMID FRAME: how far dom0's clock is ahead of that of a guest whose
 * lab-clock-show printed FRAME. Prints "AT_LEAST AT_MOST", in nanoseconds.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <xenforeignmemory.h>

#include "../lab-clock.h"

/* The guest's process may have to wait for other processes and guests. */
#define WATCH_NS INT64_C(700000000)

static int64_t watch(struct lab_clock *clock)
{
	int64_t end = lab_clock_now() + WATCH_NS;
	int64_t at_most = INT64_MAX;
	int64_t now;

	do {
		int64_t guest = clock->guest;

		now = lab_clock_now();
		clock->dom0 = now;
		if (guest && now - guest < at_most)
			at_most = now - guest;
	} while (now < end);
	clock->dom0 = LAB_CLOCK_DONE;
	return at_most;
}

int main(int argc, char **argv)
{
	xenforeignmemory_handle *memory;
	struct lab_clock *clock;
	int64_t at_most;
	xen_pfn_t frame;

	if (argc != 3)
		errx(2, "usage: lab-clock DOMID FRAME");
	frame = strtoull(argv[2], NULL, 16);
	memory = xenforeignmemory_open(NULL, 0);
	if (!memory)
		err(1, "xenforeignmemory_open");
	clock = xenforeignmemory_map(memory, (uint32_t)atoi(argv[1]),
				     PROT_READ | PROT_WRITE, 1, &frame, NULL);
	if (!clock)
		err(1, "xenforeignmemory_map");
	at_most = watch(clock);
	if (at_most == INT64_MAX || clock->at_least == INT64_MIN)
		errx(1, "the guest shows no clock");
	printf("%lld %lld\n", (long long)clock->at_least, (long long)at_most);
	xenforeignmemory_unmap(memory, clock, 1);
	xenforeignmemory_close(memory);
	return 0;
}
