// SPDX-License-Identifier: GPL-2.0-only
#include "source_fake.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"

static struct source_fake *to_fake(struct source *source)
{
	return container_of(source, struct source_fake, source);
}

static int fake_open(struct source *source,
		     void (*event)(void *owner, const struct v4l2_event *event),
		     void *owner, struct source_handle **out)
{
	struct source_fake *fake = to_fake(source);
	struct source_handle *handle;

	if (!source->identity.present)
		return -ENODEV;
	if (fake->fail_open)
		return -fake->fail_open;

	handle = calloc(1, sizeof(*handle));
	handle->source = source;
	fake->event = event;
	fake->owner = owner;
	fake->handles++;
	*out = handle;
	return 0;
}

static void fake_close(struct source_handle *handle)
{
	to_fake(handle->source)->handles--;
	free(handle);
}

static int fake_ext_ctrls(struct source_fake *fake,
			  struct v4l2_ext_controls *ctrls)
{
	unsigned int count = MIN(ctrls->count, 4u);

	memset(fake->last_data, 0, sizeof(fake->last_data));
	for (unsigned int i = 0; i < count; i++) {
		struct v4l2_ext_control *control = &ctrls->controls[i];

		fake->last_ctrls[i] = *control;
		if (control->id == fake->pointer_ctrl && control->size > 0) {
			memcpy(fake->last_data, control->ptr,
			       MIN(control->size, 16u));
			memset(control->ptr, 'k', control->size);
		} else {
			control->value = 77;
		}
	}
	ctrls->error_idx = fake->fail_ioctl ? 1 : 0;
	return -fake->fail_ioctl;
}

static void fake_send_event(struct source_fake *fake, uint32_t id)
{
	struct v4l2_event event = { .type = V4L2_EVENT_CTRL, .id = id };

	fake->event(fake->owner, &event);
}

static int fake_ioctl(struct source_handle *handle, unsigned long request,
		      void *payload)
{
	struct source_fake *fake = to_fake(handle->source);
	struct v4l2_query_ext_ctrl *query = payload;
	struct v4l2_format *format = payload;
	struct v4l2_streamparm *parm = payload;
	struct v4l2_input *input = payload;

	switch (request) {
	case VIDIOC_QUERY_EXT_CTRL:
		query->flags = query->id == fake->pointer_ctrl ?
				       V4L2_CTRL_FLAG_HAS_PAYLOAD :
				       0;
		return 0;
	case VIDIOC_G_EXT_CTRLS:
	case VIDIOC_S_EXT_CTRLS:
	case VIDIOC_TRY_EXT_CTRLS:
		return fake_ext_ctrls(fake, payload);
	}

	fake->last_request = request;
	if (fake->fail_ioctl)
		return -fake->fail_ioctl;

	switch (request) {
	case VIDIOC_S_FMT:
		fake->format = *format;
		return 0;
	case VIDIOC_G_FMT:
		*format = fake->format;
		return 0;
	case VIDIOC_TRY_FMT:
		format->fmt.pix.width &= ~1u;
		return 0;
	case VIDIOC_S_PARM:
		fake->parm_fps = parm->parm.capture.timeperframe.denominator;
		return 0;
	case VIDIOC_G_PARM:
		parm->parm.capture.timeperframe.numerator = 1;
		parm->parm.capture.timeperframe.denominator = fake->parm_fps;
		parm->parm.capture.readbuffers = 1;
		return 0;
	case VIDIOC_G_INPUT:
		*(int *)payload = fake->input;
		return 0;
	case VIDIOC_S_INPUT:
		fake->input = *(int *)payload;
		return 0;
	case VIDIOC_ENUMINPUT:
		input->type = V4L2_INPUT_TYPE_TUNER;
		input->tuner = 3;
		input->std = V4L2_STD_PAL;
		input->capabilities = V4L2_IN_CAP_STD;
		return 0;
	case VIDIOC_SUBSCRIBE_EVENT:
		if (fake->event_on_subscribe)
			fake_send_event(fake, 4711);
		return 0;
	default:
		return 0;
	}
}

static int fake_queue(struct source *source, unsigned int slot)
{
	struct source_fake *fake = to_fake(source);
	int ret = -fake->fail_queue;

	assert(slot < fake->num_slots && !(fake->queued & 1u << slot));
	fake->fail_queue = 0;
	if (ret == 0 && fake->refuse_queue)
		ret = -EINVAL;
	if (ret)
		return ret;
	fake->queued |= 1u << slot;
	fake->order[fake->num_order++] = slot;
	return 0;
}

static int fake_start(struct source *source, unsigned int num_slots,
		      struct pool *pool)
{
	struct source_fake *fake = to_fake(source);
	uint32_t size = 4096;
	int fd;

	assert(fake->num_slots == 0);
	if (fake->fail_start)
		return -fake->fail_start;

	fake->num_slots = fake->give_slots ? fake->give_slots : num_slots;
	fake->queued = 0;
	fake->num_order = 0;
	fake->sequence = 0;
	assert(pool_layout(pool, fake->num_slots, 1, &size) == 0);
	for (unsigned int i = 0; i < fake->num_slots; i++) {
		fd = memfd_create("fake", MFD_CLOEXEC);
		assert(fd >= 0 && ftruncate(fd, size) == 0);
		pool_set_fd(pool, i, 0, fd);
		assert(fake_queue(source, i) == 0);
	}
	fake->starts++;
	return 0;
}

static void fake_stop(struct source *source)
{
	struct source_fake *fake = to_fake(source);

	assert(fake->num_slots > 0);
	fake->num_slots = 0;
	fake->stops++;
}

static void fake_destroy(struct source *source)
{
}

static const struct source_ops fake_ops = {
	.destroy = fake_destroy,
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
	.start = fake_start,
	.stop = fake_stop,
	.queue = fake_queue,
};

void source_fake_init(struct source_fake *fake)
{
	struct v4l2_pix_format *pix = &fake->format.fmt.pix;

	memset(fake, 0, sizeof(*fake));
	fake->source.ops = &fake_ops;
	fake->source.identity = (struct camera_identity){
		.present = 1,
		.device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING,
		.card = "fake",
	};
	fake->parm_fps = 30;
	fake->format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	pix->width = 64;
	pix->height = 4;
	pix->pixelformat = V4L2_PIX_FMT_YUYV;
	pix->field = V4L2_FIELD_NONE;
	pix->sizeimage = 512;
}

int source_fake_fill(struct source_fake *fake)
{
	struct session_frame frame = { .sequence = fake->sequence++ };

	if (fake->num_order == 0)
		return -1;
	frame.slot = fake->order[0];
	frame.bytesused[0] = 512;
	memmove(fake->order, fake->order + 1,
		--fake->num_order * sizeof(fake->order[0]));
	fake->queued &= ~(1u << frame.slot);
	if (fake->source.listener)
		fake->source.listener->filled(fake->source.owner, &frame);
	return frame.slot;
}

void source_fake_vanish(struct source_fake *fake)
{
	fake->source.identity.present = 0;
	fake->source.listener->changed(fake->source.owner);
}

void source_fake_return(struct source_fake *fake)
{
	fake->source.identity.present = 1;
	fake->source.listener->changed(fake->source.owner);
}
