/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * camera.h - a session's conversation with its camera (ipc/session_proto.h).
 *
 * Sends calls and gives each reply to the command that waits for it; takes
 * frames, events and the end. A camera that breaks the rules ends the session.
 */
#ifndef MEDIA_CAMERA_H
#define MEDIA_CAMERA_H

#include <stddef.h>
#include <stdint.h>

struct command;
struct reply;
struct session;

/**
 * camera_connect() - begin to listen to the camera of @session
 * @fd: consumed, also on failure
 * Return: 0 or -ENOMEM.
 */
int camera_connect(struct session *session, int fd);

/**
 * camera_call() - run an ioctl at the camera on behalf of @command
 * @nr: of the ioctl, which need not be the command's own
 * @payload: @len bytes, without a tail
 * @replied: called with the reply, and may answer the command or call again;
 *           not called if the session ends: its end answers the command
 * Return: 0, and the command belongs to its session until @replied is called;
 * -ENOMEM, or -EIO if the camera is gone, and the caller still has it.
 */
int camera_call(struct command *command, uint32_t nr, const void *payload,
		uint32_t len,
		void (*replied)(struct command *, const struct reply *));

/**
 * camera_call_with_tail() - the same, with what follows the payload
 * @data: @len bytes, of which the first @payload_len are the payload
 */
int camera_call_with_tail(struct command *command, uint32_t nr,
			  const void *data, uint32_t payload_len, size_t len,
			  void (*replied)(struct command *,
					  const struct reply *));

/** camera_forward() - camera_call() with the command's own ioctl and tail */
int camera_forward(struct command *command,
		   void (*replied)(struct command *, const struct reply *));

/** camera_tell() - run an ioctl whose reply interests nobody */
void camera_tell(struct session *session, uint32_t nr, const void *payload,
		 uint32_t len);

#endif /* MEDIA_CAMERA_H */
