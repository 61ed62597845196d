// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "ipc/link.h"

/* The share of our descriptors that is for memory */
#define SHARE 4

static unsigned int all_kept;

bool kept_has_room(unsigned int count)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       all_kept + count <= limit.rlim_cur / SHARE;
}

static bool is_dma_buf(int fd)
{
	struct statfs info;

	return fstatfs(fd, &info) == 0 && info.f_type == DMA_BUF_MAGIC;
}

int kept_measure(const struct link_message *msg, uint64_t *bytes)
{
	uint64_t sum = 0;
	off_t size;

	for (unsigned int i = 0; i < msg->nfds; i++) {
		if (!is_dma_buf(msg->fds[i]))
			return -EINVAL;
		size = lseek(msg->fds[i], 0, SEEK_END);
		if (size < 0)
			return -errno;
		sum += size;
	}
	*bytes = sum;
	return 0;
}

int kept_replace(struct kept *kept, const struct link_message *msg)
{
	struct kept next = { .count = msg->nfds };

	if (next.count > kept->count &&
	    !kept_has_room(next.count - kept->count))
		return -EMFILE;
	if (next.count > 0) {
		next.fds = calloc(next.count, sizeof(*next.fds));
		if (!next.fds)
			return -ENOMEM;
	}
	for (unsigned int i = 0; i < next.count; i++) {
		next.fds[i] = msg->fds[i];
		msg->fds[i] = -1;
	}
	all_kept += next.count;
	kept_drop(kept);
	*kept = next;
	return 0;
}

void kept_drop(struct kept *kept)
{
	for (unsigned int i = 0; i < kept->count; i++)
		close(kept->fds[i]);
	all_kept -= kept->count;
	free(kept->fds);
	*kept = (struct kept){ 0 };
}
