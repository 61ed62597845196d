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

static bool are_dma_bufs(const int *fds, unsigned int count)
{
	struct statfs info;

	for (unsigned int i = 0; i < count; i++) {
		if (fstatfs(fds[i], &info) < 0 || info.f_type != DMA_BUF_MAGIC)
			return false;
	}
	return true;
}

int kept_replace(struct kept *kept, const struct link_message *msg)
{
	struct kept next = { .count = msg->nfds };

	if (!are_dma_bufs(msg->fds, msg->nfds))
		return -EINVAL;
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
