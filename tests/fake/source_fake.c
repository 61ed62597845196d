// SPDX-License-Identifier: GPL-2.0-only
#include "source_fake.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"

static const uint32_t fake_formats[] = {
	V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_UYVY,
};

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
	handle->event = event;
	handle->owner = owner;
	fake->event = event;
	fake->owner = owner;
	fake->handles++;
	*out = handle;
	return 0;
}

static void fake_close(struct source_handle *handle)
{
	struct source_fake *fake = to_fake(handle->source);

	if (fake->ctrls)
		ctrls_fake_close(fake->ctrls, handle);
	fake->handles--;
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

static bool fake_has_format(uint32_t pixelformat)
{
	for (size_t i = 0; i < ARRAY_SIZE(fake_formats); i++) {
		if (fake_formats[i] == pixelformat)
			return true;
	}
	return false;
}

static uint32_t fake_width(uint32_t width)
{
	if (width > 4096)
		return 4096;
	return width < 2 ? 2 : width & ~1u;
}

static uint32_t fake_pixelformat(uint32_t pixelformat)
{
	return fake_has_format(pixelformat) ? pixelformat : fake_formats[0];
}

/* Even widths up to 4096, any height, two formats of 2 bytes a pixel */
static void fake_try_fmt(struct v4l2_format *format)
{
	struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	struct v4l2_pix_format *pix = &format->fmt.pix;

	if (format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) {
		mp->width = fake_width(mp->width);
		mp->pixelformat = fake_pixelformat(mp->pixelformat);
		mp->field = V4L2_FIELD_NONE;
		mp->num_planes = 1;
		mp->plane_fmt[0].sizeimage = mp->width * mp->height * 2;
	} else {
		pix->width = fake_width(pix->width);
		pix->pixelformat = fake_pixelformat(pix->pixelformat);
		pix->field = V4L2_FIELD_NONE;
		pix->sizeimage = pix->width * pix->height * 2;
	}
}

static int fake_enum_fmt(struct v4l2_fmtdesc *desc)
{
	if (desc->index >= ARRAY_SIZE(fake_formats))
		return -EINVAL;
	desc->pixelformat = fake_formats[desc->index];
	desc->flags = desc->index ? V4L2_FMT_FLAG_EMULATED : 0;
	strcpy((char *)desc->description, desc->index ? "second" : "first");
	return 0;
}

static int fake_enum_sizes(struct v4l2_frmsizeenum *size)
{
	if (size->index > 0 || !fake_has_format(size->pixel_format))
		return -EINVAL;
	size->type = V4L2_FRMSIZE_TYPE_STEPWISE;
	size->stepwise = (struct v4l2_frmsize_stepwise){
		2, 4096, 2, 1, 4096, 1,
	};
	return 0;
}

static int fake_enum_intervals(struct v4l2_frmivalenum *interval)
{
	static const unsigned int rates[] = { 60, 30, 15 };

	if (interval->index >= ARRAY_SIZE(rates) ||
	    !fake_has_format(interval->pixel_format))
		return -EINVAL;
	interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
	interval->discrete.numerator = 1;
	interval->discrete.denominator = rates[interval->index];
	return 0;
}

static int fake_parm(struct source_fake *fake, bool set,
		     struct v4l2_streamparm *parm)
{
	struct v4l2_fract *interval = &parm->parm.capture.timeperframe;

	if (fake->fail_parm)
		return -fake->fail_parm;
	if (set)
		fake->parm_fps = interval->denominator ?
					 interval->denominator :
					 60;
	interval->numerator = fake->parm_fps ? 1 : 0;
	interval->denominator = fake->parm_fps;
	parm->parm.capture.readbuffers = 1;
	parm->parm.capture.capturemode = V4L2_MODE_HIGHQUALITY;
	return 0;
}

static int fake_enuminput(struct v4l2_input *input)
{
	if (input->index > 1)
		return -EINVAL;
	input->type = V4L2_INPUT_TYPE_TUNER;
	input->tuner = 3;
	input->std = V4L2_STD_PAL;
	input->capabilities = V4L2_IN_CAP_STD;
	return 0;
}

static int fake_mode(struct source_fake *fake, unsigned long request,
		     void *payload)
{
	switch (request) {
	case VIDIOC_ENUM_FMT:
		return fake_enum_fmt(payload);
	case VIDIOC_ENUM_FRAMESIZES:
		return fake_enum_sizes(payload);
	case VIDIOC_ENUM_FRAMEINTERVALS:
		return fake_enum_intervals(payload);
	case VIDIOC_S_FMT:
		if (fake->num_slots > 0)
			return -EBUSY;
		fake_try_fmt(payload);
		fake->format = *(struct v4l2_format *)payload;
		return 0;
	case VIDIOC_G_FMT:
		*(struct v4l2_format *)payload = fake->format;
		return 0;
	case VIDIOC_TRY_FMT:
		fake_try_fmt(payload);
		return 0;
	case VIDIOC_S_PARM:
	case VIDIOC_G_PARM:
		return fake_parm(fake, request == VIDIOC_S_PARM, payload);
	case VIDIOC_G_INPUT:
		*(int *)payload = fake->input;
		return 0;
	case VIDIOC_S_INPUT:
		if (*(int *)payload < 0 || *(int *)payload > 1)
			return -EINVAL;
		fake->input = *(int *)payload;
		return 0;
	case VIDIOC_ENUMINPUT:
		return fake_enuminput(payload);
	default:
		return 0;
	}
}

static int fake_ioctl(struct source_handle *handle, unsigned long request,
		      void *payload)
{
	struct source_fake *fake = to_fake(handle->source);
	struct v4l2_query_ext_ctrl *query = payload;
	int ret = -ENOTTY;

	usleep(fake->slow_ms * 1000);
	fake->slow_ms = 0;
	if (fake->ctrls)
		ret = ctrls_fake_ioctl(fake->ctrls, handle, request, payload);
	if (ret != -ENOTTY)
		return ret;

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
	case VIDIOC_SUBSCRIBE_EVENT:
		if (fake->event_on_subscribe)
			fake_send_event(fake, 4711);
		return 0;
	}
	if (fake->settings)
		ret = settings_fake_ioctl(fake->settings, request, payload);
	return ret == -ENOTTY ? fake_mode(fake, request, payload) : ret;
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

static void fake_add_slot(struct source_fake *fake, struct pool *pool)
{
	int fd;

	fd = memfd_create("fake", MFD_CLOEXEC);
	assert(fd >= 0 && ftruncate(fd, pool->plane_size[0]) == 0);
	pool_set_fd(pool, fake->num_slots++, 0, fd);
}

static int fake_prepare(struct source *source, unsigned int num_slots,
			struct pool *pool)
{
	struct source_fake *fake = to_fake(source);
	uint32_t size = 4096;

	assert(fake->num_slots == 0);
	if (fake->fail_prepare)
		return -fake->fail_prepare;
	if (fake->give_slots)
		num_slots = fake->give_slots;

	assert(pool_layout(pool, num_slots, 1, &size) == 0);
	for (unsigned int i = 0; i < num_slots; i++)
		fake_add_slot(fake, pool);
	fake->prepares++;
	return 0;
}

static int fake_grow(struct source *source, unsigned int num_slots,
		     struct pool *pool)
{
	struct source_fake *fake = to_fake(source);

	assert(fake->num_slots > 0 && pool->num_slots == fake->num_slots);
	fake->grows++;
	for (unsigned int i = 0; i < num_slots; i++) {
		if (fake->fail_grow && fake->num_slots >= fake->most_slots)
			return -fake->fail_grow;
		assert(pool_add_slot(pool) == 0);
		fake_add_slot(fake, pool);
	}
	return 0;
}

static int fake_start(struct source *source)
{
	struct source_fake *fake = to_fake(source);

	assert(fake->num_slots > 0 && !fake->running);
	if (fake->fail_start)
		return -fake->fail_start;
	fake->running = true;
	fake->sequence = 0;
	fake->starts++;
	return 0;
}

static void fake_stop(struct source *source)
{
	struct source_fake *fake = to_fake(source);

	assert(fake->num_slots > 0);
	fake->stops += fake->running;
	fake->running = false;
	fake->queued = 0;
	fake->num_order = 0;
}

static void fake_unprepare(struct source *source)
{
	struct source_fake *fake = to_fake(source);

	assert(fake->num_slots > 0 && !fake->running && fake->queued == 0);
	fake->num_slots = 0;
}

static void fake_destroy(struct source *source)
{
}

static const struct source_ops fake_ops = {
	.destroy = fake_destroy,
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
	.prepare = fake_prepare,
	.grow = fake_grow,
	.start = fake_start,
	.queue = fake_queue,
	.stop = fake_stop,
	.unprepare = fake_unprepare,
};

void source_fake_init(struct source_fake *fake)
{
	struct v4l2_pix_format *pix = &fake->format.fmt.pix;

	memset(fake, 0, sizeof(*fake));
	fake->source.ops = &fake_ops;
	fake->source.identity = (struct camera_identity){
		.present = 1,
		.shared = 1,
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

void source_fake_multiplanar(struct source_fake *fake)
{
	fake->source.identity.device_caps =
		V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING;
	memset(&fake->format, 0, sizeof(fake->format));
	fake->format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	fake->format.fmt.pix_mp.width = 64;
	fake->format.fmt.pix_mp.height = 4;
	fake->format.fmt.pix_mp.pixelformat = V4L2_PIX_FMT_YUYV;
	fake_try_fmt(&fake->format);
}

int source_fake_fill(struct source_fake *fake)
{
	struct session_frame frame = { .sequence = fake->sequence++ };

	if (!fake->running || fake->num_order == 0)
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
