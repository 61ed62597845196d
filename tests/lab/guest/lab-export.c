// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab-export FILE: lays a file out in memory for dom0 to read, the only quick
 * way out of a guest: the console manages 150 KB/s.
 *
 * Prints "SIZE SUM", then the guest frame numbers of the pages, one a line,
 * and stays in the background for half a minute with the pages. dom0's
 * lab-import checks the sum, so a page that did move is noticed.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lab-sum.h"

#define PAGE_SIZE 4096
#define HOLD_SECONDS 30

/* Documentation/admin-guide/mm/pagemap.rst in the kernel's tree */
#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_PFN ((1ULL << 55) - 1)

static void *read_whole(const char *path, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t room = size + PAGE_SIZE;
	size_t done = 0;
	char *pages;

	if (fd < 0)
		err(1, "%s", path);
	/* Shared, so that the child which stays has the same pages. */
	pages = mmap(NULL, room, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (pages == MAP_FAILED || mlock(pages, room) < 0)
		err(1, "no memory for %zu bytes", room);
	while (done < size) {
		ssize_t got = read(fd, pages + done, size - done);

		if (got <= 0)
			err(1, "%s", path);
		done += (size_t)got;
	}
	close(fd);
	return pages;
}

static void print_frames(const char *pages, size_t size)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	size_t offset;

	if (fd < 0)
		err(1, "pagemap");
	for (offset = 0; offset < size; offset += PAGE_SIZE) {
		off_t index = (off_t)((uintptr_t)(pages + offset) / PAGE_SIZE);
		uint64_t entry;

		if (pread(fd, &entry, sizeof(entry), index * 8) != sizeof(entry))
			err(1, "pagemap");
		if (!(entry & PAGEMAP_PRESENT))
			errx(1, "a page is not present");
		printf("%llx\n", (unsigned long long)(entry & PAGEMAP_PFN));
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct stat st;
	char *pages;

	if (argc != 2)
		errx(2, "usage: lab-export FILE");
	if (stat(argv[1], &st) < 0)
		err(1, "%s", argv[1]);
	pages = read_whole(argv[1], (size_t)st.st_size);

	printf("%lld %llx\n", (long long)st.st_size,
	       (unsigned long long)lab_sum(pages, (size_t)st.st_size));
	print_frames(pages, (size_t)st.st_size);
	if (fflush(stdout))
		err(1, "stdout");

	if (fork() == 0) {
		alarm(HOLD_SECONDS);
		pause();
	}
	return 0;
}
