// SPDX-License-Identifier: GPL-2.0-only
#include "media/allocate.h"

#include <errno.h>
#include <inttypes.h>

#include "media/account.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/session.h"

int allocate_room(struct session *session, uint32_t *count, uint32_t least,
		  const struct queue_layout *layout)
{
	static const char *const names[NUM_QUOTAS] = {
		[QUOTA_BUFFERS] = "buffers",
		[QUOTA_MEMORY] = "memory",
	};
	struct media_device *device = session->device;
	struct account *account = device->params.account;
	const uint32_t bytes = layout_bytes(layout), asked = *count;
	enum quota_kind reached;

	*count = account_take(account, asked, bytes, &reached);
	if (*count == asked)
		return 0;
	log_guest(&device->refusals,
		  "%s: session %u: %u of %u buffers, quota %s=%" PRIu64
		  " is reached: the guest has %u, of %" PRIu64 " bytes",
		  device->params.name, session->id, *count, asked,
		  names[reached], account->limits.limit[reached],
		  account->buffers, account->memory);
	if (*count >= least)
		return 0;
	account_give_back(account, *count, (uint64_t)*count * bytes);
	return reached == QUOTA_BUFFERS ? -ENOBUFS : -ENOMEM;
}

void allocate_pages(struct command *command, const struct queue *queue,
		    void (*done)(struct command *command, int error))
{
	if (queue->memory == V4L2_MEMORY_MMAP)
		command_await_pages(command, queue->window, done);
	else
		done(command, 0);
}
