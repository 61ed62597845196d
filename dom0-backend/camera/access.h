/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * access.h - what a guest may do with a control of a camera that it shares.
 *
 * The rules of docs/sharing.md, "Primary": pure functions of what vmediad said
 * of the guest and what the driver says of the control. controls.h applies them.
 */
#ifndef CAMERA_ACCESS_H
#define CAMERA_ACCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/videodev2.h>

#include "ipc/daemon_proto.h"

/** enum access_right - in the order of what they allow */
enum access_right {
	ACCESS_HIDDEN,
	ACCESS_READ,
	ACCESS_WRITE,
};

/**
 * struct access - to one control
 * @right: what may be done with it
 * @clamped: only values of @minimum to @maximum
 */
struct access {
	enum access_right right;
	bool clamped;
	int64_t minimum;
	int64_t maximum;
};

/** struct access_range - the values of a control, as its driver tells them */
struct access_range {
	int64_t minimum;
	int64_t maximum;
	uint64_t step;
	int64_t default_value;
};

/**
 * access_name() - a control's name as v4l2-ctl writes it, and rules do
 * @name: of a control, at most 32 bytes, perhaps without a NUL
 * @out: lower case, what is neither letter nor digit as one `_`, none at the
 *       ends
 */
void access_name(const char name[32], char out[32]);

/**
 * access_decide() - what may @guest do with a control?
 * @id: of the control, without V4L2_CTRL_FLAG_NEXT_*
 * @name: as access_name() gives it
 * @primary: the guest may write what all share
 *
 * The first rule that fits counts. A rule that makes no sense is taken for the
 * one that allows less: a word that is not known, for reading.
 */
struct access access_decide(const struct camera_guest *guest, uint32_t id,
			    const char *name, bool primary);

/**
 * access_is_open() - may it do everything with every control? Then nobody need
 * look at them.
 */
bool access_is_open(const struct camera_guest *guest, bool primary);

/** access_can_clamp() - does a control of @type (V4L2_CTRL_TYPE_*) have values
 * in an order? Only those have a range that a rule can narrow. */
bool access_can_clamp(uint32_t type);

/**
 * access_narrow() - the part of a control's range that a guest has
 * @access: clamped. If nothing is left of the range, no value is right, and it
 *          becomes ACCESS_READ.
 * @range: narrowed to values that the control's step reaches; the default
 *         is brought into it. Untouched if nothing is left.
 */
void access_narrow(struct access *access, struct access_range *range);

/** access_bring_into() - the value of @range that is nearest to @value */
int64_t access_bring_into(const struct access_range *range, int64_t value);

#endif /* CAMERA_ACCESS_H */
