/* SPDX-License-Identifier: GPL-2.0-only */
/* layout.h - how large the planes of a buffer are, and which types exist. */
#ifndef MEDIA_LAYOUT_H
#define MEDIA_LAYOUT_H

#include <linux/videodev2.h>
#include <stdint.h>

#include <vmedia/virtio_media.h>

/* Most types of buffers that one node can have: one for each kind of data */
#define LAYOUT_MAX_TYPES 12

/** struct queue_layout - sizes of a buffer
 * @num_planes: 1 to VIRTIO_MEDIA_MAX_PLANES
 * @size: bytes of each plane, not 0
 */
struct queue_layout {
	unsigned int num_planes;
	uint32_t size[VIRTIO_MEDIA_MAX_PLANES];
};

/**
 * layout_of_format() - sizes of a buffer that holds @format, of any type
 * Return: 0; -EINVAL if one is 0 or over a limit, or the planes are too many.
 */
int layout_of_format(const struct v4l2_format *format,
		     struct queue_layout *layout);

/** layout_bytes() - of all planes; at most VMEDIA_MAX_BUFFER_BYTES if
 * layout_of_format() made it
 */
uint32_t layout_bytes(const struct queue_layout *layout);

/**
 * layout_types() - which enum v4l2_buf_type a node has
 * @caps: its device_caps
 * @types: filled in
 * Return: their number.
 */
unsigned int layout_types(uint32_t caps, uint32_t types[LAYOUT_MAX_TYPES]);

#endif /* MEDIA_LAYOUT_H */
