// SPDX-License-Identifier: GPL-2.0-only
#include "ctrls_fake.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"

#define NEXT_FLAGS (V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND)

void ctrls_fake_init(struct ctrls_fake *fake)
{
	static const struct ctrl_fake ctrls[] = {
		{ V4L2_CID_USER_CLASS, V4L2_CTRL_TYPE_CTRL_CLASS,
		  "User Controls",
		  V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY,
		  0, 0, 0, 0, 0 },
		{ FAKE_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, "Brightness", 0,
		  0, 255, 1, 128, 128 },
		{ FAKE_GAIN, V4L2_CTRL_TYPE_INTEGER, "Gain", 0,
		  0, 100, 5, 50, 50 },
		{ FAKE_HFLIP, V4L2_CTRL_TYPE_BOOLEAN, "Horizontal Flip", 0,
		  0, 1, 1, 0, 0 },
		{ FAKE_BUTTON, V4L2_CTRL_TYPE_BUTTON, "Balance",
		  V4L2_CTRL_FLAG_WRITE_ONLY, 0, 0, 0, 0, 0 },
		{ FAKE_PRIVATE_LONG, V4L2_CTRL_TYPE_INTEGER64, "64 Bits", 0,
		  INT64_MIN, INT64_MAX, 1, 0, 0 },
		{ FAKE_PRIVATE_A, V4L2_CTRL_TYPE_INTEGER, "Secret Knob", 0,
		  0, 9, 1, 4, 4 },
		{ FAKE_PRIVATE_B, V4L2_CTRL_TYPE_INTEGER, "Open Knob", 0,
		  0, 9, 1, 5, 5 },
		{ FAKE_PRIVATE_RO, V4L2_CTRL_TYPE_INTEGER, "Sensor",
		  V4L2_CTRL_FLAG_READ_ONLY, 0, 9, 1, 6, 6 },
		{ FAKE_TEXT, V4L2_CTRL_TYPE_STRING, "Text",
		  V4L2_CTRL_FLAG_HAS_PAYLOAD, 0, 8, 1, 0, 0 },
		{ FAKE_EXPOSURE_AUTO, V4L2_CTRL_TYPE_MENU, "Exposure, Auto", 0,
		  0, 3, 1, 3, 3 },
	};

	memset(fake, 0, sizeof(*fake));
	memcpy(fake->ctrls, ctrls, sizeof(ctrls));
	fake->num = ARRAY_SIZE(ctrls);
}

static bool is_int(const struct ctrl_fake *ctrl)
{
	return !(ctrl->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD) &&
	       ctrl->type != V4L2_CTRL_TYPE_INTEGER64;
}

static struct ctrl_fake *find_private(struct ctrls_fake *fake, uint32_t index)
{
	for (unsigned int i = 0; i < fake->num; i++) {
		struct ctrl_fake *ctrl = &fake->ctrls[i];

		if (V4L2_CTRL_ID2WHICH(ctrl->id) == V4L2_CTRL_CLASS_USER &&
		    V4L2_CTRL_DRIVER_PRIV(ctrl->id) && is_int(ctrl) &&
		    index-- == 0)
			return ctrl;
	}
	return NULL;
}

static struct ctrl_fake *find(struct ctrls_fake *fake, uint32_t id)
{
	id &= V4L2_CTRL_ID_MASK;
	if (id >= V4L2_CID_PRIVATE_BASE)
		return find_private(fake, id - V4L2_CID_PRIVATE_BASE);
	for (unsigned int i = 0; i < fake->num; i++) {
		if (fake->ctrls[i].id == id)
			return &fake->ctrls[i];
	}
	return NULL;
}

struct ctrl_fake *ctrls_fake_find(struct ctrls_fake *fake, uint32_t id)
{
	struct ctrl_fake *ctrl = find(fake, id);

	assert(ctrl);
	return ctrl;
}

static int query(struct ctrls_fake *fake, struct v4l2_query_ext_ctrl *query)
{
	const uint32_t id = query->id & V4L2_CTRL_ID_MASK;
	struct ctrl_fake *ctrl = NULL;

	fake->queries++;
	if (query->id & NEXT_FLAGS) {
		for (unsigned int i = 0; i < fake->num && !ctrl; i++) {
			if (fake->ctrls[i].id > id || fake->stuck)
				ctrl = &fake->ctrls[i];
		}
	} else {
		ctrl = find(fake, id);
	}
	if (!ctrl)
		return -EINVAL;

	memset(query, 0, sizeof(*query));
	query->id = id >= V4L2_CID_PRIVATE_BASE ? id : ctrl->id;
	query->type = ctrl->type;
	strncpy(query->name, ctrl->name, sizeof(query->name) - 1);
	query->flags = ctrl->flags;
	query->minimum = ctrl->minimum;
	query->maximum = ctrl->maximum;
	query->step = ctrl->step;
	query->default_value = ctrl->default_value;
	query->elems = 1;
	query->elem_size = is_int(ctrl) ? 4 : 8;
	return 0;
}

static int query_short(struct ctrls_fake *fake, struct v4l2_queryctrl *short_)
{
	struct v4l2_query_ext_ctrl ext = { .id = short_->id };
	int ret;

	ret = query(fake, &ext);
	if (ret)
		return ret;
	memset(short_, 0, sizeof(*short_));
	short_->id = ext.id;
	short_->type = ext.type;
	memcpy(short_->name, ext.name, sizeof(short_->name));
	short_->flags = ext.flags;
	if (ext.type == V4L2_CTRL_TYPE_INTEGER64)
		return 0;
	short_->minimum = ext.minimum;
	short_->maximum = ext.maximum;
	short_->step = ext.step;
	short_->default_value = ext.default_value;
	return 0;
}

static int query_menu(struct ctrls_fake *fake, struct v4l2_querymenu *menu)
{
	struct ctrl_fake *ctrl = find(fake, menu->id);

	if (!ctrl || ctrl->type != V4L2_CTRL_TYPE_MENU ||
	    menu->index > ctrl->maximum)
		return -EINVAL;
	strcpy((char *)menu->name, "item");
	return 0;
}

static void tell_all(struct ctrls_fake *fake, struct source_handle *but,
		     const struct ctrl_fake *ctrl)
{
	struct v4l2_event event = {
		.type = V4L2_EVENT_CTRL,
		.id = ctrl->id,
		.u.ctrl = {
			.changes = V4L2_EVENT_CTRL_CH_VALUE,
			.type = ctrl->type,
			.value = ctrl->value,
			.flags = ctrl->flags,
			.minimum = ctrl->minimum,
			.maximum = ctrl->maximum,
			.step = ctrl->step,
			.default_value = ctrl->default_value,
		},
	};

	for (unsigned int i = 0; i < fake->num_subscriptions; i++) {
		struct source_handle *handle = fake->subscriptions[i].handle;

		if (fake->subscriptions[i].id == ctrl->id && handle != but)
			handle->event(handle->owner, &event);
	}
}

static int check(const struct ctrl_fake *ctrl, int64_t *value)
{
	if (ctrl->flags & V4L2_CTRL_FLAG_READ_ONLY)
		return -EACCES;
	if (ctrl->type == V4L2_CTRL_TYPE_MENU)
		return *value < ctrl->minimum || *value > ctrl->maximum ?
			       -ERANGE :
			       0;
	*value = MIN(ctrl->maximum, *value);
	*value = MAX(ctrl->minimum, *value);
	if (ctrl->step > 1)
		*value -= (*value - ctrl->minimum) % (int64_t)ctrl->step;
	return 0;
}

static int get(struct ctrls_fake *fake, struct v4l2_control *control)
{
	struct ctrl_fake *ctrl = find(fake, control->id);

	if (!ctrl || !is_int(ctrl))
		return -EINVAL;
	control->value = ctrl->value;
	return 0;
}

static int set(struct ctrls_fake *fake, struct source_handle *handle,
	       struct v4l2_control *control)
{
	struct ctrl_fake *ctrl = find(fake, control->id);
	int64_t value = control->value;
	int ret;

	if (!ctrl || !is_int(ctrl))
		return -EINVAL;
	ret = check(ctrl, &value);
	if (ret)
		return ret;
	control->value = value;
	ctrl->value = value;
	tell_all(fake, handle, ctrl);
	return 0;
}

static void ext_get(const struct ctrl_fake *ctrl, uint32_t which,
		    struct v4l2_ext_control *control)
{
	int64_t value = which == V4L2_CTRL_WHICH_DEF_VAL ? ctrl->default_value :
							   ctrl->value;

	if (ctrl->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD)
		memcpy(control->ptr, &ctrl->value, sizeof(ctrl->value));
	else if (ctrl->type == V4L2_CTRL_TYPE_INTEGER64)
		control->value64 = value;
	else
		control->value = value;
}

static int ext_put(struct ctrl_fake *ctrl, struct v4l2_ext_control *control,
		   bool keep)
{
	int64_t value = is_int(ctrl) ? control->value : control->value64;
	int ret;

	if (ctrl->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD)
		memcpy(&value, control->ptr, sizeof(value));
	else if ((ret = check(ctrl, &value)))
		return ret;
	else if (is_int(ctrl))
		control->value = value;
	else
		control->value64 = value;
	if (keep)
		ctrl->value = value;
	return 0;
}

/* As uvcvideo: what is meant by an enumeration counts here, too. */
static struct ctrl_fake *ext_find(struct ctrls_fake *fake, uint32_t id)
{
	if (!(id & NEXT_FLAGS))
		return id >= V4L2_CID_PRIVATE_BASE ? NULL : find(fake, id);
	for (unsigned int i = 0; i < fake->num; i++) {
		if (fake->ctrls[i].id > (id & V4L2_CTRL_ID_MASK))
			return &fake->ctrls[i];
	}
	return NULL;
}

static int ext(struct ctrls_fake *fake, unsigned long request,
	       struct v4l2_ext_controls *ctrls)
{
	int ret = 0;

	for (uint32_t i = 0; i < ctrls->count && ret == 0; i++) {
		struct v4l2_ext_control *control = &ctrls->controls[i];
		struct ctrl_fake *ctrl = ext_find(fake, control->id);

		ctrls->error_idx = i;
		if (!ctrl)
			ret = -EINVAL;
		else if (request == VIDIOC_G_EXT_CTRLS)
			ext_get(ctrl, ctrls->which, control);
		else
			ret = ext_put(ctrl, control,
				      request == VIDIOC_S_EXT_CTRLS);
	}
	if (ret && request != VIDIOC_TRY_EXT_CTRLS)
		ctrls->error_idx = ctrls->count;
	return ret;
}

static int subscribe(struct ctrls_fake *fake, struct source_handle *handle,
		     const struct v4l2_event_subscription *sub)
{
	const unsigned int i = fake->num_subscriptions;

	if (sub->type != V4L2_EVENT_CTRL)
		return 0;
	if (!find(fake, sub->id))
		return -EINVAL;
	assert(i < CTRLS_FAKE_MAX_SUBSCRIPTIONS);
	fake->subscriptions[i].handle = handle;
	fake->subscriptions[i].id = sub->id;
	fake->num_subscriptions++;
	return 0;
}

int ctrls_fake_ioctl(struct ctrls_fake *fake, struct source_handle *handle,
		     unsigned long request, void *payload)
{
	switch (request) {
	case VIDIOC_QUERYCTRL:
		return query_short(fake, payload);
	case VIDIOC_QUERY_EXT_CTRL:
		return query(fake, payload);
	case VIDIOC_QUERYMENU:
		return query_menu(fake, payload);
	case VIDIOC_G_CTRL:
		return get(fake, payload);
	case VIDIOC_S_CTRL:
		return set(fake, handle, payload);
	case VIDIOC_G_EXT_CTRLS:
	case VIDIOC_S_EXT_CTRLS:
	case VIDIOC_TRY_EXT_CTRLS:
		return ext(fake, request, payload);
	case VIDIOC_SUBSCRIBE_EVENT:
		return subscribe(fake, handle, payload);
	default:
		return -ENOTTY;
	}
}

void ctrls_fake_close(struct ctrls_fake *fake, struct source_handle *handle)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < fake->num_subscriptions; i++) {
		if (fake->subscriptions[i].handle != handle)
			fake->subscriptions[left++] = fake->subscriptions[i];
	}
	fake->num_subscriptions = left;
}
