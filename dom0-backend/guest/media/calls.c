// SPDX-License-Identifier: GPL-2.0-only
#include "media/calls.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "ipc/link.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/session.h"

void calls_init(struct calls *calls)
{
	calls->sent = 0;
	list_init(&calls->waiting);
}

static int send_call(struct command *command, const struct iovec *iov,
		     int count)
{
	const int ret = link_send(command->session->camera, iov, count, NULL,
				  0);

	if (ret < 0)
		return ret;
	command->call.is_sent = true;
	command->device->calls.sent++;
	return 0;
}

static int keep_call(struct command *command, const struct iovec *iov,
		     int count)
{
	struct call *call = &command->call;
	uint8_t *to;

	call->len = 0;
	for (int i = 0; i < count; i++)
		call->len += iov[i].iov_len;
	call->message = malloc(call->len);
	if (!call->message)
		return -ENOMEM;
	to = call->message;
	for (int i = 0; i < count; i++) {
		memcpy(to, iov[i].iov_base, iov[i].iov_len);
		to += iov[i].iov_len;
	}
	list_append(&command->device->calls.waiting, &call->link);
	return 0;
}

int calls_begin(struct command *command, const struct iovec *iov, int count)
{
	assert(!command->call.is_sent && !command->call.message);
	if (command->device->calls.sent < MEDIA_MAX_CALLS)
		return send_call(command, iov, count);
	return keep_call(command, iov, count);
}

static void drop_message(struct call *call)
{
	list_remove(&call->link);
	free(call->message);
	call->message = NULL;
}

void calls_end(struct command *command)
{
	struct call *call = &command->call;

	if (call->message)
		drop_message(call);
	if (call->is_sent) {
		call->is_sent = false;
		command->device->calls.sent--;
	}
}

static void send_waiting(struct command *command)
{
	const struct iovec iov = { command->call.message, command->call.len };
	struct reply none = { 0 };
	int ret;

	ret = send_call(command, &iov, 1);
	drop_message(&command->call);
	if (ret == 0)
		return;
	/* As if the camera had said so. A dead link will say so by itself. */
	none.error = ret == -EPIPE ? -EIO : ret;
	command_replied(command, &none);
}

void calls_go_on(struct calls *calls)
{
	while (calls->sent < MEDIA_MAX_CALLS && !list_empty(&calls->waiting)) {
		struct call *call =
			list_first(&calls->waiting, struct call, link);

		send_waiting(container_of(call, struct command, call));
	}
}
