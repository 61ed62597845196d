/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver_spec.h - a driver that knows the specification and nothing of us, for
 * tests: as strict, and as odd, as the drivers in the field.
 *
 * What it does that ours does not:
 *
 * - Its buffers are the device's (MMAP), through shared memory region 0.
 * - One command at a time, which it waits for. After 5 s it gives up.
 * - 16 event buffers of 608 bytes, kicked before DRIVER_OK; each goes back to
 *the device when its event was read.
 * - A payload that goes both ways is one piece of memory, in both parts of the
 *   chain. A payload that the device writes (G_INPUT) is sent as well.
 * - CLOSE has no writable part, and is waited for.
 * - Short rings, no indirect descriptors, no event index.
 *
 * It takes the device at its word, so the running test fails ("breaks") where
 * such a driver would: a used length below 8, a success without the whole
 * payload, controls without their payload even on failure, an event of
 * another length, a payload that changed though the device wrote none.
 *
 *	driver = driver_spec_probe(&params);
 *	driver_spec_open(driver, &id);
 *	driver_spec_ioctl(driver, id, VIDIOC_G_FMT, &format);
 *	driver_spec_remove(driver);
 */
#ifndef DRIVER_SPEC_H
#define DRIVER_SPEC_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmedia/virtio_media.h>

struct driver_fake;
struct driver_spec;
struct hyp_fake;

#define DRIVER_SPEC_EVENTS 16

/**
 * struct driver_spec_params - where and how
 * @transport: reset by driver_spec_probe(); borrowed
 * @draft: it speaks the draft's dialect: an MMAP of 24 bytes
 * @ring: entries of the command queue, at least 8
 * @run: let everybody else work until there is nothing to do
 */
struct driver_spec_params {
	struct hyp_fake *fake;
	struct driver_fake *transport;
	bool draft;
	unsigned int ring;
	void (*run)(void *owner);
	void *owner;
};

/** struct driver_spec_map - a mapping
 * @address: what MUNMAP needs
 * @bytes: @len of them, the guest's view; NULL if the window has no such place
 */
struct driver_spec_map {
	uint64_t address;
	uint64_t len;
	uint8_t *bytes;
};

/** struct driver_spec_event - an event as it came, @len bytes */
struct driver_spec_event {
	uint32_t len;
	union {
		struct virtio_media_event_header hdr;
		struct virtio_media_event_error error;
		struct virtio_media_event_dqbuf dqbuf;
		struct virtio_media_event_event event;
	};
};

/** driver_spec_probe() - from reset to DRIVER_OK */
struct driver_spec *driver_spec_probe(const struct driver_spec_params *params);

/** driver_spec_remove() - forget it; the device is not reset */
void driver_spec_remove(struct driver_spec *driver);

/** driver_spec_window() - length of region 0; ~0 if the device has none */
uint64_t driver_spec_window(struct driver_spec *driver);

/** driver_spec_open() - Return: 0 or -errno */
int driver_spec_open(struct driver_spec *driver, uint32_t *id);

/** driver_spec_close() - waits until the device is done with it */
void driver_spec_close(struct driver_spec *driver, uint32_t id);

/**
 * driver_spec_ioctl() - of a payload that nothing follows
 * @request: VIDIOC_*
 * @arg: updated if the device wrote it
 * Return: 0 or -errno.
 */
int driver_spec_ioctl(struct driver_spec *driver, uint32_t id,
		      unsigned long request, void *arg);

/** driver_spec_buffer() - QUERYBUF, QBUF; @planes: of a multi-planar @buffer */
int driver_spec_buffer(struct driver_spec *driver, uint32_t id,
		       unsigned long request, struct v4l2_buffer *buffer,
		       struct v4l2_plane *planes);

/**
 * driver_spec_ctrls() - G_, S_, TRY_EXT_CTRLS
 * @ctrls: its strings are copied to the guest's memory, and back
 */
int driver_spec_ctrls(struct driver_spec *driver, uint32_t id,
		      unsigned long request, struct v4l2_ext_controls *ctrls);

/** driver_spec_mmap() - Return: 0 or -errno */
int driver_spec_mmap(struct driver_spec *driver, uint32_t id, uint64_t offset,
		     struct driver_spec_map *map);

/** driver_spec_munmap() - Return: 0 or -errno */
int driver_spec_munmap(struct driver_spec *driver, uint64_t address);

/** driver_spec_event() - the oldest that was not taken; false: none */
bool driver_spec_event(struct driver_spec *driver,
		       struct driver_spec_event *event);

/**
 * driver_spec_hold_events() - event buffers do not go back to the device
 * @held: false: all that are held go back
 */
void driver_spec_hold_events(struct driver_spec *driver, bool held);

#endif /* DRIVER_SPEC_H */
