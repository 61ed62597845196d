// SPDX-License-Identifier: GPL-2.0-only
#include "camera/ctrls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <vmedia/limits.h>

#include "camera/source.h"

static struct v4l2_ext_control *ctrls_array(const struct ctrls *ctrls)
{
	return (struct v4l2_ext_control *)ctrls->tail;
}

/* The lengths must add up to the tail, byte for byte. */
static int ctrls_check(const struct v4l2_ext_controls *payload,
		       const uint8_t *tail, size_t tail_len)
{
	struct v4l2_ext_control control;
	size_t bytes = 0;
	size_t array;

	if (payload->count > VMEDIA_MAX_EXT_CTRLS)
		return -EPROTO;
	array = payload->count * sizeof(control);
	if (tail_len < array)
		return -EPROTO;

	for (uint32_t i = 0; i < payload->count; i++) {
		memcpy(&control, tail + i * sizeof(control), sizeof(control));
		if (control.size > VMEDIA_MAX_CTRL_BYTES - bytes)
			return -EPROTO;
		bytes += control.size;
	}
	return tail_len - array == bytes ? 0 : -EPROTO;
}

static bool ctrls_has_pointer(struct source_handle *handle, uint32_t id)
{
	struct v4l2_query_ext_ctrl query = { .id = id & V4L2_CTRL_ID_MASK };

	return handle->source->ops->ioctl(handle, VIDIOC_QUERY_EXT_CTRL,
					  &query) == 0 &&
	       query.flags & V4L2_CTRL_FLAG_HAS_PAYLOAD;
}

/*
 * A driver ignores the size of a control without a pointer and takes value,
 * which shares its place with the pointer: our address would be set as the
 * control's value. So only those get a pointer that the driver says have one.
 */
static void ctrls_point(struct ctrls *ctrls, struct source_handle *handle)
{
	struct v4l2_ext_control *control = ctrls_array(ctrls);
	uint32_t count = ctrls->payload->count;
	uint8_t *data = ctrls->tail + count * sizeof(*control);

	for (uint32_t i = 0; i < count; i++, control++) {
		uint32_t size = control->size;

		/* uvcvideo would take the next control for the one named. */
		control->id &= V4L2_CTRL_ID_MASK;
		memset(control->reserved2, 0, sizeof(control->reserved2));
		if (size == 0)
			continue;
		if (ctrls_has_pointer(handle, control->id))
			control->ptr = data;
		else
			control->size = 0;
		data += size;
	}
}

static int ctrls_alloc(struct ctrls *ctrls, const void *tail, size_t tail_len)
{
	size_t array = ctrls->payload->count * sizeof(*ctrls->asked);

	if (tail_len == 0)
		return 0;

	ctrls->tail = malloc(tail_len);
	ctrls->asked = malloc(array);
	if (!ctrls->tail || !ctrls->asked) {
		free(ctrls->tail);
		free(ctrls->asked);
		ctrls->tail = NULL;
		ctrls->asked = NULL;
		return -ENOMEM;
	}

	memcpy(ctrls->tail, tail, tail_len);
	memcpy(ctrls->asked, tail, array);
	ctrls->tail_len = tail_len;
	return 0;
}

int ctrls_init(struct ctrls *ctrls, struct source_handle *handle,
	       struct v4l2_ext_controls *payload, const void *tail,
	       size_t tail_len)
{
	int ret;

	ret = ctrls_check(payload, tail, tail_len);
	if (ret)
		return ret;

	memset(ctrls, 0, sizeof(*ctrls));
	ctrls->payload = payload;
	payload->controls = NULL;
	memset(payload->reserved, 0, sizeof(payload->reserved));

	ret = ctrls_alloc(ctrls, tail, tail_len);
	if (ret)
		return ret;
	if (payload->which == V4L2_CTRL_WHICH_REQUEST_VAL) {
		payload->error_idx = payload->count;
		return -EINVAL;
	}

	/* A descriptor of the guest's, which means nothing here */
	payload->request_fd = 0;
	payload->controls = ctrls_array(ctrls);
	ctrls_point(ctrls, handle);
	return 0;
}

void ctrls_settle(struct ctrls *ctrls)
{
	struct v4l2_ext_control *control = ctrls_array(ctrls);
	uint32_t count = ctrls->tail ? ctrls->payload->count : 0;
	bool pointed = ctrls->payload->controls != NULL;

	for (uint32_t i = 0; i < count; i++, control++) {
		control->id = ctrls->asked[i].id;
		if (ctrls->asked[i].size == 0 || !pointed)
			continue;
		if (control->size == 0)
			control->size = ctrls->asked[i].size;
		else
			control->value64 = 0;
	}
	ctrls->payload->controls = NULL;
}

void ctrls_finish(struct ctrls *ctrls)
{
	free(ctrls->tail);
	free(ctrls->asked);
}
