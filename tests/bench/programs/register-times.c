// SPDX-License-Identifier: GPL-2.0-only
/*
 * register-times - how long a trapped read of a device's register takes: the
 * magic number, which nothing but an answer is needed for.
 *
 *	register-times ADDRESS SECONDS
 *
 * ADDRESS is that of the device's registers. A read every millisecond or so, so
 * that others may run. Prints "P50 P99 MAX" in nanoseconds.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "samples.h"

#define MAGIC 0x74726976 /* "virt": virtio 1.2, 4.2.2 */
#define REGISTERS_SIZE 0x200
#define PAUSE_US 1000
#define SECOND INT64_C(1000000000)

static const volatile uint32_t *map(off_t address)
{
	off_t page = address & ~(off_t)(getpagesize() - 1);
	int fd = open("/dev/mem", O_RDONLY | O_SYNC);
	const uint8_t *bytes;

	if (fd < 0)
		err(1, "/dev/mem");
	bytes = mmap(NULL, address - page + REGISTERS_SIZE, PROT_READ,
		     MAP_SHARED, fd, page);
	if (bytes == MAP_FAILED)
		err(1, "mmap");
	close(fd);
	return (const volatile uint32_t *)(bytes + (address - page));
}

int main(int argc, char **argv)
{
	const volatile uint32_t *registers;
	struct samples samples;
	int64_t end, before;
	int seconds;

	if (argc != 3)
		errx(2, "usage: register-times ADDRESS SECONDS");
	registers = map(strtoll(argv[1], NULL, 0));
	seconds = atoi(argv[2]);
	samples = samples_of((size_t)seconds * 1000000 / PAUSE_US);
	end = now_ns(CLOCK_MONOTONIC) + seconds * SECOND;
	do {
		before = now_ns(CLOCK_MONOTONIC);
		if (registers[0] != MAGIC)
			errx(1, "there is no virtio device at %s", argv[1]);
		samples_add(&samples, now_ns(CLOCK_MONOTONIC) - before);
		usleep(PAUSE_US);
	} while (before < end);
	samples_print(&samples);
	return 0;
}
