/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - a buffer's last steps: from the camera to the guest.
 *
 * A buffer that the bytes cannot be copied to goes back with
 * V4L2_BUF_FLAG_ERROR.
 */
#ifndef MEDIA_FRAME_H
#define MEDIA_FRAME_H

struct buffer;
struct session;
struct session_frame;

/**
 * frame_take_shared() - give a frame to the guest, and the slot back to the
 * camera
 *
 * Goes to the buffer that was queued first. If there is none the frame is
 * dropped: the gap shows in the sequence numbers. Where buffers are slots the
 * frame is in its buffer; if that is queued nothing is copied, and the slot is
 * given back by frame_return().
 * Return: 0; -EPROTO if there can be no such frame; as link_send().
 */
int frame_take_shared(struct session *session,
		      const struct session_frame *frame);

/**
 * frame_return() - the guest queues @buffer again: the camera may have its frame
 * back, if it is a slot that was lent
 * Return: 0; as link_send().
 */
int frame_return(struct session *session, struct buffer *buffer);

/**
 * frame_take_direct() - give the guest the buffer that the node is done with
 *
 * Of an OUTPUT queue there is nothing to be copied.
 * Return: 0; -EPROTO if there can be no such frame, as when the node has no
 * such buffer.
 */
int frame_take_direct(struct session *session,
		      const struct session_frame *frame);

#endif /* MEDIA_FRAME_H */
