/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buffer_driver.h - what a driver says about buffers of any type and memory, on
 * top of media_world.h.
 *
 * Written from the specification: positions and lengths of what travels are
 * stated here once more, and checked in the answers.
 */
#ifndef BUFFER_DRIVER_H
#define BUFFER_DRIVER_H

#include <linux/videodev2.h>
#include <stddef.h>
#include <stdint.h>

#include <vmedia/virtio_media.h>

#include "media_world.h"

#define UUID_LEN 16

/**
 * struct driver_buffer - a buffer as the driver knows it
 * @buffer: its planes pointer is never looked at
 * @planes: of a multi-planar one, buffer.length of them
 * @pieces: SHARED_PAGES: one for each plane
 * @uuids: VIRTIO_OBJECT: likewise
 */
struct driver_buffer {
	struct v4l2_buffer buffer;
	struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
	struct virtio_media_sg_entry pieces[VIRTIO_MEDIA_MAX_PLANES];
	uint8_t uuids[VIRTIO_MEDIA_MAX_PLANES][UUID_LEN];
};

/** driver_buffer() - single-planar, of this memory (enum v4l2_memory) */
struct driver_buffer driver_buffer(uint32_t type, uint32_t memory,
				   uint32_t index);

/**
 * driver_buffer_set() - let plane @plane be @len bytes of guest memory at @gpa,
 * as SHARED_PAGES; of a single-planar buffer the only one
 */
void driver_buffer_set(struct driver_buffer *buffer, unsigned int plane,
		       uint64_t gpa, uint32_t len);

/** driver_reqbufs() - Return: the status; *@count is updated */
uint32_t driver_reqbufs(struct world *world, uint32_t id, uint32_t type,
			uint32_t memory, uint32_t *count);

/** driver_ask_reqbufs() - of two buffers, without waiting for an answer */
void driver_ask_reqbufs(struct world *world, uint32_t id, uint32_t type,
			uint32_t memory);

/**
 * driver_run() - QUERYBUF, QBUF or PREPARE_BUF
 * @request: VIDIOC_*
 * @buffer: updated on success, and whole: an answer has planes and UUIDs where
 *          they belong, or the running test fails
 * Return: the status.
 */
uint32_t driver_run(struct world *world, uint32_t id, unsigned long request,
		    struct driver_buffer *buffer);

/** driver_send() - the same without waiting for an answer */
void driver_send(struct world *world, uint32_t id, unsigned long request,
		 const struct driver_buffer *buffer);

/** driver_qbuf() - single-planar, of SHARED_PAGES. Return: the status */
uint32_t driver_qbuf(struct world *world, uint32_t id, uint32_t type,
		     uint32_t index, uint64_t gpa, uint32_t len);

/** driver_stream() - VIDIOC_STREAMON or STREAMOFF. Return: the status */
uint32_t driver_stream(struct world *world, uint32_t id, unsigned long request,
		       int type);

/** driver_offset() - of a plane of an MMAP buffer, as QUERYBUF says it */
uint32_t driver_offset(struct world *world, uint32_t id, uint32_t type,
		       uint32_t index, unsigned int plane);

/** driver_map() - CMD_MMAP. @addr, @len: updated on success. Return: status */
uint32_t driver_map(struct world *world, uint32_t id, uint32_t offset,
		    uint64_t *addr, uint64_t *len);

/** driver_unmap() - CMD_MUNMAP. Return: the status */
uint32_t driver_unmap(struct world *world, uint64_t addr);

/** driver_bytes() - of a mapping of the first device; @addr of driver_map() */
uint8_t *driver_bytes(struct world *world, uint64_t addr, size_t len);

/** driver_export() - EXPBUF of a plane. Return: the status */
uint32_t driver_export(struct world *world, uint32_t id, uint32_t type,
		       uint32_t index, uint32_t plane, uint8_t *uuid);

#endif /* BUFFER_DRIVER_H */
