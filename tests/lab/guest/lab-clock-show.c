// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab-clock-show: shows dom0 this guest's clock, in a page whose guest frame number
 * it prints, until dom0's lab-clock is done or some seconds are over.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lab-clock.h"

#define PAGE_SIZE 4096
#define SHOW_SECONDS 5

/* Documentation/admin-guide/mm/pagemap.rst in the kernel's tree */
#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_PFN ((1ULL << 55) - 1)

static unsigned long long frame_of(const void *page)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	off_t index = (off_t)((uintptr_t)page / PAGE_SIZE);
	uint64_t entry = 0;

	if (fd < 0 || pread(fd, &entry, sizeof(entry), index * 8) != sizeof(entry) ||
	    !(entry & PAGEMAP_PRESENT))
		errx(1, "the page has no frame");
	close(fd);
	return entry & PAGEMAP_PFN;
}

static void show(struct lab_clock *clock)
{
	int64_t at_least = INT64_MIN;
	int64_t end = lab_clock_now() + SHOW_SECONDS * INT64_C(1000000000);
	int64_t dom0, now;

	do {
		dom0 = clock->dom0;
		now = lab_clock_now();
		clock->guest = now;
		if (dom0 > 0 && dom0 - now > at_least) {
			at_least = dom0 - now;
			clock->at_least = at_least;
		}
	} while (dom0 != LAB_CLOCK_DONE && now < end);
}

int main(void)
{
	/* Shared, so that the child which stays has the same page. */
	struct lab_clock *clock = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
				       -1, 0);

	if (clock == MAP_FAILED || mlock(clock, PAGE_SIZE) < 0)
		err(1, "no page");
	clock->at_least = INT64_MIN;
	printf("%llx\n", frame_of(clock));
	if (fflush(stdout))
		err(1, "stdout");
	if (fork() == 0)
		show(clock);
	return 0;
}
