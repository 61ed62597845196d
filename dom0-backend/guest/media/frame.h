/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - a picture's last steps: from the camera's slot to the guest.
 */
#ifndef MEDIA_FRAME_H
#define MEDIA_FRAME_H

struct session;
struct session_frame;

/**
 * frame_take() - give a frame to the guest, and the slot back to the camera
 *
 * Goes to the buffer that was queued first. If there is none the frame is
 * dropped: the gap shows in the sequence numbers. A buffer that the frame
 * cannot be copied to goes back with V4L2_BUF_FLAG_ERROR.
 * Return: 0; -EPROTO if there can be no such frame; as link_send().
 */
int frame_take(struct session *session, const struct session_frame *frame);

#endif /* MEDIA_FRAME_H */
