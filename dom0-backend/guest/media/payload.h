/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * payload.h - what an ioctl carries, in and out of a chain.
 *
 * Which ioctls there are, how large each payload is, which way it goes and what
 * follows it comes from vmedia/ioctls.h. Every count that the guest states is
 * bounded here (vmedia/limits.h), before anything is multiplied by it.
 *
 * Pointers in a payload belong to the driver: they are never followed, and go
 * back as they came ("Handling of pointers in ioctl payload").
 */
#ifndef MEDIA_PAYLOAD_H
#define MEDIA_PAYLOAD_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmedia/virtio_media.h>

#include "media/objects.h"
#include "media/sg.h"

struct virtio_dev;
struct vq_chain;

/* Bits: which side writes the payload */
enum payload_dir {
	PAYLOAD_R = 1, /* the device */
	PAYLOAD_W = 2, /* the driver */
	PAYLOAD_WR = 3,
};

enum payload_tail {
	PAYLOAD_NONE,
	PAYLOAD_PLANES,
	PAYLOAD_BUFFER,
	PAYLOAD_CTRLS,
	PAYLOAD_OBJECT,
	PAYLOAD_EDID,
};

/** struct payload_type - a line of vmedia/ioctls.h
 * @nr: second argument of the ioctl's _IO*() macro
 * @size: bytes, without the tail
 */
struct payload_type {
	const char *name;
	uint32_t nr;
	uint32_t size;
	enum payload_dir dir;
	enum payload_tail tail;
};

/** payload_find() - static; NULL if this ioctl does not cross the wire */
const struct payload_type *payload_find(uint32_t nr);

/**
 * struct payload - of one ioctl, taken from the guest
 * @type: static
 * @read: the payload itself is here
 * @complete: its tail is here, too
 * @num_planes: v4l2_planes in the tail
 * @planes: these
 * @sg: PAYLOAD_BUFFER: memory of each plane; of a single-planar buffer, [0]
 * @num_uuids: UUIDs in the tail: of each plane of a buffer of VIRTIO_OBJECT
 *             memory, or of what EXPBUF makes
 * @uuids: these
 * @num_ctrls: controls in the tail
 * @ctrls: these; owned
 * @ctrl_sg: memory behind each of @ctrls, empty if it has none; owned
 * @data: the bytes behind all of @ctrls, without gaps, or the blocks of an
 *        EDID; owned
 * @data_len: of @data
 */
struct payload {
	const struct payload_type *type;
	bool read;
	bool complete;
	union {
		int number;
		struct v4l2_format format;
		struct v4l2_requestbuffers requestbuffers;
		struct v4l2_create_buffers create_buffers;
		struct v4l2_buffer buffer;
		struct v4l2_exportbuffer exportbuffer;
		struct v4l2_event_subscription subscription;
		struct v4l2_ext_controls ext_controls;
		struct v4l2_edid edid;
		uint8_t bytes[sizeof(struct v4l2_enc_idx)];
	};
	unsigned int num_planes;
	struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
	struct sg_list sg[VIRTIO_MEDIA_MAX_PLANES];
	unsigned int num_uuids;
	uint8_t uuids[VIRTIO_MEDIA_MAX_PLANES][OBJECT_UUID_LEN];
	uint32_t num_ctrls;
	struct v4l2_ext_control *ctrls;
	struct sg_list *ctrl_sg;
	uint8_t *data;
	size_t data_len;
};

/**
 * payload_read() - take an ioctl's payload from its chain
 * @payload: zeroed; payload_finish() it whatever this returns
 * @chain: its cursor behind the command
 *
 * What the driver sends beyond the payload is ignored, and so is all that it
 * sends with a payload that only the device writes.
 * Return: 0; -EINVAL if something is missing, wrong, or over a limit, also if
 * the chain has no room for the answer; -EFAULT; -ENOMEM; -ESTALE.
 */
int payload_read(struct payload *payload, const struct payload_type *type,
		 struct vq_chain *chain, struct virtio_dev *dev);

/** payload_num_memory() - pieces of memory that a buffer in it has */
unsigned int payload_num_memory(const struct payload *payload);

/** payload_finish() - free what it owns */
void payload_finish(struct payload *payload);

/**
 * payload_write() - append payload and tail to an answer
 *
 * As much of it as is there and as the chain has room for; nothing if the
 * driver alone writes this payload.
 * Return: 0, or as vq_chain_write().
 */
int payload_write(const struct payload *payload, struct vq_chain *chain);

/** payload_packed_len() - bytes of payload_pack() */
size_t payload_packed_len(const struct payload *payload);

/**
 * payload_pack() - payload and tail as ipc/session_proto.h has them
 * @buf: of payload_packed_len() bytes
 *
 * Pointers are 0: the camera has no use for a guest's addresses.
 */
void payload_pack(const struct payload *payload, void *buf);

/**
 * payload_unpack() - take over what the camera made of it
 * @data: @payload_len bytes of payload and the tail, @len bytes in all
 *
 * Return: 0; -EPROTO if it is not as long as what was packed.
 */
int payload_unpack(struct payload *payload, const void *data,
		   size_t payload_len, size_t len);

/**
 * payload_store_ctrls() - put the controls' bytes where their pointers point
 * Return: 0, or as sg_list_store().
 */
int payload_store_ctrls(const struct payload *payload, struct virtio_dev *dev);

#endif /* MEDIA_PAYLOAD_H */
