// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab-import DOMID <LIST >FILE: reads out of a guest's memory what its
 * lab-export laid out there and listed.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xenforeignmemory.h>

#include "../lab-sum.h"

#define PAGE_SIZE 4096

int main(int argc, char **argv)
{
	xenforeignmemory_handle *memory;
	unsigned long long size, sum, frame;
	xen_pfn_t *frames;
	size_t count, i;
	void *data, *copy;

	if (argc != 2)
		errx(2, "usage: lab-import DOMID <LIST >FILE");
	if (scanf("%llu %llx", &size, &sum) != 2)
		errx(1, "no list");
	count = (size + PAGE_SIZE - 1) / PAGE_SIZE;
	if (!count)
		return 0;

	frames = calloc(count, sizeof(*frames));
	if (!frames)
		err(1, "no memory");
	for (i = 0; i < count; i++) {
		if (scanf("%llx", &frame) != 1)
			errx(1, "the list ends early");
		frames[i] = frame;
	}

	memory = xenforeignmemory_open(NULL, 0);
	if (!memory)
		err(1, "xenforeignmemory_open");
	data = xenforeignmemory_map(memory, (uint32_t)atoi(argv[1]), PROT_READ,
				    count, frames, NULL);
	if (!data)
		err(1, "xenforeignmemory_map");
	/* Foreign pages cannot be pinned, and 9p writes without a copy. */
	copy = malloc(size);
	if (!copy)
		err(1, "no memory");
	memcpy(copy, data, size);
	if (lab_sum(copy, size) != sum)
		errx(1, "the sum is wrong");
	if (fwrite(copy, 1, size, stdout) != size || fflush(stdout))
		err(1, "writing");
	free(copy);
	free(frames);
	xenforeignmemory_unmap(memory, data, count);
	xenforeignmemory_close(memory);
	return 0;
}
