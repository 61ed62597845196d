// SPDX-License-Identifier: GPL-2.0-only
#include "camera/ioctl.h"

#include <vmedia/ioctls.h>

#include "base/util.h"

#define IOCTL_ANSWERS_R true
#define IOCTL_ANSWERS_W false
#define IOCTL_ANSWERS_WR true

/* Where the bytes of buffers are does not cross this socket. */
#define IOCTL_TAIL_BUFFER IOCTL_TAIL_PLANES
#define IOCTL_TAIL_OBJECT IOCTL_TAIL_NONE

#define IOCTL_INFO(NAME, type, direction, follows)      \
	[_IOC_NR(VIDIOC_##NAME)] = {                    \
		.name = #NAME,                          \
		.request = VIDIOC_##NAME,               \
		.size = sizeof(type),                   \
		.answers = IOCTL_ANSWERS_##direction,   \
		.tail = IOCTL_TAIL_##follows,           \
	},

static const struct ioctl_info ioctl_table[] = { VMEDIA_IOCTLS(IOCTL_INFO) };

#define IOCTL_FITS(NAME, type, direction, follows)                \
	_Static_assert(sizeof(type) <= sizeof(union ioctl_payload), \
		       "payload of " #NAME);
VMEDIA_IOCTLS(IOCTL_FITS)

const struct ioctl_info *ioctl_find(uint32_t nr)
{
	if (nr >= ARRAY_SIZE(ioctl_table) || !ioctl_table[nr].name ||
	    nr == _IOC_NR(VIDIOC_QUERYBUF) ||
	    nr == _IOC_NR(VIDIOC_PREPARE_BUF) || nr == _IOC_NR(VIDIOC_EXPBUF))
		return NULL;
	return &ioctl_table[nr];
}
