/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * setting_ioctl.h - what is set on a shared camera besides its mode and its
 * controls, and is everybody's: standard, timings, crop, audio, tuner, EDID.
 *
 * As long as somebody else keeps the mode, what is set stays. What also makes a
 * frame another size (standard, timings, crop) stays, too, while the session
 * itself has buffers. The rules are a table in docs/sharing.md.
 */
#ifndef CAMERA_SETTING_IOCTL_H
#define CAMERA_SETTING_IOCTL_H

#include <stdbool.h>

struct session;

/** setting_is() - is @request one of those that setting_ioctl() runs? */
bool setting_is(unsigned long request);

/**
 * setting_ioctl() - VIDIOC_S_*
 * @payload: of the size coded in @request; its pointers are ours and valid
 * Return: 0, also if what is set is what was asked for; -EBUSY; or the driver's
 * negative errno, such as -ENOTTY for what it does not have.
 */
int setting_ioctl(struct session *session, unsigned long request,
		  void *payload);

#endif /* CAMERA_SETTING_IOCTL_H */
