/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctrls_fake.h - the controls of a driver, as the kernel's control framework
 * answers for them: written from the V4L2 documentation, not from controls.c.
 */
#ifndef FAKE_CTRLS_FAKE_H
#define FAKE_CTRLS_FAKE_H

#include "camera/source.h"

#define CTRLS_FAKE_MAX 16
#define CTRLS_FAKE_MAX_SUBSCRIPTIONS 16

/**
 * struct ctrl_fake - a control
 * @flags: V4L2_CTRL_FLAG_*; with HAS_PAYLOAD it has 8 bytes, which are @value
 * @step: 0 for what has none
 */
struct ctrl_fake {
	uint32_t id;
	uint32_t type;
	const char *name;
	uint32_t flags;
	int64_t minimum;
	int64_t maximum;
	uint64_t step;
	int64_t default_value;
	int64_t value;
};

/**
 * struct ctrls_fake - of a device
 * @ctrls: by rising id; @num of them
 * @queries: how often QUERY_EXT_CTRL was asked
 * @stuck: NEXT_CTRL finds the first control for ever
 * @subscriptions: handle and control; @num_subscriptions of them
 */
struct ctrls_fake {
	struct ctrl_fake ctrls[CTRLS_FAKE_MAX];
	unsigned int num;
	unsigned int queries;
	bool stuck;
	struct {
		struct source_handle *handle;
		uint32_t id;
	} subscriptions[CTRLS_FAKE_MAX_SUBSCRIPTIONS];
	unsigned int num_subscriptions;
};

/** ctrls_fake_init() - a brightness, a volume with steps, a menu, a button, a
 * 64-bit value, a private one that is read-only, two that are private, and one
 * behind a pointer */
void ctrls_fake_init(struct ctrls_fake *fake);

/** ctrls_fake_find() - by id; there must be one */
struct ctrl_fake *ctrls_fake_find(struct ctrls_fake *fake, uint32_t id);

/** ctrls_fake_ioctl() - Return: as V4L2; -ENOTTY if it is about no control */
int ctrls_fake_ioctl(struct ctrls_fake *fake, struct source_handle *handle,
		     unsigned long request, void *payload);

/** ctrls_fake_close() - its subscriptions are gone */
void ctrls_fake_close(struct ctrls_fake *fake, struct source_handle *handle);

/* What ctrls_fake_init() makes */
#define FAKE_BRIGHTNESS V4L2_CID_BRIGHTNESS /* 0 to 255, 128 */
#define FAKE_GAIN V4L2_CID_GAIN /* 0 to 100 by 5, 50 */
#define FAKE_HFLIP V4L2_CID_HFLIP /* boolean */
#define FAKE_BUTTON (V4L2_CID_USER_BASE | 0xef00) /* private, too */
#define FAKE_PRIVATE_LONG (V4L2_CID_USER_BASE | 0xf000) /* "64 Bits" */
#define FAKE_PRIVATE_A (V4L2_CID_USER_BASE | 0xf001) /* "Secret Knob" */
#define FAKE_PRIVATE_B (V4L2_CID_USER_BASE | 0xf002) /* "Open Knob" */
#define FAKE_PRIVATE_RO (V4L2_CID_USER_BASE | 0xf003) /* "Sensor" */
#define FAKE_TEXT (V4L2_CID_USER_BASE | 0xf004) /* "Text", 8 bytes */
#define FAKE_EXPOSURE_AUTO V4L2_CID_EXPOSURE_AUTO /* menu of 4 */

#endif /* FAKE_CTRLS_FAKE_H */
