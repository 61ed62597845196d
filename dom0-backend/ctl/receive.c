// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/receive.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/link.h"

static unsigned int take(struct msghdr *msg, int *fds)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	unsigned int count;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return 0;
	count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(c), count * sizeof(int));
	return count;
}

int receive(int socket, void *buffer, size_t size, int *fds, unsigned int max,
	    unsigned int *nfds)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(LINK_MAX_FDS * sizeof(int))];
	} control;
	struct iovec iov = { buffer, size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	int came[LINK_MAX_FDS];
	unsigned int count;
	ssize_t len;

	assert(max <= LINK_MAX_FDS);
	*nfds = 0;
	len = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC);
	if (len < 0)
		return -errno;
	count = take(&msg, came);
	if (count > max || (msg.msg_flags & MSG_CTRUNC)) {
		while (count-- > 0)
			close(came[count]);
		return -EPROTO;
	}
	memcpy(fds, came, count * sizeof(int));
	*nfds = count;
	return len;
}
