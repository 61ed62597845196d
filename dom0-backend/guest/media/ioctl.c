// SPDX-License-Identifier: GPL-2.0-only
#include "media/ioctl.h"

#include <errno.h>
#include <stddef.h>

#include "base/byteorder.h"
#include "media/buffers.h"
#include "media/camera.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/session.h"
#include "virtio/vq.h"

/* Return: what to tell the guest; -EIO if the camera's reply makes no sense. */
static int take_reply(struct command *command, const struct reply *reply)
{
	struct payload *payload = &command->payload;

	if (reply->payload_len > 0) {
		if (payload_unpack(payload, reply->data, reply->payload_len,
				   reply->len) < 0)
			return -EIO;
		command->tells = true;
	} else if (reply->error == 0 && (payload->type->dir & PAYLOAD_R)) {
		return -EIO;
	}
	if (reply->error < 0)
		return reply->error;
	return payload_store_ctrls(payload, command->device->virtio);
}

static void forwarded(struct command *command, const struct reply *reply)
{
	command_answer(command, take_reply(command, reply));
}

static void forward(struct command *command)
{
	const int ret = camera_forward(command, forwarded);

	if (ret < 0)
		command_answer(command, ret);
}

/* The camera would refuse it, too; but it need not be asked. */
static bool has_buffers_of(const struct session *session, uint32_t type)
{
	return session->queue.count > 0 && session->queue.type == type;
}

static void run(struct command *command)
{
	switch (command->payload.type->nr) {
	case _IOC_NR(VIDIOC_REQBUFS):
		buffers_request(command);
		break;
	case _IOC_NR(VIDIOC_CREATE_BUFS):
		buffers_create(command);
		break;
	case _IOC_NR(VIDIOC_QUERYBUF):
		buffers_query(command);
		break;
	case _IOC_NR(VIDIOC_QBUF):
		buffers_queue(command);
		break;
	case _IOC_NR(VIDIOC_PREPARE_BUF):
	case _IOC_NR(VIDIOC_EXPBUF):
		command_answer(command, -ENOTTY);
		break;
	case _IOC_NR(VIDIOC_STREAMON):
		buffers_stream_on(command);
		break;
	case _IOC_NR(VIDIOC_STREAMOFF):
		buffers_stream_off(command);
		break;
	case _IOC_NR(VIDIOC_S_FMT):
		if (has_buffers_of(command->session,
				   command->payload.format.type)) {
			command_answer(command, -EBUSY);
			break;
		}
		forward(command);
		break;
	default:
		forward(command);
	}
}

static int check(const struct media_device *device,
		 const struct session *session)
{
	if (session->error)
		return -(int)session->error;
	if (device->num_commands >= MEDIA_MAX_COMMANDS)
		return -EBUSY;
	return 0;
}

static void run_in(struct session *session, const struct payload_type *type,
		   struct vq_chain *chain)
{
	struct command *command;
	int ret;

	ret = command_create(session, chain, &command);
	if (ret < 0) {
		chain_answer(chain, ret);
		return;
	}
	ret = payload_read(&command->payload, type, chain,
			   session->device->virtio);
	if (ret == 0)
		ret = check(session->device, session);
	if (ret < 0)
		command_answer(command, ret);
	else
		run(command);
}

void ioctl_run(struct media_device *device, struct vq_chain *chain)
{
	struct virtio_media_cmd_ioctl cmd;
	const struct payload_type *type;
	struct session *session;
	int ret;

	ret = vq_chain_read(chain, &cmd.session_id,
			    sizeof(cmd) - sizeof(cmd.hdr));
	if (ret < 0) {
		chain_answer(chain, -EINVAL);
		return;
	}
	session = session_find(device, le32_to_cpu(cmd.session_id));
	type = payload_find(le32_to_cpu(cmd.code));
	if (!session)
		chain_answer(chain, -EINVAL);
	else if (!type)
		chain_answer(chain, -ENOTTY);
	else
		run_in(session, type, chain);
}
