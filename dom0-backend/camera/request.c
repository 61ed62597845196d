// SPDX-License-Identifier: GPL-2.0-only
#include "camera/request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <vmedia/limits.h>

#include "base/log.h"
#include "camera/ctrls.h"
#include "camera/ioctl.h"
#include "camera/session.h"
#include "ipc/link.h"

#define EDID_BLOCK 128

/**
 * struct request - an ioctl that came
 * @ioctl: as it came
 * @info: of it
 * @payload: of info->size bytes, copied
 * @tail: what follows it, borrowed, @tail_len bytes, any alignment
 */
struct request {
	struct session_ioctl ioctl;
	const struct ioctl_info *info;
	union ioctl_payload payload;
	const void *tail;
	size_t tail_len;
};

/* iov[0] is set here. */
static int request_reply(struct session *session,
			 const struct session_ioctl *ioctl, int error,
			 struct iovec *iov, int iovcnt)
{
	struct session_reply reply = {
		.hdr.type = SESSION_REPLY,
		.hdr.tag = ioctl->hdr.tag,
		.error = error,
		.len = iovcnt > 1 ? iov[1].iov_len : 0,
	};
	int ret;

	iov[0].iov_base = &reply;
	iov[0].iov_len = sizeof(reply);
	ret = link_send(session->socket, iov, iovcnt, NULL, 0);
	/* A closed link calls closed() in its own time. */
	return ret == -EPIPE ? 0 : ret;
}

int request_answer(struct session *session, const struct session_ioctl *request,
		   int error)
{
	struct iovec iov;

	return request_reply(session, request, error, &iov, 1);
}

static int request_reply_with_tail(struct session *session,
				   struct request *request, int error,
				   void *tail, size_t tail_len)
{
	struct iovec iov[] = {
		{ 0 },
		{ &request->payload, request->info->size },
		{ tail, tail_len },
	};

	return request_reply(session, &request->ioctl, error, iov,
			     tail_len > 0 ? 3 : 2);
}

static int request_dispatch(struct session *session, struct request *request)
{
	const struct ioctl_info *info = request->info;
	int ret;

	ret = session->kind->ioctl(session, info->request, &request->payload);
	log_debug("session %" PRIu64 " %s: %s", session->serial, info->name,
		  ret < 0 ? strerror(-ret) : ret ? "later" : "ok");
	return ret;
}

/*
 * The reply carries the controls even if it failed: error_idx tells which one
 * was wrong, and size how much memory it needs (ENOSPC).
 */
static int run_ctrls(struct session *session, struct request *request)
{
	struct ctrls ctrls;
	int error, ret;

	ret = ctrls_init(&ctrls, session->handle,
			 &request->payload.ext_controls, request->tail,
			 request->tail_len);
	if (ret == -EPROTO)
		return ret;
	error = ret;
	if (error == 0)
		error = request_dispatch(session, request);
	ctrls_settle(&ctrls);
	ret = request_reply_with_tail(session, request, -error, ctrls.tail,
				      ctrls.tail_len);
	ctrls_finish(&ctrls);
	return ret;
}

/*
 * The reply carries the payload even if it failed: E2BIG comes with the number
 * of blocks that there can be. Its tail is as long as the request's, however
 * many blocks the driver tells.
 */
static int run_edid(struct session *session, struct request *request)
{
	struct v4l2_edid *edid = &request->payload.edid;
	uint8_t *blocks = NULL;
	int error, ret;

	if (edid->blocks > VMEDIA_MAX_EDID_BLOCKS ||
	    request->tail_len != edid->blocks * EDID_BLOCK)
		return -EPROTO;
	if (request->tail_len > 0) {
		blocks = malloc(request->tail_len);
		if (!blocks)
			return request_answer(session, &request->ioctl, ENOMEM);
		memcpy(blocks, request->tail, request->tail_len);
	}

	edid->edid = blocks;
	error = request_dispatch(session, request);
	edid->edid = NULL;
	ret = request_reply_with_tail(session, request, -error, blocks,
				      request->tail_len);
	free(blocks);
	return ret;
}

/* Where the bytes are is known at each end for itself. */
static int run_planes(struct session *session, struct request *request)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES] = { 0 };
	struct v4l2_buffer *buffer = &request->payload.buffer;
	const bool multiplanar = V4L2_TYPE_IS_MULTIPLANAR(buffer->type);
	const uint32_t num_planes = multiplanar ? buffer->length : 0;
	int error;

	if (num_planes > VIDEO_MAX_PLANES ||
	    request->tail_len != num_planes * sizeof(planes[0]))
		return -EPROTO;
	memcpy(planes, request->tail, request->tail_len);
	memset(&buffer->m, 0, sizeof(buffer->m));
	if (multiplanar)
		buffer->m.planes = planes;

	error = request_dispatch(session, request);
	if (error)
		return request_answer(session, &request->ioctl, -error);
	memset(&buffer->m, 0, sizeof(buffer->m));
	buffer->length = multiplanar ? num_planes : buffer->length;
	for (uint32_t i = 0; i < num_planes; i++)
		memset(&planes[i].m, 0, sizeof(planes[i].m));
	return request_reply_with_tail(session, request, 0, planes,
				       num_planes * sizeof(planes[0]));
}

static int run_plain(struct session *session, struct request *request)
{
	int error;

	if (request->tail_len > 0)
		return -EPROTO;
	error = request_dispatch(session, request);
	if (error == IOCTL_LATER) {
		session->admission.request = request->ioctl;
		return 0;
	}
	if (error || !request->info->answers)
		return request_answer(session, &request->ioctl, -error);
	return request_reply_with_tail(session, request, 0, NULL, 0);
}

int request_run(struct session *session, const struct link_message *msg)
{
	const uint8_t *data = msg->data;
	struct request request;
	size_t len;

	if (msg->len < sizeof(request.ioctl))
		return -EPROTO;
	memcpy(&request.ioctl, data, sizeof(request.ioctl));
	data += sizeof(request.ioctl);
	len = msg->len - sizeof(request.ioctl);

	request.info = ioctl_find(request.ioctl.nr);
	if (!request.info)
		return request_answer(session, &request.ioctl, ENOTTY);
	if (request.ioctl.len != request.info->size ||
	    len < request.info->size)
		return -EPROTO;
	memcpy(&request.payload, data, request.info->size);
	request.tail = data + request.info->size;
	request.tail_len = len - request.info->size;

	switch (request.info->tail) {
	case IOCTL_TAIL_CTRLS:
		return run_ctrls(session, &request);
	case IOCTL_TAIL_EDID:
		return run_edid(session, &request);
	case IOCTL_TAIL_PLANES:
		return run_planes(session, &request);
	default:
		return run_plain(session, &request);
	}
}
