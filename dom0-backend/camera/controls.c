// SPDX-License-Identifier: GPL-2.0-only
#include "camera/controls.h"

#include <errno.h>
#include <string.h>

#include "camera/access.h"
#include "camera/domain.h"
#include "camera/session.h"

#define CONTROLS_NEXT (V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND)

/* More than any driver has: who enumerates for ever is stopped. */
#define CONTROLS_MAX 2048

/**
 * struct control - one that a session may know of
 * @query: as the session sees it
 * @access: to it
 */
struct control {
	struct v4l2_query_ext_ctrl query;
	struct access access;
};

/*
 * Nothing is kept from the session: nobody need look at the controls. Rules are
 * about controls that are everybody's.
 */
static bool controls_open(const struct session *session, bool primary)
{
	return session_has_own_context(session) ||
	       access_is_open(&session->domain->guest, primary);
}

static void control_narrow(struct control *control)
{
	struct v4l2_query_ext_ctrl *query = &control->query;
	struct access_range range = {
		.minimum = query->minimum,
		.maximum = query->maximum,
		.step = query->step,
		.default_value = query->default_value,
	};

	access_narrow(&control->access, &range);
	query->minimum = range.minimum;
	query->maximum = range.maximum;
	query->default_value = range.default_value;
}

/* Return: false if the session may not know of it. */
static bool control_judge(struct session *session, struct control *control)
{
	struct v4l2_query_ext_ctrl *query = &control->query;
	struct access *access = &control->access;
	char name[32];

	access_name(query->name, name);
	*access = access_decide(&session->domain->guest, query->id, name,
				domain_is_primary(session->domain));
	if (access->right == ACCESS_HIDDEN)
		return false;
	if (query->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD ||
	    !access_can_clamp(query->type))
		access->clamped = false;
	if (access->clamped)
		control_narrow(control);
	if (access->right < ACCESS_WRITE)
		query->flags |= V4L2_CTRL_FLAG_READ_ONLY;
	return true;
}

/*
 * One that can neither be read nor written, such as a button of another's, is
 * none. The name of a class is there for everybody.
 */
static bool control_is_of_use(const struct control *control)
{
	return control->access.right == ACCESS_WRITE ||
	       control->query.type == V4L2_CTRL_TYPE_CTRL_CLASS ||
	       !(control->query.flags & V4L2_CTRL_FLAG_WRITE_ONLY);
}

/* The control with @id, or with one of @next the first that is visible after */
static int control_seek(struct session *session, uint32_t id, uint32_t next,
			struct control *control)
{
	struct v4l2_query_ext_ctrl *query = &control->query;
	int ret;

	for (int i = 0; i < CONTROLS_MAX; i++) {
		memset(query, 0, sizeof(*query));
		query->id = id | next;
		ret = session_ask(session, VIDIOC_QUERY_EXT_CTRL, query);
		if (ret)
			return ret;
		/* Behind the last, or a driver that stands still */
		if (next && query->id <= id)
			return -EINVAL;
		if (control_judge(session, control) &&
		    (!next || control_is_of_use(control)))
			return 0;
		if (!next)
			return -EINVAL;
		id = query->id;
	}
	return -EINVAL;
}

/* What may have lost its name to an old number would slip through the rules. */
static bool control_is_old(uint32_t id)
{
	return id >= V4L2_CID_PRIVATE_BASE;
}

static int control_find(struct session *session, uint32_t id,
			struct control *control)
{
	id &= V4L2_CTRL_ID_MASK;
	if (control_is_old(id))
		return -EINVAL;
	return control_seek(session, id, 0, control);
}

/*
 * Before drivers had classes of controls, their own were numbered from
 * V4L2_CID_PRIVATE_BASE on. V4L2 still counts them so, those that fit into an
 * integer; we count those that the session may know of.
 */
static int control_find_old(struct session *session, uint32_t old,
			    struct control *control)
{
	const struct v4l2_query_ext_ctrl *query = &control->query;
	uint32_t index = old - V4L2_CID_PRIVATE_BASE;
	uint32_t id = V4L2_CTRL_CLASS_USER;
	int ret;

	do {
		ret = control_seek(session, id, V4L2_CTRL_FLAG_NEXT_CTRL,
				   control);
		if (ret)
			return ret;
		id = query->id;
		if (V4L2_CTRL_ID2WHICH(id) != V4L2_CTRL_CLASS_USER)
			return -EINVAL;
	} while (!V4L2_CTRL_DRIVER_PRIV(id) ||
		 query->type == V4L2_CTRL_TYPE_INTEGER64 ||
		 query->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD || index-- > 0);
	return 0;
}

static int control_find_any(struct session *session, uint32_t id,
			    struct control *control)
{
	id &= V4L2_CTRL_ID_MASK;
	if (control_is_old(id))
		return control_find_old(session, id, control);
	return control_seek(session, id, 0, control);
}

static int controls_query_ext(struct session *session,
			      struct v4l2_query_ext_ctrl *query)
{
	const uint32_t next = query->id & CONTROLS_NEXT;
	const uint32_t id = query->id & V4L2_CTRL_ID_MASK;
	struct control control;
	int ret;

	ret = next ? control_seek(session, id, next, &control) :
		     control_find_any(session, id, &control);
	if (ret == 0 && !control_is_of_use(&control))
		ret = -EINVAL;
	if (ret)
		return ret;
	*query = control.query;
	if (!next)
		query->id = id;
	return 0;
}

static bool control_has_short_range(uint32_t type)
{
	switch (type) {
	case V4L2_CTRL_TYPE_INTEGER:
	case V4L2_CTRL_TYPE_BOOLEAN:
	case V4L2_CTRL_TYPE_MENU:
	case V4L2_CTRL_TYPE_INTEGER_MENU:
	case V4L2_CTRL_TYPE_STRING:
	case V4L2_CTRL_TYPE_BITMASK:
		return true;
	default:
		return false;
	}
}

/* As V4L2 does it: what the shorter structure has no place for is left out. */
static int controls_query(struct session *session, struct v4l2_queryctrl *query)
{
	struct v4l2_query_ext_ctrl ext = { .id = query->id };
	int ret;

	ret = controls_query_ext(session, &ext);
	if (ret)
		return ret;
	memset(query, 0, sizeof(*query));
	query->id = ext.id;
	query->type = ext.type;
	query->flags = ext.flags;
	memcpy(query->name, ext.name, sizeof(query->name));
	if (!control_has_short_range(ext.type))
		return 0;
	query->minimum = ext.minimum;
	query->maximum = ext.maximum;
	query->step = ext.step;
	query->default_value = ext.default_value;
	return 0;
}

static int controls_querymenu(struct session *session,
			      struct v4l2_querymenu *menu)
{
	const uint32_t id = menu->id;
	struct control control;
	int ret;

	ret = control_find_any(session, id, &control);
	if (ret)
		return ret;
	if (control.access.clamped && (menu->index < control.query.minimum ||
				       menu->index > control.query.maximum))
		return -EINVAL;
	menu->id = control.query.id;
	ret = session_ask(session, VIDIOC_QUERYMENU, menu);
	menu->id = id;
	return ret;
}

static bool control_is_menu(const struct control *control)
{
	return control->query.type == V4L2_CTRL_TYPE_MENU ||
	       control->query.type == V4L2_CTRL_TYPE_INTEGER_MENU;
}

static int64_t control_bring_into(const struct control *control, int64_t value)
{
	const struct access_range range = {
		.minimum = control->query.minimum,
		.maximum = control->query.maximum,
	};

	if (!control->access.clamped)
		return value;
	if (control->query.type == V4L2_CTRL_TYPE_BOOLEAN)
		value = value != 0;
	return access_bring_into(&range, value);
}

static int controls_g(struct session *session, struct v4l2_control *value)
{
	const uint32_t id = value->id;
	struct control control;
	int ret;

	ret = control_find_any(session, id, &control);
	if (ret)
		return ret;
	value->id = control.query.id;
	ret = session_ask(session, VIDIOC_G_CTRL, value);
	value->id = id;
	return ret;
}

static int controls_s(struct session *session, struct v4l2_control *value)
{
	const uint32_t id = value->id;
	struct control control;
	int64_t wanted;
	int ret;

	ret = control_find_any(session, id, &control);
	if (ret)
		return ret;
	if (control.access.right < ACCESS_WRITE)
		return -EACCES;
	wanted = control_bring_into(&control, value->value);
	/* V4L2 rounds what is out of range, but not to another item. */
	if (wanted != value->value && control_is_menu(&control))
		return -ERANGE;
	value->value = wanted;
	value->id = control.query.id;
	ret = session_ask(session, VIDIOC_S_CTRL, value);
	value->id = id;
	return ret;
}

static int control_clamp_ext(const struct control *control, bool write,
			     struct v4l2_ext_control *ext)
{
	const bool is_long = control->query.type == V4L2_CTRL_TYPE_INTEGER64;
	int64_t value, wanted;

	if (!control->access.clamped)
		return 0;
	value = is_long ? ext->value64 : ext->value;
	wanted = control_bring_into(control, value);
	if (wanted != value && write && control_is_menu(control))
		return -ERANGE;
	if (is_long)
		ext->value64 = wanted;
	else
		ext->value = wanted;
	return 0;
}

/* As in V4L2: first whether all are there, then whether all can be written */
static int controls_check_ext(struct session *session, bool write,
			      struct v4l2_ext_controls *ext)
{
	struct control control;
	int ret;

	for (uint32_t i = 0; i < ext->count; i++) {
		ext->error_idx = i;
		ret = control_find(session, ext->controls[i].id, &control);
		if (ret)
			return ret;
	}
	for (uint32_t i = 0; i < ext->count && write; i++) {
		ext->error_idx = i;
		ret = control_find(session, ext->controls[i].id, &control);
		if (ret)
			return ret;
		if (control.access.right < ACCESS_WRITE)
			return -EACCES;
	}
	ext->error_idx = ext->count;
	return 0;
}

static int controls_clamp_ext(struct session *session, bool write,
			      struct v4l2_ext_controls *ext)
{
	struct control control;
	int ret;

	for (uint32_t i = 0; i < ext->count; i++) {
		ret = control_find(session, ext->controls[i].id, &control);
		if (ret == 0)
			ret = control_clamp_ext(&control, write,
						&ext->controls[i]);
		if (ret) {
			ext->error_idx = i;
			return ret;
		}
	}
	return 0;
}

static int controls_g_ext(struct session *session,
			  struct v4l2_ext_controls *ext)
{
	int ret;

	ret = controls_check_ext(session, false, ext);
	if (ret) {
		ext->error_idx = ext->count;
		return ret;
	}
	ret = session_ask(session, VIDIOC_G_EXT_CTRLS, ext);
	/* Not current values, but their defaults or their ranges */
	if (ret == 0 && ext->which >= V4L2_CTRL_WHICH_DEF_VAL)
		ret = controls_clamp_ext(session, false, ext);
	return ret;
}

static int controls_s_ext(struct session *session, unsigned long request,
			  struct v4l2_ext_controls *ext)
{
	int ret;

	ret = controls_check_ext(session, true, ext);
	if (ret == 0)
		ret = controls_clamp_ext(session, true, ext);
	if (ret == 0)
		return session_ask(session, request, ext);
	/* V4L2's word for "nothing was set"; a try tells which one is wrong. */
	if (request == VIDIOC_S_EXT_CTRLS)
		ext->error_idx = ext->count;
	return ret;
}

/* It only reads; and what, is not for us to count (control_find_old()) */
static bool controls_reads(unsigned long request, const void *payload)
{
	const uint32_t id = *(const uint32_t *)payload;

	if (request == VIDIOC_G_EXT_CTRLS)
		return true;
	return (request == VIDIOC_QUERYMENU || request == VIDIOC_G_CTRL) &&
	       !control_is_old(id & V4L2_CTRL_ID_MASK);
}

int controls_ioctl(struct session *session, unsigned long request,
		   void *payload)
{
	if (controls_open(session, controls_reads(request, payload) ||
					   domain_is_primary(session->domain)))
		return session_ask(session, request, payload);

	switch (request) {
	case VIDIOC_QUERYCTRL:
		return controls_query(session, payload);
	case VIDIOC_QUERY_EXT_CTRL:
		return controls_query_ext(session, payload);
	case VIDIOC_QUERYMENU:
		return controls_querymenu(session, payload);
	case VIDIOC_G_CTRL:
		return controls_g(session, payload);
	case VIDIOC_S_CTRL:
		return controls_s(session, payload);
	case VIDIOC_G_EXT_CTRLS:
		return controls_g_ext(session, payload);
	default:
		return controls_s_ext(session, request, payload);
	}
}

int controls_may_subscribe(struct session *session, uint32_t id)
{
	struct control control;

	if (controls_open(session, domain_is_primary(session->domain)))
		return 0;
	return control_find(session, id, &control);
}

bool controls_filter_event(struct session *session, struct v4l2_event *event)
{
	struct v4l2_event_ctrl *ctrl = &event->u.ctrl;
	struct control control;

	if (controls_open(session, domain_is_primary(session->domain)))
		return true;
	if (control_find(session, event->id, &control))
		return false;
	if (control.access.right < ACCESS_WRITE)
		ctrl->flags |= V4L2_CTRL_FLAG_READ_ONLY;
	if (control.access.clamped) {
		ctrl->minimum = control.query.minimum;
		ctrl->maximum = control.query.maximum;
		ctrl->default_value = control.query.default_value;
	}
	return true;
}
