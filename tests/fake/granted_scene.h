/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * granted_scene.h - a driver that knows bit 63 and a camera that gives its slots
 * away, on top of buffer_driver.h.
 */
#ifndef GRANTED_SCENE_H
#define GRANTED_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer_driver.h"

/* Slots of the camera, and pages of each of their planes */
#define GRANTED_SLOTS 4
#define GRANTED_PAGES 2

/* Bytes of all slots of a camera_fake.h's format */
#define GRANTED_BYTES (GRANTED_SLOTS * (uint64_t)WORLD_FRAME_LEN)

/** struct granted_mapping - what CMD_MMAP answered
 * @status: of the header; nothing else is valid if it is not 0
 * @addr: what CMD_MUNMAP calls it
 */
struct granted_mapping {
	uint32_t status;
	uint64_t addr;
	uint64_t len;
	uint32_t count;
	uint32_t page_size;
	uint32_t domid;
	uint32_t refs[16];
};

/** granted_set_up() - a world with a window, whose driver negotiated bit 63 */
int granted_set_up(void **state);

/** granted_set_up_draft() - the same in the draft's dialect */
int granted_set_up_draft(void **state);

/** granted_set_up_windowless() - the same without a window */
int granted_set_up_windowless(void **state);

/** granted_set_up_multiplanar() - the same with a window and a multi-planar
 * camera
 */
int granted_set_up_multiplanar(void **state);

/** granted_restart() - the driver resets the device, and starts anew */
void granted_restart(struct world *world);

/** granted_open() - a session whose camera has GRANTED_SLOTS slots, and sends them
 * to who asks. Return: its id
 */
uint32_t granted_open(struct world *world);

/** granted_reqbufs() - of MMAP. Return: the status; *@count is updated */
uint32_t granted_reqbufs(struct world *world, uint32_t id, uint32_t *count);

/** granted_request() - two buffers of MMAP, and the test fails unless it gets
 * some. Return: how many
 */
uint32_t granted_request(struct world *world, uint32_t id);

/** granted_free() - REQBUFS of none */
void granted_free(struct world *world, uint32_t id);

/** granted_session() - open, and request. Return: its id */
uint32_t granted_session(struct world *world);

/** granted_stream() - the same, all buffers queued, streaming, with eight event
 * buffers
 */
uint32_t granted_stream(struct world *world);

/** granted_qbuf() - Return: the status */
uint32_t granted_qbuf(struct world *world, uint32_t id, uint32_t index);

/** granted_map() - CMD_MMAP of a buffer, with all the room that it takes */
struct granted_mapping granted_map(struct world *world, uint32_t id,
				   uint32_t index);

/** granted_map_offset() - the same for any offset, with @room for the answer */
struct granted_mapping granted_map_offset(struct world *world, uint32_t id,
					  uint32_t offset, size_t room);

/** granted_see() - the guest maps what a mapping tells it; for reading */
uint8_t *granted_see(struct world *world, const struct granted_mapping *mapping);

/** granted_report() - of the guest */
struct guest_report granted_report(struct world *world);

/** granted_session_report() - of the only session that there is */
struct guest_session_report granted_session_report(struct world *world);

/** granted_releases() - slots that the camera got back so far */
unsigned int granted_releases(struct world *world, uint32_t id);

#endif /* GRANTED_SCENE_H */
