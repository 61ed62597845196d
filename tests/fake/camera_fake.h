/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * camera_fake.h - the camera's end of a session's socket, stepped by hand.
 *
 * Written from ipc/session_proto.h and raw sockets. Nothing happens by itself:
 * the test takes a call and replies to it, sends slots, frames and events.
 *
 *	camera_fake_take_call(camera)		camera->call is the next IOCTL
 *	camera_fake_obey(camera)		reply to it as a good one would
 *	camera_fake_send_slots(camera, 1, 4)	generation 1, four slots
 *	camera_fake_send_frame(camera, 2, 7)	slot 2, sequence 7
 */
#ifndef CAMERA_FAKE_H
#define CAMERA_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/session_proto.h"

/**
 * struct camera_fake_call - an IOCTL of the guest's process
 * @data: payload and tail, @data_len bytes
 */
struct camera_fake_call {
	struct session_ioctl head;
	uint8_t data[128 * 1024];
	size_t data_len;
};

/**
 * struct camera_fake - a session's far end
 * @fd: -1 after camera_fake_die()
 * @closed: the other end closed
 * @format: what G_FMT answers; at first 64x48 YUYV, single-planar
 * @call: the last IOCTL taken
 * @calls: how many were taken
 * @releases: how many frames came back; @release: the last
 * @num_planes: of each slot; 1 at first
 * @plane_size: bytes of each; those of @format at first
 * @dma_bufs: so its slots are called, though they are memfds
 * @slots: the memory behind what was sent; room for one too many
 * @num_slots: of @slots
 * @generation: of @slots
 * @obey: what camera_fake_obey() does; NULL: as a shared camera would
 * @released: told of @release, in its turn between the calls; NULL: nobody is
 * @forget: called at the end; NULL: nothing
 * @owner: of these three
 */
struct camera_fake {
	int fd;
	bool closed;
	struct v4l2_format format;
	struct camera_fake_call call;
	unsigned int calls;
	unsigned int releases;
	struct session_release release;
	unsigned int num_planes;
	uint32_t plane_size[VIRTIO_MEDIA_MAX_PLANES];
	bool dma_bufs;
	uint8_t *slots[SESSION_MAX_SLOTS + 1][VIRTIO_MEDIA_MAX_PLANES];
	unsigned int num_slots;
	uint32_t generation;
	void (*obey)(struct camera_fake *camera);
	void (*released)(struct camera_fake *camera);
	void (*forget)(struct camera_fake *camera);
	void *owner;
};

/** camera_fake_create() - @fd: consumed; never fails */
struct camera_fake *camera_fake_create(int fd);

/** camera_fake_destroy() - NULL is fine */
void camera_fake_destroy(struct camera_fake *camera);

/** camera_fake_die() - end of file for the other end */
void camera_fake_die(struct camera_fake *camera);

/** camera_fake_set_format() - @sizeimage bytes a frame, in @num_planes equal
 * planes; more than 0 planes makes it multi-planar
 */
void camera_fake_set_format(struct camera_fake *camera, uint32_t sizeimage,
			    unsigned int num_planes);

/**
 * camera_fake_take_call() - the next IOCTL that was sent
 *
 * RELEASEs before it are counted.
 * Return: false if there is none.
 */
bool camera_fake_take_call(struct camera_fake *camera);

/** camera_fake_reply() - to @tag; @data: payload and tail */
void camera_fake_reply(struct camera_fake *camera, uint32_t tag, uint32_t error,
		       uint32_t payload_len, const void *data, size_t len);

/** camera_fake_obey() - reply to the call taken last: its own payload, or the
 * format
 */
void camera_fake_obey(struct camera_fake *camera);

/** camera_fake_refuse() - reply to the call taken last with an error alone */
void camera_fake_refuse(struct camera_fake *camera, uint32_t error);

/** camera_fake_send() - any message */
void camera_fake_send(struct camera_fake *camera, const void *data, size_t len,
		      const int *fds, unsigned int nfds);

/** camera_fake_send_slots() - a new pool */
void camera_fake_send_slots(struct camera_fake *camera, uint32_t generation,
			    unsigned int num_slots);

/** camera_fake_make_slots() - a message of slots that follow those of the pool,
 * not sent yet
 * @fds: its descriptors, to be closed by the caller
 */
struct session_slots camera_fake_make_slots(struct camera_fake *camera,
					    unsigned int num_slots, int *fds);

/** camera_fake_grow_slots() - the pool has so many more */
void camera_fake_grow_slots(struct camera_fake *camera, unsigned int num_slots);

/** camera_fake_frame() - a full @slot of the pool, not sent yet */
struct session_frame camera_fake_frame(const struct camera_fake *camera,
				       unsigned int slot, uint32_t sequence);

/** camera_fake_send_frame() - send camera_fake_frame() */
void camera_fake_send_frame(struct camera_fake *camera, unsigned int slot,
			    uint32_t sequence);

/** camera_fake_send_event() - a V4L2 event of this type and id */
void camera_fake_send_event(struct camera_fake *camera, uint32_t type,
			    uint32_t id);

/** camera_fake_send_error() - the session is over */
void camera_fake_send_error(struct camera_fake *camera, uint32_t error);

#endif /* CAMERA_FAKE_H */
