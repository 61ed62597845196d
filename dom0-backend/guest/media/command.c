// SPDX-License-Identifier: GPL-2.0-only
#include "media/command.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <vmedia/virtio_media.h>

#include "base/byteorder.h"
#include "media/account.h"
#include "media/device_state.h"
#include "media/session.h"
#include "virtio/vq.h"

/* The wire's errors are positive; here is where they become so. */
static struct virtio_media_resp_header header(int ret)
{
	struct virtio_media_resp_header made = { .status = cpu_to_le32(-ret) };

	assert(ret <= 0);
	return made;
}

void chain_answer(struct vq_chain *chain, int ret)
{
	const struct virtio_media_resp_header head = header(ret);

	/* If it cannot be written, the driver learns it by the used length. */
	(void)vq_chain_write(chain, &head, sizeof(head));
	vq_chain_complete(chain);
}

static void stop_waiting(struct command *command)
{
	calls_end(command);
	window_wait_cancel(&command->pages);
	if (list_empty(&command->link))
		return;
	list_remove(&command->link);
	command->device->num_commands--;
}

static void pages_came(struct window_wait *wait, int error)
{
	struct command *command = container_of(wait, struct command, pages);

	stop_waiting(command);
	command->populated(command, error);
}

int command_create(struct session *session, struct vq_chain *chain,
		   struct command **out)
{
	struct command *command = calloc(1, sizeof(*command));

	if (!command)
		return -ENOMEM;
	list_init(&command->link);
	window_wait_init(&command->pages, pages_came);
	command->device = session->device;
	command->session = session;
	command->chain = chain;
	*out = command;
	return 0;
}

static void start_waiting(struct command *command)
{
	list_append(&command->session->commands, &command->link);
	command->device->num_commands++;
}

void command_wait(struct command *command, uint32_t tag,
		  void (*replied)(struct command *, const struct reply *))
{
	command->tag = tag;
	command->replied = replied;
	start_waiting(command);
}

void command_await_pages(struct command *command, struct window *window,
			 void (*populated)(struct command *, int error))
{
	command->populated = populated;
	start_waiting(command);
	window_populate(window, &command->pages);
}

void command_claim(struct command *command, unsigned int buffers,
		   uint64_t bytes)
{
	command->claimed_buffers = buffers;
	command->claimed_bytes = bytes;
}

void command_unclaim(struct command *command)
{
	account_give_back(command->device->params.account,
			  command->claimed_buffers, command->claimed_bytes);
	command_claim(command, 0, 0);
}

void command_replied(struct command *command, const struct reply *reply)
{
	stop_waiting(command);
	command->replied(command, reply);
}

/*
 * Controls say which of them was wrong, and some drivers take an answer
 * without them for a malformed one.
 */
static bool has_payload(const struct command *command, int ret)
{
	return ret == 0 || command->tells ||
	       command->payload.type->tail == PAYLOAD_CTRLS;
}

void command_answer(struct command *command, int ret)
{
	const struct virtio_media_resp_header head = header(ret);
	struct vq_chain *chain = command->chain;

	log_debug("%s: session %u: %s: %d", command->device->params.name,
		  command->session->id, command->payload.type->name, ret);
	/* An error here means that the guest's memory went: nobody to tell. */
	if (vq_chain_write(chain, &head, sizeof(head)) == 0 &&
	    has_payload(command, ret))
		(void)payload_write(&command->payload, chain);
	vq_chain_complete(chain);
	stop_waiting(command);
	command_unclaim(command);
	payload_finish(&command->payload);
	free(command);
}
