/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctrls.h - the controls behind a struct v4l2_ext_controls: checked on the way
 * in, cleaned of our addresses on the way out.
 *
 * They travel in place: the tail of the request, copied, is what the driver
 * works on and the tail of the reply. It is laid out by the sizes of the
 * request, also if the driver changes a size.
 */
#ifndef CAMERA_CTRLS_H
#define CAMERA_CTRLS_H

#include <stddef.h>
#include <stdint.h>
#include <linux/videodev2.h>

struct source_handle;

/**
 * struct ctrls - the controls of one ioctl
 * @payload: borrowed
 * @tail: array of controls, then their data; NULL if @tail_len is 0
 * @tail_len: bytes
 * @asked: the array as it was received
 */
struct ctrls {
	struct v4l2_ext_controls *payload;
	uint8_t *tail;
	size_t tail_len;
	struct v4l2_ext_control *asked;
};

/**
 * ctrls_init() - take over what follows @payload, ready for the driver
 * @handle: tells which controls have their value behind a pointer
 * @payload: borrowed until ctrls_finish(); its pointer is set
 * @tail: borrowed, @tail_len bytes, any alignment
 *
 * Return: 0. -EPROTO if @tail is not what @payload announces, or above the
 * limits of vmedia/limits.h; then there is nothing to settle or finish.
 * -EINVAL for what does not cross (requests), -ENOMEM: to be answered, with
 * settle and finish as usual.
 */
int ctrls_init(struct ctrls *ctrls, struct source_handle *handle,
	       struct v4l2_ext_controls *payload, const void *tail,
	       size_t tail_len);

/** ctrls_settle() - no pointer of ours remains in payload and tail */
void ctrls_settle(struct ctrls *ctrls);

/** ctrls_finish() - free the tail */
void ctrls_finish(struct ctrls *ctrls);

#endif /* CAMERA_CTRLS_H */
