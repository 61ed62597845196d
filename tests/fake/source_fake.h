/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source_fake.h - a camera that is stepped by hand: a slot is filled when the
 * test says so, and any op can be told to fail.
 */
#ifndef FAKE_SOURCE_FAKE_H
#define FAKE_SOURCE_FAKE_H

#include "camera/source.h"
#include "ctrls_fake.h"
#include "settings_fake.h"

/**
 * struct source_fake - a fake source
 * @source: to be given to what is tested
 * @num_slots: that are prepared, 0 if none; a test may set @give_slots to give
 *             another number than was asked for
 * @running: it captures
 * @queued: bit per slot that the "driver" has
 * @order: queued slots, oldest first
 * @sequence: of the next frame
 * @prepares: how often it made slots; @starts: how often it was started; @stops:
 *            how often stopped; @grows: how often it was asked for more slots
 * @handles: that are open
 * @format: what G_FMT tells, and S_FMT sets: an even width, YUYV or UYVY
 * @parm_fps: what G_PARM tells, 0 for an interval of 0/0
 * @fail_parm: errno for S_PARM and G_PARM
 * @input: the current input of two
 * @fail_open: errno for open, positive, 0 for none; likewise the others.
 *             @fail_queue fails one queue op and is then 0
 * @fail_grow: errno for grow, once there are @most_slots
 * @fail_ioctl: errno for all ioctls
 * @slow_ms: how long the next ioctl takes; is then 0
 * @last_request: the last ioctl that arrived
 * @ctrls: its controls; NULL: whatever is asked for, as @last_ctrls tells
 * @settings: what else can be set; NULL: whatever is asked for
 * @pointer_ctrl: id of the one control that has its value behind a pointer
 * @last_ctrls: the first controls of the last ext controls ioctl, as arrived
 * @last_data: and the first bytes behind the pointer
 * @event_on_subscribe: send an event from inside SUBSCRIBE_EVENT
 * @event: the last handle's
 * @owner: the last handle's
 */
struct source_fake {
	struct source source;
	unsigned int num_slots;
	unsigned int give_slots;
	bool running;
	uint32_t queued;
	unsigned int order[SESSION_MAX_SLOTS];
	unsigned int num_order;
	uint32_t sequence;
	unsigned int prepares;
	unsigned int starts;
	unsigned int stops;
	unsigned int grows;
	unsigned int handles;
	struct v4l2_format format;
	unsigned int parm_fps;
	int fail_parm;
	int input;
	int fail_open;
	int fail_prepare;
	int fail_start;
	int fail_queue;
	int fail_grow;
	unsigned int most_slots;
	bool refuse_queue;
	int fail_ioctl;
	unsigned int slow_ms;
	unsigned long last_request;
	struct ctrls_fake *ctrls;
	struct settings_fake *settings;
	uint32_t pointer_ctrl;
	struct v4l2_ext_control last_ctrls[4];
	uint8_t last_data[16];
	bool event_on_subscribe;
	void (*event)(void *owner, const struct v4l2_event *event);
	void *owner;
};

/** source_fake_init() - present, single-planar, 64x4 YUYV, 30 frames a second */
void source_fake_init(struct source_fake *fake);

/** source_fake_multiplanar() - the same, multi-planar; before it is used */
void source_fake_multiplanar(struct source_fake *fake);

/**
 * source_fake_fill() - fill the oldest queued slot
 * Return: its number, or -1 if the driver has none (the picture is lost, the
 * sequence goes on).
 */
int source_fake_fill(struct source_fake *fake);

/** source_fake_vanish() - unplug it; source_fake_return() - plug it in again */
void source_fake_vanish(struct source_fake *fake);
void source_fake_return(struct source_fake *fake);

#endif /* FAKE_SOURCE_FAKE_H */
