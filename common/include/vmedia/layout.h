/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * layout.h - compile-time proof that the wire looks as the specification says.
 *
 * Included by exactly one C file on each side. A build whose V4L2 structures
 * have another layout (32-bit, big endian) fails here and not in the field.
 */
#ifndef VMEDIA_LAYOUT_H
#define VMEDIA_LAYOUT_H

#include <vmedia/ioctls.h>
#include <vmedia/virtio_media.h>

#define VMEDIA_ASSERT_SIZE(type, size) \
	_Static_assert(sizeof(type) == (size), #type " is not " #size " bytes")
#define VMEDIA_ASSERT_OFFSET(type, member, offset)                      \
	_Static_assert(__builtin_offsetof(type, member) == (offset), \
		       #member " of " #type " is not at " #offset)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "V4L2 payloads cross as they are: little endian only");

VMEDIA_ASSERT_SIZE(struct virtio_media_config, 40);
VMEDIA_ASSERT_SIZE(struct virtio_media_cmd_header, 8);
VMEDIA_ASSERT_SIZE(struct virtio_media_resp_header, 8);
VMEDIA_ASSERT_SIZE(struct virtio_media_cmd_open, 8);
VMEDIA_ASSERT_SIZE(struct virtio_media_resp_open, 16);
VMEDIA_ASSERT_SIZE(struct virtio_media_cmd_close, 16);
VMEDIA_ASSERT_SIZE(struct virtio_media_cmd_ioctl, 16);
VMEDIA_ASSERT_SIZE(struct virtio_media_resp_ioctl, 8);
VMEDIA_ASSERT_SIZE(struct virtio_media_sg_entry, 16);
VMEDIA_ASSERT_SIZE(struct virtio_media_cmd_mmap, 20);
VMEDIA_ASSERT_SIZE(struct virtio_media_draft_cmd_mmap, 24);
VMEDIA_ASSERT_SIZE(struct virtio_media_clock, 8);
VMEDIA_ASSERT_SIZE(struct virtio_media_resp_mmap, 24);
VMEDIA_ASSERT_SIZE(struct virtio_media_resp_mmap_grants, 40);
VMEDIA_ASSERT_SIZE(struct virtio_media_cmd_munmap, 16);
VMEDIA_ASSERT_SIZE(struct virtio_media_resp_munmap, 8);
VMEDIA_ASSERT_SIZE(struct virtio_media_event_header, 8);
VMEDIA_ASSERT_SIZE(struct virtio_media_event_error, 16);
VMEDIA_ASSERT_SIZE(struct virtio_media_event_dqbuf, 608);
VMEDIA_ASSERT_SIZE(struct virtio_media_event_event, 144);

VMEDIA_ASSERT_OFFSET(struct virtio_media_config, card, 8);
VMEDIA_ASSERT_OFFSET(struct virtio_media_cmd_ioctl, code, 12);
VMEDIA_ASSERT_OFFSET(struct virtio_media_cmd_mmap, offset, 16);
VMEDIA_ASSERT_OFFSET(struct virtio_media_resp_mmap, driver_addr, 8);
VMEDIA_ASSERT_OFFSET(struct virtio_media_event_dqbuf, planes, 96);

VMEDIA_ASSERT_SIZE(struct v4l2_buffer, 88);
VMEDIA_ASSERT_SIZE(struct v4l2_plane, 64);
VMEDIA_ASSERT_SIZE(struct v4l2_event, 136);
VMEDIA_ASSERT_SIZE(struct v4l2_format, 208);
VMEDIA_ASSERT_SIZE(struct v4l2_ext_controls, 32);
VMEDIA_ASSERT_SIZE(struct v4l2_ext_control, 20);
VMEDIA_ASSERT_OFFSET(struct v4l2_buffer, timestamp, 24);
VMEDIA_ASSERT_OFFSET(struct v4l2_buffer, m, 64);
VMEDIA_ASSERT_OFFSET(struct v4l2_plane, data_offset, 16);
VMEDIA_ASSERT_OFFSET(struct v4l2_event, id, 96);
VMEDIA_ASSERT_OFFSET(struct v4l2_ext_control, value, 12);

/* The table's payload is the one coded in the ioctl number. */
#define VMEDIA_ASSERT_IOCTL(name, payload, dir, tail)                 \
	_Static_assert(_IOC_SIZE(VIDIOC_##name) == sizeof(payload), \
		       "payload of VIDIOC_" #name);
VMEDIA_IOCTLS(VMEDIA_ASSERT_IOCTL)
#undef VMEDIA_ASSERT_IOCTL

#endif /* VMEDIA_LAYOUT_H */
