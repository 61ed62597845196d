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

static void replied(struct command *command, const struct reply *reply)
{
	command_answer(command, take_reply(command, reply));
}

void ioctl_forward(struct command *command)
{
	const int ret = camera_forward(command, replied);

	if (ret < 0)
		command_answer(command, ret);
}

static void unsubscribed(struct command *command, const struct reply *reply)
{
	const struct v4l2_event_subscription *end =
		&command->payload.subscription;

	if (reply->error == 0)
		session_withdraw_events(command->session, end->type, end->id);
	command_answer(command, reply->error);
}

/* V4L2 forgets the events that wait, too. */
static void unsubscribe(struct command *command)
{
	const int ret = camera_forward(command, unsubscribed);

	if (ret < 0)
		command_answer(command, ret);
}

static void run(struct command *command)
{
	const struct buffer_ops *buffers = command->session->buffers;

	switch (command->payload.type->nr) {
	case _IOC_NR(VIDIOC_REQBUFS):
		buffers->request(command);
		break;
	case _IOC_NR(VIDIOC_CREATE_BUFS):
		buffers->create(command);
		break;
	case _IOC_NR(VIDIOC_QUERYBUF):
		buffers_query(command);
		break;
	case _IOC_NR(VIDIOC_QBUF):
		buffers->queue(command);
		break;
	case _IOC_NR(VIDIOC_PREPARE_BUF):
		buffers_prepare(command);
		break;
	case _IOC_NR(VIDIOC_EXPBUF):
		buffers_export(command);
		break;
	case _IOC_NR(VIDIOC_STREAMON):
		buffers->stream_on(command);
		break;
	case _IOC_NR(VIDIOC_STREAMOFF):
		buffers->stream_off(command);
		break;
	case _IOC_NR(VIDIOC_S_FMT):
		buffers->set_format(command);
		break;
	case _IOC_NR(VIDIOC_UNSUBSCRIBE_EVENT):
		unsubscribe(command);
		break;
	default:
		ioctl_forward(command);
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
