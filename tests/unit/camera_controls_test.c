// SPDX-License-Identifier: GPL-2.0-only
/* What sessions of different guests see of a camera's controls, and may set */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "camera_client.h"
#include "source_fake.h"

#define NEXT V4L2_CTRL_FLAG_NEXT_CTRL

/* @primary and @other have no rules; @ruled is no primary and has some. */
struct scene {
	struct camera_world world;
	struct source_fake fake;
	struct ctrls_fake ctrls;
	struct camera_client primary;
	struct camera_client other;
	struct camera_client ruled;
};

static const struct camera_guest ruled = {
	.domid = 7,
	.held = 2,
	.name = "ruled",
	.num_rules = 6,
	.rules = {
		{ .id = FAKE_PRIVATE_A, .access = CONTROL_HIDDEN },
		{ .id = FAKE_BRIGHTNESS, .access = CONTROL_WRITE,
		  .clamped = 1, .minimum = 100, .maximum = 200 },
		{ .name = "gain", .access = CONTROL_WRITE,
		  .clamped = 1, .minimum = 11, .maximum = 39 },
		{ .name = "exposure_auto", .access = CONTROL_WRITE,
		  .clamped = 1, .minimum = 1, .maximum = 2 },
		{ .name = "text", .access = CONTROL_WRITE,
		  .clamped = 1, .minimum = 0, .maximum = 0 },
		{ .id = FAKE_PRIVATE_LONG, .access = CONTROL_WRITE,
		  .clamped = 1, .minimum = -(1ll << 40), .maximum = 1ll << 40 },
	},
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	source_fake_init(&scene->fake);
	ctrls_fake_init(&scene->ctrls);
	scene->fake.ctrls = &scene->ctrls;
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	client_open(&scene->primary, &scene->world, 2);
	client_open(&scene->other, &scene->world, 2);
	client_open_as(&scene->ruled, &scene->world, &ruled);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	client_close(&scene->primary);
	client_close(&scene->other);
	client_close(&scene->ruled);
	world_finish(&scene->world);
	event_base_free(scene->world.base);
	assert_int_equal(scene->fake.handles, 0);
	free(scene);
	return 0;
}

static struct camera_client *client_of(struct scene *scene, char who)
{
	return who == 'p' ? &scene->primary :
	       who == 'o' ? &scene->other :
			    &scene->ruled;
}

static int set(struct camera_client *client, uint32_t id, int32_t *value)
{
	struct v4l2_control control = { .id = id, .value = *value };
	int ret;

	ret = client_ioctl(client, VIDIOC_S_CTRL, &control);
	*value = control.value;
	return ret;
}

static int get(struct camera_client *client, uint32_t id, int32_t *value)
{
	struct v4l2_control control = { .id = id, .value = -1 };
	int ret;

	ret = client_ioctl(client, VIDIOC_G_CTRL, &control);
	*value = control.value;
	return ret;
}

/* p: the primary; o: another; r: the one with rules */
static const struct {
	char who;
	uint32_t id;
	int32_t value;
	int error;
	int32_t set;
} sets[] = {
	{ 'p', FAKE_BRIGHTNESS, 3, 0, 3 },
	{ 'p', FAKE_BRIGHTNESS, 999, 0, 255 },
	{ 'p', FAKE_PRIVATE_A, 3, 0, 3 },
	{ 'p', FAKE_PRIVATE_RO, 3, EACCES, 6 },
	{ 'p', 0x00987654, 3, EINVAL, 0 },
	{ 'o', FAKE_BRIGHTNESS, 3, EACCES, 128 },
	{ 'o', FAKE_PRIVATE_A, 3, EACCES, 4 },
	{ 'p', FAKE_BUTTON, 0, 0, 0 },
	{ 'o', FAKE_BUTTON, 0, EACCES, 0 },
	{ 'o', 0x00987654, 3, EINVAL, 0 },
	{ 'r', FAKE_PRIVATE_A, 3, EINVAL, 4 },
	{ 'r', FAKE_BRIGHTNESS, 150, 0, 150 },
	{ 'r', FAKE_BRIGHTNESS, 3, 0, 100 },
	{ 'r', FAKE_BRIGHTNESS, 255, 0, 200 },
	{ 'r', FAKE_GAIN, 0, 0, 15 },
	{ 'r', FAKE_GAIN, 38, 0, 35 },
	{ 'r', FAKE_GAIN, 23, 0, 20 },
	{ 'r', FAKE_EXPOSURE_AUTO, 2, 0, 2 },
	{ 'r', FAKE_EXPOSURE_AUTO, 3, ERANGE, 3 },
	{ 'r', FAKE_HFLIP, 1, EACCES, 0 },
	{ 'r', FAKE_PRIVATE_RO, 1, EACCES, 6 },
	/* Bits that drivers do not look at are no way around a rule. */
	{ 'r', FAKE_PRIVATE_A | 0x10000000, 3, EINVAL, 4 },
	{ 'o', FAKE_BRIGHTNESS | NEXT, 3, EACCES, 128 },
};

static void a_control_is_set_by_who_may(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		int32_t value = sets[i].value;

		ctrls_fake_init(&scene->ctrls);
		assert_int_equal(set(client_of(scene, sets[i].who), sets[i].id,
				     &value), sets[i].error);
		if (sets[i].id == 0x00987654)
			continue;
		assert_int_equal(ctrls_fake_find(&scene->ctrls,
						 sets[i].id)->value,
				 sets[i].set);
		if (sets[i].error == 0)
			assert_int_equal(value, sets[i].set);
	}
}

static void everybody_reads_what_is_not_hidden(void **state)
{
	struct scene *scene = *state;
	int32_t value;

	/* camera_be returns success without a value. */
	assert_int_equal(get(&scene->primary, FAKE_BRIGHTNESS, &value), 0);
	assert_int_equal(value, 128);
	assert_int_equal(get(&scene->other, FAKE_BRIGHTNESS, &value), 0);
	assert_int_equal(value, 128);
	assert_int_equal(get(&scene->ruled, FAKE_HFLIP, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(get(&scene->ruled, FAKE_PRIVATE_A, &value), EINVAL);
}

static int query(struct camera_client *client, uint32_t id,
		 struct v4l2_query_ext_ctrl *query)
{
	memset(query, 0, sizeof(*query));
	query->id = id;
	return client_ioctl(client, VIDIOC_QUERY_EXT_CTRL, query);
}

static const struct {
	char who;
	uint32_t id;
	int error;
	uint32_t flags;
	int64_t minimum, maximum, default_value;
} queries[] = {
	{ 'p', FAKE_BRIGHTNESS, 0, 0, 0, 255, 128 },
	{ 'o', FAKE_BRIGHTNESS, 0, V4L2_CTRL_FLAG_READ_ONLY, 0, 255, 128 },
	{ 'r', FAKE_BRIGHTNESS, 0, 0, 100, 200, 128 },
	{ 'r', FAKE_GAIN, 0, 0, 15, 35, 35 },
	{ 'r', FAKE_EXPOSURE_AUTO, 0, 0, 1, 2, 2 },
	{ 'r', FAKE_HFLIP, 0, V4L2_CTRL_FLAG_READ_ONLY, 0, 1, 0 },
	{ 'r', FAKE_PRIVATE_A, EINVAL, 0, 0, 0, 0 },
	{ 'r', FAKE_PRIVATE_RO, 0, V4L2_CTRL_FLAG_READ_ONLY, 0, 9, 6 },
	{ 'r', FAKE_TEXT, 0, V4L2_CTRL_FLAG_HAS_PAYLOAD, 0, 8, 0 },
	{ 'o', 0x00987654, EINVAL, 0, 0, 0, 0 },
	/* Who may not press a button has none. */
	{ 'p', FAKE_BUTTON, 0, V4L2_CTRL_FLAG_WRITE_ONLY, 0, 0, 0 },
	{ 'o', FAKE_BUTTON, EINVAL, 0, 0, 0, 0 },
};

static void a_query_tells_each_guest_its_own_truth(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		struct camera_client *client = client_of(scene, queries[i].who);
		struct v4l2_queryctrl short_ = { .id = queries[i].id };
		struct v4l2_query_ext_ctrl ext;

		assert_int_equal(query(client, queries[i].id, &ext),
				 queries[i].error);
		assert_int_equal(client_ioctl(client, VIDIOC_QUERYCTRL,
					      &short_), queries[i].error);
		if (queries[i].error)
			continue;
		assert_int_equal(ext.flags, queries[i].flags);
		assert_true(ext.minimum == queries[i].minimum);
		assert_true(ext.maximum == queries[i].maximum);
		assert_true(ext.default_value == queries[i].default_value);
		assert_int_equal(short_.id, queries[i].id);
		assert_int_equal(short_.flags, queries[i].flags);
		assert_int_equal(short_.minimum, queries[i].minimum);
		assert_int_equal(short_.maximum, queries[i].maximum);
	}
}

static void an_enumeration_passes_over_what_is_hidden(void **state)
{
	struct scene *scene = *state;
	struct v4l2_query_ext_ctrl ext = { 0 };
	unsigned int count = 0;
	bool after = false;

	while (query(&scene->ruled, ext.id | NEXT, &ext) == 0) {
		assert_int_not_equal(ext.id, FAKE_PRIVATE_A);
		after |= ext.id == FAKE_PRIVATE_B;
		count++;
	}
	assert_true(after);
	/* Neither what is hidden, nor a button that it may not press */
	assert_int_equal(count, scene->ctrls.num - 2);
}

static void a_driver_that_enumerates_for_ever_is_left(void **state)
{
	struct scene *scene = *state;
	struct v4l2_query_ext_ctrl ext;

	scene->ctrls.stuck = true;
	assert_int_equal(query(&scene->ruled, FAKE_BRIGHTNESS | NEXT, &ext),
			 EINVAL);
	assert_true(scene->ctrls.queries < 100);
}

/* Long ago, a driver's own controls were counted from V4L2_CID_PRIVATE_BASE. */
static void old_numbers_count_what_is_visible(void **state)
{
	static const int32_t values[] = { 5, 6 };
	struct scene *scene = *state;
	int32_t value;

	assert_int_equal(get(&scene->other, V4L2_CID_PRIVATE_BASE, &value), 0);
	assert_int_equal(value, 4);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		const uint32_t id = V4L2_CID_PRIVATE_BASE + i;
		struct v4l2_query_ext_ctrl ext;

		assert_int_equal(get(&scene->ruled, id, &value), 0);
		assert_int_equal(value, values[i]);
		assert_int_equal(query(&scene->ruled, id, &ext), 0);
		assert_int_equal(ext.id, id);
		value = 9;
		assert_int_equal(set(&scene->ruled, id, &value), EACCES);
	}
	assert_int_equal(get(&scene->ruled, V4L2_CID_PRIVATE_BASE + 2, &value),
			 EINVAL);
}

static int menu(struct camera_client *client, uint32_t id, uint32_t index)
{
	struct v4l2_querymenu item = { .id = id, .index = index };

	return client_ioctl(client, VIDIOC_QUERYMENU, &item);
}

static void a_menu_has_the_items_that_may_be_chosen(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(menu(&scene->primary, FAKE_EXPOSURE_AUTO, i),
				 0);
		assert_int_equal(menu(&scene->ruled, FAKE_EXPOSURE_AUTO, i),
				 i == 1 || i == 2 ? 0 : EINVAL);
	}
	assert_int_equal(menu(&scene->ruled, FAKE_EXPOSURE_AUTO, UINT32_MAX),
			 EINVAL);
	assert_int_equal(menu(&scene->ruled, FAKE_PRIVATE_A, 0), EINVAL);
}

/* Several controls at once, laid out by hand */
struct many {
	struct session_ioctl request;
	struct v4l2_ext_controls payload;
	struct v4l2_ext_control controls[3];
	uint8_t data[8];
} __attribute__((packed));

static int run_many(struct camera_client *client, unsigned long request,
		    struct many *many, unsigned int count, size_t data_len)
{
	const struct session_reply *reply = (const void *)client->reply;
	const size_t tail = count * sizeof(many->controls[0]) + data_len;
	unsigned int replies = client->replies;

	many->request.hdr.type = SESSION_IOCTL;
	many->request.nr = _IOC_NR(request);
	many->request.len = sizeof(many->payload);
	many->payload.count = count;
	many->payload.error_idx = 99;
	client_send(client, many, offsetof(struct many, controls) + tail);
	assert_int_equal(client->replies, replies + 1);
	assert_int_equal(client->reply_len,
			 sizeof(*reply) + sizeof(many->payload) + tail);
	memcpy(&many->payload, reply + 1, sizeof(many->payload) + tail);
	return reply->error;
}

static const struct {
	char who;
	unsigned long request;
	uint32_t id[3];
	int32_t value[3];
	int error;
	uint32_t error_idx;
	int32_t brightness;
} manies[] = {
	{ 'p', VIDIOC_S_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN, FAKE_HFLIP },
	  { 3, 10, 1 }, 0, 2, 3 },
	/* One that is refused: nothing is set, and which one is not told. */
	{ 'o', VIDIOC_S_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN, FAKE_HFLIP },
	  { 3, 10, 1 }, EACCES, 3, 128 },
	{ 'r', VIDIOC_S_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN, FAKE_HFLIP },
	  { 150, 20, 1 }, EACCES, 3, 128 },
	{ 'r', VIDIOC_S_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_PRIVATE_A,
	  FAKE_GAIN }, { 150, 20, 1 }, EINVAL, 3, 128 },
	{ 'r', VIDIOC_S_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN,
	  FAKE_EXPOSURE_AUTO }, { 150, 20, 0 }, ERANGE, 3, 128 },
	{ 'r', VIDIOC_S_EXT_CTRLS, { FAKE_BRIGHTNESS, V4L2_CID_PRIVATE_BASE,
	  FAKE_GAIN }, { 150, 20, 0 }, EINVAL, 3, 128 },
	{ 'r', VIDIOC_S_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN,
	  FAKE_EXPOSURE_AUTO }, { 3, 20, 1 }, 0, 2, 100 },
	/* No flag of enumerations names what is hidden behind another. */
	{ 'r', VIDIOC_S_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_PRIVATE_LONG | NEXT,
	  FAKE_GAIN }, { 150, 9, 20 }, 0, 2, 150 },
	/* A try tells which. */
	{ 'o', VIDIOC_TRY_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN,
	  FAKE_HFLIP }, { 3, 10, 1 }, EACCES, 0, 128 },
	{ 'r', VIDIOC_TRY_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN,
	  FAKE_HFLIP }, { 150, 20, 1 }, EACCES, 2, 128 },
	/* That all exist comes before that all can be written. */
	{ 'r', VIDIOC_TRY_EXT_CTRLS, { FAKE_HFLIP, FAKE_PRIVATE_A,
	  FAKE_GAIN }, { 1, 2, 20 }, EINVAL, 1, 128 },
	{ 'r', VIDIOC_TRY_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN,
	  FAKE_EXPOSURE_AUTO }, { 3, 20, 1 }, 0, 2, 128 },
	{ 'o', VIDIOC_G_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_GAIN, FAKE_HFLIP },
	  { 0, 0, 0 }, 0, 2, 128 },
	{ 'r', VIDIOC_G_EXT_CTRLS, { FAKE_BRIGHTNESS, FAKE_PRIVATE_A,
	  FAKE_GAIN }, { 0, 0, 0 }, EINVAL, 3, 128 },
};

static void several_controls_are_set_all_or_none(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(manies); i++) {
		struct many many = { 0 };

		ctrls_fake_init(&scene->ctrls);
		for (int j = 0; j < 3; j++) {
			many.controls[j].id = manies[i].id[j];
			many.controls[j].value = manies[i].value[j];
		}
		assert_int_equal(run_many(client_of(scene, manies[i].who),
					  manies[i].request, &many, 3, 0),
				 manies[i].error);
		assert_int_equal(many.payload.error_idx, manies[i].error_idx);
		assert_int_equal(ctrls_fake_find(&scene->ctrls,
						 FAKE_BRIGHTNESS)->value,
				 manies[i].brightness);
		assert_int_equal(ctrls_fake_find(&scene->ctrls,
						 FAKE_PRIVATE_A)->value, 4);
	}
}

static void a_value_of_64_bits_is_brought_into_its_range(void **state)
{
	struct scene *scene = *state;
	struct many many = { .controls[0].id = FAKE_PRIVATE_LONG };

	many.controls[0].value64 = 1ll << 50;
	assert_int_equal(run_many(&scene->ruled, VIDIOC_S_EXT_CTRLS, &many, 1,
				  0), 0);
	assert_true(many.controls[0].value64 == 1ll << 40);
	assert_true(ctrls_fake_find(&scene->ctrls, FAKE_PRIVATE_LONG)->value ==
		    1ll << 40);
}

static void a_default_is_told_in_the_range_that_the_guest_has(void **state)
{
	struct scene *scene = *state;
	struct many many = {
		.payload.which = V4L2_CTRL_WHICH_DEF_VAL,
		.controls = { { .id = FAKE_GAIN },
			      { .id = FAKE_EXPOSURE_AUTO } },
	};

	assert_int_equal(run_many(&scene->ruled, VIDIOC_G_EXT_CTRLS, &many, 2,
				  0), 0);
	assert_int_equal(many.controls[0].value, 35);
	assert_int_equal(many.controls[1].value, 2);
}

static void a_control_behind_a_pointer_has_rights_but_no_range(void **state)
{
	struct scene *scene = *state;
	struct many many = { .controls[0] = { .id = FAKE_TEXT, .size = 8 } };

	memcpy(many.controls + 1, "abcdefgh", 8);
	assert_int_equal(run_many(&scene->other, VIDIOC_S_EXT_CTRLS, &many, 1,
				  8), EACCES);
	assert_true(ctrls_fake_find(&scene->ctrls, FAKE_TEXT)->value == 0);

	memcpy(many.controls + 1, "abcdefgh", 8);
	assert_int_equal(run_many(&scene->ruled, VIDIOC_S_EXT_CTRLS, &many, 1,
				  8), 0);
	assert_memory_equal(&ctrls_fake_find(&scene->ctrls, FAKE_TEXT)->value,
			    "abcdefgh", 8);
}

static int subscribe(struct camera_client *client, uint32_t id)
{
	struct v4l2_event_subscription sub = {
		.type = V4L2_EVENT_CTRL,
		.id = id,
	};

	return client_ioctl(client, VIDIOC_SUBSCRIBE_EVENT, &sub);
}

static void a_change_reaches_all_who_subscribed(void **state)
{
	struct scene *scene = *state;
	const struct v4l2_event_ctrl *seen = &scene->ruled.event.u.ctrl;
	int32_t value = 150;

	assert_int_equal(subscribe(&scene->primary, FAKE_BRIGHTNESS), 0);
	assert_int_equal(subscribe(&scene->other, FAKE_BRIGHTNESS), 0);
	assert_int_equal(subscribe(&scene->ruled, FAKE_BRIGHTNESS), 0);
	assert_int_equal(set(&scene->primary, FAKE_BRIGHTNESS, &value), 0);
	client_pump(&scene->other);
	client_pump(&scene->ruled);
	/* As in V4L2, who changed it knows. */
	assert_int_equal(scene->primary.events, 0);
	assert_int_equal(scene->other.events, 1);
	assert_int_equal(scene->other.event.u.ctrl.value, 150);
	assert_int_equal(scene->other.event.u.ctrl.flags,
			 V4L2_CTRL_FLAG_READ_ONLY);
	assert_int_equal(scene->other.event.u.ctrl.maximum, 255);

	/* Each guest sees its own flags and range. */
	assert_int_equal(scene->ruled.events, 1);
	assert_int_equal(seen->flags, 0);
	assert_int_equal(seen->minimum, 100);
	assert_int_equal(seen->maximum, 200);
}

static void what_is_hidden_has_no_events(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(subscribe(&scene->ruled, FAKE_PRIVATE_A), EINVAL);
	assert_int_equal(subscribe(&scene->ruled, V4L2_CID_PRIVATE_BASE),
			 EINVAL);
	assert_int_equal(scene->ctrls.num_subscriptions, 0);
}

static void events_of_what_was_hidden_later_do_not_come(void **state)
{
	struct scene *scene = *state;
	struct camera_guest_changed changed = {
		.hdr.type = CAMERA_GUEST,
		.guest = ruled,
	};
	int32_t value = 150;

	assert_int_equal(subscribe(&scene->ruled, FAKE_BRIGHTNESS), 0);
	changed.guest.num_rules = 1;
	changed.guest.rules[0] =
		(struct control_rule){ .access = CONTROL_HIDDEN };
	world_tell(&scene->world, &changed, sizeof(changed));
	assert_int_equal(set(&scene->primary, FAKE_BRIGHTNESS, &value), 0);
	client_pump(&scene->ruled);
	assert_int_equal(scene->ruled.events, 0);
}

static uint32_t random_id(void)
{
	static const uint32_t ids[] = {
		FAKE_BRIGHTNESS, FAKE_GAIN, FAKE_HFLIP, FAKE_PRIVATE_LONG,
		FAKE_PRIVATE_A, FAKE_PRIVATE_B, FAKE_PRIVATE_RO,
		FAKE_EXPOSURE_AUTO, V4L2_CID_PRIVATE_BASE,
		V4L2_CID_PRIVATE_BASE + 1, V4L2_CID_USER_CLASS,
	};
	uint32_t id = ids[rand() % ARRAY_SIZE(ids)];

	return rand() % 4 ? id : id | (uint32_t)rand() << 28;
}

static void assert_rules_hold(struct scene *scene)
{
	static const struct {
		uint32_t id;
		int64_t minimum, maximum;
	} may[] = {
		{ FAKE_BRIGHTNESS, 100, 200 },
		{ FAKE_GAIN, 15, 50 },
		{ FAKE_HFLIP, 0, 0 },
		{ FAKE_PRIVATE_LONG, -(1ll << 40), 1ll << 40 },
		{ FAKE_PRIVATE_A, 4, 4 },
		{ FAKE_PRIVATE_B, 5, 5 },
		{ FAKE_EXPOSURE_AUTO, 1, 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(may); i++) {
		int64_t value = ctrls_fake_find(&scene->ctrls, may[i].id)->value;

		assert_true(value >= may[i].minimum);
		assert_true(value <= may[i].maximum);
	}
}

static void whatever_is_asked_the_rules_hold(void **state)
{
	struct scene *scene = *state;
	unsigned int done = 0;

	srand(1);
	for (int i = 0; i < 4000; i++) {
		struct many many = { 0 };
		int32_t value = rand() - RAND_MAX / 2;

		if (rand() % 2) {
			done += set(&scene->ruled, random_id(), &value) == 0;
		} else {
			unsigned int count = rand() % 3 + 1;

			for (unsigned int j = 0; j < count; j++) {
				many.controls[j].id = random_id();
				many.controls[j].value64 =
					(uint64_t)rand() << 33 ^ rand();
			}
			done += run_many(&scene->ruled, VIDIOC_S_EXT_CTRLS,
					 &many, count, 0) == 0;
		}
		assert_rules_hold(scene);
	}
	/* It was not all refused. */
	assert_true(done > 100);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_control_is_set_by_who_may),
		SCENE(everybody_reads_what_is_not_hidden),
		SCENE(a_query_tells_each_guest_its_own_truth),
		SCENE(an_enumeration_passes_over_what_is_hidden),
		SCENE(a_driver_that_enumerates_for_ever_is_left),
		SCENE(old_numbers_count_what_is_visible),
		SCENE(a_menu_has_the_items_that_may_be_chosen),
		SCENE(several_controls_are_set_all_or_none),
		SCENE(a_value_of_64_bits_is_brought_into_its_range),
		SCENE(a_default_is_told_in_the_range_that_the_guest_has),
		SCENE(a_control_behind_a_pointer_has_rights_but_no_range),
		SCENE(a_change_reaches_all_who_subscribed),
		SCENE(what_is_hidden_has_no_events),
		SCENE(events_of_what_was_hidden_later_do_not_come),
		SCENE(whatever_is_asked_the_rules_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
