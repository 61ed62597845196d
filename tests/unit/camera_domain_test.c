// SPDX-License-Identifier: GPL-2.0-only
/* Guests at a camera: what each may have, and that it has it alone */
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
#include "camera/domain.h"
#include "camera/priority.h"
#include "camera/session.h"
#include "camera_client.h"
#include "source_fake.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define IVI 5

struct scene {
	struct camera_world world;
	struct source_fake fake;
	struct camera_client clients[4];
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	source_fake_init(&scene->fake);
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	for (size_t i = 0; i < ARRAY_SIZE(scene->clients); i++) {
		scene->clients[i].world = &scene->world;
		scene->clients[i].fd = -1;
	}
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(scene->clients); i++)
		client_close(&scene->clients[i]);
	world_finish(&scene->world);
	assert_true(list_empty(&scene->world.camera.domains));
	event_base_free(scene->world.base);
	assert_int_equal(scene->fake.handles, 0);
	free(scene);
	return 0;
}

static struct camera_guest guest_of(uint32_t domid, uint32_t streams)
{
	return (struct camera_guest){
		.domid = domid,
		.held = 2,
		.streams = streams,
		.name = "ivi",
	};
}

static struct camera_client *open_as(struct scene *scene, unsigned int i,
				     const struct camera_guest *guest)
{
	client_open_as(&scene->clients[i], &scene->world, guest);
	return &scene->clients[i];
}

static int reqbufs(struct camera_client *client, unsigned int count)
{
	struct v4l2_requestbuffers req = {
		.count = count,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	return client_ioctl(client, VIDIOC_REQBUFS, &req);
}

static int create_bufs(struct camera_client *client)
{
	struct v4l2_create_buffers create = {
		.count = 1,
		.memory = V4L2_MEMORY_USERPTR,
		.format.type = CAPTURE,
		.format.fmt.pix.sizeimage = 512,
	};

	return client_ioctl(client, VIDIOC_CREATE_BUFS, &create);
}

static unsigned int num_domains(const struct scene *scene)
{
	const struct domain *domain, *tmp;
	unsigned int count = 0;

	list_for_each(domain, tmp, &scene->world.camera.domains, link)
		count += !list_empty(&domain->sessions);
	return count;
}

static struct session *session_of(struct scene *scene, uint64_t serial)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &scene->world.camera.sessions, link) {
		if (session->serial == serial)
			return session;
	}
	return NULL;
}

static void the_sessions_of_a_guest_are_one_domain(void **state)
{
	const struct camera_guest ivi = guest_of(IVI, 1);
	const struct camera_guest dom0 = guest_of(0, 1);
	struct scene *scene = *state;

	open_as(scene, 0, &ivi);
	open_as(scene, 1, &ivi);
	assert_int_equal(num_domains(scene), 1);
	open_as(scene, 2, &dom0);
	open_as(scene, 3, &dom0);
	assert_int_equal(num_domains(scene), 3);
}

/* camera_be keeps a dead domain's entries, and the camera running. */
static void a_domain_that_dies_leaves_nothing(void **state)
{
	const struct camera_guest ivi = guest_of(IVI, 1);
	struct scene *scene = *state;

	assert_int_equal(client_stream(open_as(scene, 0, &ivi)), 0);
	open_as(scene, 1, &ivi);
	client_close(&scene->clients[0]);
	assert_int_equal(num_domains(scene), 1);
	client_close(&scene->clients[1]);
	assert_int_equal(num_domains(scene), 0);
	assert_int_equal(scene->fake.num_slots, 0);
	assert_int_equal(scene->fake.handles, 0);
}

/* @streams: of the quota; which of three sessions with buffers are refused */
static const struct {
	uint32_t streams;
	int error[3];
} quotas[] = {
	{ 1, { 0, EBUSY, EBUSY } },
	{ 2, { 0, 0, EBUSY } },
	{ 3, { 0, 0, 0 } },
	{ 0, { 0, 0, 0 } },
};

static void a_guest_has_buffers_in_as_many_sessions_as_it_may(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(quotas); i++) {
		const struct camera_guest ivi = guest_of(IVI,
							 quotas[i].streams);

		for (int j = 0; j < 3; j++)
			assert_int_equal(reqbufs(open_as(scene, j, &ivi), 4),
					 quotas[i].error[j]);
		for (int j = 0; j < 3; j++)
			client_close(&scene->clients[j]);
	}
}

static void the_quota_of_streams_counts_created_buffers(void **state)
{
	const struct camera_guest ivi = guest_of(IVI, 1);
	struct scene *scene = *state;

	assert_int_equal(create_bufs(open_as(scene, 0, &ivi)), 0);
	assert_int_equal(create_bufs(open_as(scene, 1, &ivi)), EBUSY);
	/* More for who has some is no other stream. */
	assert_int_equal(create_bufs(&scene->clients[0]), 0);
	assert_int_equal(reqbufs(&scene->clients[0], 8), 0);
}

static void what_a_quota_refused_may_be_had_later(void **state)
{
	const struct camera_guest ivi = guest_of(IVI, 1);
	struct scene *scene = *state;

	assert_int_equal(reqbufs(open_as(scene, 0, &ivi), 4), 0);
	assert_int_equal(reqbufs(open_as(scene, 1, &ivi), 4), EBUSY);
	/* None is always possible. */
	assert_int_equal(reqbufs(&scene->clients[1], 0), 0);
	assert_int_equal(reqbufs(&scene->clients[0], 0), 0);
	assert_int_equal(reqbufs(&scene->clients[1], 4), 0);
}

static void a_guests_streams_are_no_others(void **state)
{
	const struct camera_guest ivi = guest_of(IVI, 1);
	const struct camera_guest other = guest_of(IVI + 1, 1);
	const struct camera_guest dom0 = guest_of(0, 1);
	struct scene *scene = *state;

	assert_int_equal(reqbufs(open_as(scene, 0, &ivi), 4), 0);
	assert_int_equal(reqbufs(open_as(scene, 1, &other), 4), 0);
	assert_int_equal(reqbufs(open_as(scene, 2, &dom0), 4), 0);
	assert_int_equal(reqbufs(open_as(scene, 3, &dom0), 4), 0);
}

static void tell(struct scene *scene, const struct camera_guest *guest)
{
	const struct camera_guest_changed changed = {
		.hdr.type = CAMERA_GUEST,
		.guest = *guest,
	};

	world_tell(&scene->world, &changed, sizeof(changed));
}

static void a_new_quota_is_for_what_comes_next(void **state)
{
	struct camera_guest ivi = guest_of(IVI, 2);
	struct scene *scene = *state;

	assert_int_equal(reqbufs(open_as(scene, 0, &ivi), 4), 0);
	assert_int_equal(reqbufs(open_as(scene, 1, &ivi), 4), 0);
	ivi.streams = 1;
	tell(scene, &ivi);
	/* Who has buffers keeps them, and may have others. */
	assert_int_equal(reqbufs(&scene->clients[0], 8), 0);
	assert_int_equal(reqbufs(open_as(scene, 2, &ivi), 4), EBUSY);
	ivi.streams = 3;
	tell(scene, &ivi);
	assert_int_equal(reqbufs(&scene->clients[2], 4), 0);
}

static const struct {
	uint32_t held;
	unsigned int allowance;
} helds[] = {
	{ 0, 1 }, { 1, 1 }, { 3, 3 }, { SESSION_MAX_SLOTS, SESSION_MAX_SLOTS },
	{ UINT32_MAX, SESSION_MAX_SLOTS },
};

static void what_a_guest_may_hold_changes_while_it_runs(void **state)
{
	struct camera_guest ivi = guest_of(IVI, 2);
	struct scene *scene = *state;

	open_as(scene, 0, &ivi);
	for (size_t i = 0; i < ARRAY_SIZE(helds); i++) {
		ivi.held = helds[i].held;
		tell(scene, &ivi);
		assert_int_equal(session_of(scene, 1)->reader.allowance,
				 helds[i].allowance);
	}
}

static void a_new_session_brings_the_newest_word_on_its_guest(void **state)
{
	struct camera_guest ivi = guest_of(IVI, 2);
	struct scene *scene = *state;

	open_as(scene, 0, &ivi);
	ivi.held = 5;
	open_as(scene, 1, &ivi);
	assert_int_equal(session_of(scene, 1)->reader.allowance, 5);
}

/* What vmediad would not say. A message that makes no sense changes nothing. */

static void a_guest_that_makes_no_sense_has_no_session(void **state)
{
	struct scene *scene = *state;
	struct camera_guest guest = guest_of(IVI, 1);

	memset(guest.name, 'x', sizeof(guest.name));
	assert_true(open_as(scene, 0, &guest)->closed);
	client_close(&scene->clients[0]);

	guest = guest_of(IVI, 1);
	guest.num_rules = CAMERA_MAX_RULES + 1;
	assert_true(open_as(scene, 0, &guest)->closed);
	client_close(&scene->clients[0]);

	guest = guest_of(IVI, 1);
	guest.num_rules = 1;
	memset(guest.rules[0].name, 'x', sizeof(guest.rules[0].name));
	assert_true(open_as(scene, 0, &guest)->closed);
	assert_int_equal(num_domains(scene), 0);
}

static void a_message_of_another_length_changes_nothing(void **state)
{
	struct camera_settings settings = {
		.hdr.type = CAMERA_SETTINGS,
		.primary = IVI,
	};
	struct camera_guest_changed changed = {
		.hdr.type = CAMERA_GUEST,
		.guest = guest_of(IVI, 1),
	};
	const struct camera_guest ivi = guest_of(IVI, 1);
	struct scene *scene = *state;

	open_as(scene, 0, &ivi);
	world_tell(&scene->world, &settings, sizeof(settings) - 4);
	assert_int_equal(scene->world.camera.primary, WORLD_FIRST_DOMID);
	changed.guest.held = 9;
	world_tell(&scene->world, &changed, sizeof(changed) - 1);
	assert_int_equal(session_of(scene, 1)->reader.allowance, 2);
	changed.guest.num_rules = CAMERA_MAX_RULES + 1;
	world_tell(&scene->world, &changed, sizeof(changed));
	assert_int_equal(session_of(scene, 1)->reader.allowance, 2);
}

/* Priorities */

static int set_priority(struct camera_client *client, uint32_t priority)
{
	return client_ioctl(client, VIDIOC_S_PRIORITY, &priority);
}

static uint32_t get_priority(struct camera_client *client)
{
	uint32_t priority = 99;

	assert_int_equal(client_ioctl(client, VIDIOC_G_PRIORITY, &priority), 0);
	return priority;
}

static int set_brightness(struct camera_client *client)
{
	struct v4l2_control control = { .id = FAKE_BRIGHTNESS };

	return client_ioctl(client, VIDIOC_S_CTRL, &control);
}

static void the_primary_may_hand_over(void **state)
{
	const struct camera_guest ivi = guest_of(IVI, 0);
	const struct camera_guest other = guest_of(IVI + 1, 0);
	struct scene *scene = *state;
	struct camera_client *clients = scene->clients;

	open_as(scene, 0, &ivi);
	open_as(scene, 1, &other);
	/* Being configured for a camera is no right to set it. */
	assert_int_equal(set_brightness(&clients[0]), EACCES);
	world_set_primary(&scene->world, IVI);
	assert_int_equal(set_brightness(&clients[0]), 0);
	assert_int_equal(set_brightness(&clients[1]), EACCES);
	world_set_primary(&scene->world, IVI + 1);
	assert_int_equal(set_brightness(&clients[0]), EACCES);
	assert_int_equal(set_brightness(&clients[1]), 0);
	world_set_primary(&scene->world, CAMERA_NO_PRIMARY);
	assert_int_equal(set_brightness(&clients[1]), EACCES);
}

static void dom0_is_never_the_primary(void **state)
{
	const struct camera_guest dom0 = guest_of(0, 0);
	struct scene *scene = *state;

	open_as(scene, 0, &dom0);
	world_set_primary(&scene->world, 0);
	assert_int_equal(set_brightness(&scene->clients[0]), EACCES);
}

/* @0 and @1 are sessions of the primary; @2 and @3 are another's, who may write */
static void open_for_priorities(struct scene *scene)
{
	struct camera_guest guest = guest_of(IVI, 0);

	world_set_primary(&scene->world, IVI);
	open_as(scene, 0, &guest);
	open_as(scene, 1, &guest);
	guest.domid = IVI + 1;
	guest.num_rules = 1;
	guest.rules[0].access = CONTROL_WRITE;
	open_as(scene, 2, &guest);
	open_as(scene, 3, &guest);
}

static void there_are_three_priorities(void **state)
{
	static const uint32_t wrong[] = { V4L2_PRIORITY_UNSET,
					  V4L2_PRIORITY_RECORD + 1,
					  UINT32_MAX };
	struct scene *scene = *state;
	struct camera_client *one = &scene->clients[0];

	open_for_priorities(scene);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(set_priority(one, wrong[i]), EINVAL);
	for (uint32_t i = V4L2_PRIORITY_RECORD; i > V4L2_PRIORITY_UNSET; i--)
		assert_int_equal(set_priority(one, i), 0);
}

/* Who sets what, then what each of the four sessions is told, and whether it
 * may write: 0 and 1 are the primary's. */
static const struct {
	unsigned int who;
	uint32_t priority;
	uint32_t told[4];
	int error[4];
} ranks[] = {
	{ 0, V4L2_PRIORITY_DEFAULT, { 2, 2, 2, 2 }, { 0, 0, 0, 0 } },
	{ 0, V4L2_PRIORITY_BACKGROUND, { 2, 2, 2, 2 }, { EBUSY, 0, 0, 0 } },
	{ 2, V4L2_PRIORITY_BACKGROUND, { 2, 2, 2, 2 }, { 0, 0, EBUSY, 0 } },
	{ 0, V4L2_PRIORITY_RECORD, { 3, 3, 3, 3 }, { 0, EBUSY, EBUSY, EBUSY } },
	{ 2, V4L2_PRIORITY_RECORD, { 2, 2, 3, 3 }, { 0, 0, 0, EBUSY } },
};

static void a_priority_counts_for_all_and_record_for_whom_it_may(void **state)
{
	struct scene *scene = *state;
	struct camera_client *clients = scene->clients;

	open_for_priorities(scene);
	for (size_t i = 0; i < ARRAY_SIZE(ranks); i++) {
		struct camera_client *who = &clients[ranks[i].who];

		assert_int_equal(set_priority(who, ranks[i].priority), 0);
		for (int j = 0; j < 4; j++) {
			assert_int_equal(get_priority(&clients[j]),
					 ranks[i].told[j]);
			assert_int_equal(set_brightness(&clients[j]),
					 ranks[i].error[j]);
		}
		client_close(who);
		open_as(scene, ranks[i].who,
			&(struct camera_guest){
				.domid = ranks[i].who < 2 ? IVI : IVI + 1,
				.held = 2,
				.num_rules = ranks[i].who < 2 ? 0 : 1,
				.rules[0].access = CONTROL_WRITE,
			});
	}
}

static const struct {
	unsigned long request;
	int error;
} guarded[] = {
	{ VIDIOC_S_FMT, -EBUSY },	{ VIDIOC_S_PARM, -EBUSY },
	{ VIDIOC_S_INPUT, -EBUSY },	{ VIDIOC_S_CTRL, -EBUSY },
	{ VIDIOC_S_EXT_CTRLS, -EBUSY }, { VIDIOC_S_PRIORITY, -EBUSY },
	/* To look, and to stream, are everybody's. */
	{ VIDIOC_G_CTRL, 0 },		{ VIDIOC_TRY_FMT, 0 },
	{ VIDIOC_TRY_EXT_CTRLS, 0 },	{ VIDIOC_REQBUFS, 0 },
	{ VIDIOC_STREAMON, 0 },
};

static void who_has_less_than_another_changes_nothing(void **state)
{
	struct scene *scene = *state;

	open_for_priorities(scene);
	assert_int_equal(set_priority(&scene->clients[0],
				      V4L2_PRIORITY_RECORD), 0);
	for (size_t i = 0; i < ARRAY_SIZE(guarded); i++)
		assert_int_equal(priority_check(session_of(scene, 2),
						guarded[i].request),
				 guarded[i].error);
}

static void a_role_that_moves_takes_its_priority_along(void **state)
{
	struct scene *scene = *state;
	struct camera_client *clients = scene->clients;

	open_for_priorities(scene);
	assert_int_equal(set_priority(&clients[0], V4L2_PRIORITY_RECORD), 0);
	world_set_primary(&scene->world, IVI + 1);
	assert_int_equal(get_priority(&clients[2]), V4L2_PRIORITY_DEFAULT);
	assert_int_equal(set_brightness(&clients[2]), 0);
	assert_int_equal(set_priority(&clients[2], V4L2_PRIORITY_RECORD), 0);
	assert_int_equal(get_priority(&clients[1]), V4L2_PRIORITY_RECORD);
}

static void a_priority_ends_with_its_session(void **state)
{
	struct scene *scene = *state;
	struct camera_client *clients = scene->clients;

	open_for_priorities(scene);
	assert_int_equal(set_priority(&clients[0], V4L2_PRIORITY_RECORD), 0);
	client_close(&clients[0]);
	assert_int_equal(get_priority(&clients[2]), V4L2_PRIORITY_DEFAULT);
	assert_int_equal(set_brightness(&clients[2]), 0);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(the_sessions_of_a_guest_are_one_domain),
		SCENE(a_domain_that_dies_leaves_nothing),
		SCENE(a_guest_has_buffers_in_as_many_sessions_as_it_may),
		SCENE(the_quota_of_streams_counts_created_buffers),
		SCENE(what_a_quota_refused_may_be_had_later),
		SCENE(a_guests_streams_are_no_others),
		SCENE(a_new_quota_is_for_what_comes_next),
		SCENE(what_a_guest_may_hold_changes_while_it_runs),
		SCENE(a_new_session_brings_the_newest_word_on_its_guest),
		SCENE(a_guest_that_makes_no_sense_has_no_session),
		SCENE(a_message_of_another_length_changes_nothing),
		SCENE(the_primary_may_hand_over),
		SCENE(dom0_is_never_the_primary),
		SCENE(there_are_three_priorities),
		SCENE(a_priority_counts_for_all_and_record_for_whom_it_may),
		SCENE(who_has_less_than_another_changes_nothing),
		SCENE(a_role_that_moves_takes_its_priority_along),
		SCENE(a_priority_ends_with_its_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
