/* SPDX-License-Identifier: GPL-2.0-only */
/* receive.h - read from a socket that descriptors come through. */
#ifndef CTL_RECEIVE_H
#define CTL_RECEIVE_H

#include <stddef.h>

/**
 * receive() - read once
 * @fds: where descriptors go that come along, owned by the caller; never more
 *       than @max, which is at most LINK_MAX_FDS
 * @nfds: how many came
 * Return: bytes, 0 at the end; -EPROTO if there were more descriptors than @max;
 * or -errno. On failure there are none.
 */
int receive(int socket, void *buffer, size_t size, int *fds, unsigned int max,
	    unsigned int *nfds);

#endif /* CTL_RECEIVE_H */
