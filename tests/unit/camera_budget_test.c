// SPDX-License-Identifier: GPL-2.0-only
/* Time of the camera's loop: a guest has its share of it, and no more */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/util.h"
#include "camera/budget.h"
#include "camera/domain.h"
#include "camera_client.h"
#include "source_fake.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define NUM_CLIENTS 4

static const struct camera_guest ivi = { .domid = 5, .held = 2, .name = "ivi" };
static const struct camera_guest other = { .domid = 6, .held = 2,
					   .name = "other" };

/* The last of @clients streams, so that there is somebody to be disturbed. */
struct scene {
	struct camera_world world;
	struct source_fake fake;
	struct camera_client clients[NUM_CLIENTS];
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	source_fake_init(&scene->fake);
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	scene->world.counts_time = true;
	for (size_t i = 0; i < NUM_CLIENTS; i++) {
		scene->clients[i].world = &scene->world;
		scene->clients[i].fd = -1;
	}
	client_open_as(&scene->clients[NUM_CLIENTS - 1], &scene->world, &other);
	assert_int_equal(client_stream(&scene->clients[NUM_CLIENTS - 1]), 0);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < NUM_CLIENTS; i++)
		client_close(&scene->clients[i]);
	world_finish(&scene->world);
	assert_true(list_empty(&scene->world.camera.domains));
	/* No timer of anybody's is left behind. */
	assert_int_equal(event_base_get_num_events(scene->world.base,
						   EVENT_BASE_COUNT_ADDED), 0);
	event_base_free(scene->world.base);
	assert_int_equal(scene->fake.handles, 0);
	free(scene);
	return 0;
}

static unsigned int num_domains(const struct scene *scene)
{
	const struct domain *domain, *tmp;
	unsigned int count = 0;

	list_for_each(domain, tmp, &scene->world.camera.domains, link)
		count++;
	return count;
}

static struct camera_client *open_as(struct scene *scene, unsigned int i,
				     const struct camera_guest *guest)
{
	client_open_as(&scene->clients[i], &scene->world, guest);
	return &scene->clients[i];
}

/* Time. 1000: a millisecond */

static const struct {
	uint64_t passed, used;
	bool left;
	uint64_t wait;
} times[] = {
	/* What was saved is there at once ... */
	{ 0, 100000, true, 0 },
	{ 100000, 100000, true, 0 },
	/* ... and with what came meanwhile, all is used up. */
	{ 100000, 75000, true, 0 },
	{ 0, 25000, false, 20000 },
	{ 20000, 0, true, 0 },
	/* However much is used, no more than a second and a bit is owed. */
	{ 0, 60000000, false, 1020000 },
	{ 1020000, 0, true, 0 },
	/* Much time saves no more than the most. */
	{ UINT32_MAX, 249999, true, 19996 },
	{ 0, 1, false, 20000 },
};

static void a_budget_is_a_share_of_the_time_that_passes(void **state)
{
	struct budget budget;
	uint64_t now = 1000;

	budget_init(&budget, now);
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		now += times[i].passed;
		assert_int_equal(budget_spend(&budget, now, times[i].used),
				 times[i].left);
		assert_int_equal(budget_wait(&budget, now), times[i].wait);
	}
}

static void parts_of_a_share_are_not_lost(void **state)
{
	struct budget budget;

	budget_init(&budget, 0);
	assert_false(budget_spend(&budget, 0, BUDGET_MOST_US));
	for (uint64_t now = 1; now < 4 * BUDGET_LEAST_US; now++)
		assert_true(budget_wait(&budget, now) > 0);
	assert_int_equal(budget_wait(&budget, 4 * BUDGET_LEAST_US), 0);
}

static int ask(struct camera_client *client)
{
	struct v4l2_format format = { .type = CAPTURE };

	return client_ioctl(client, VIDIOC_G_FMT, &format);
}

/* An ioctl that the driver is long busy with */
static void use_up_the_time(struct scene *scene, struct camera_client *client)
{
	scene->fake.slow_ms = 400;
	assert_int_equal(ask(client), 0);
}

static void wait_for_replies(struct scene *scene, struct camera_client *client,
			     unsigned int replies)
{
	const uint64_t since = domain_now();

	while (client->replies < replies && domain_now() - since < 3000000) {
		struct timeval tv = { 0, 5000 };

		event_base_loopexit(scene->world.base, &tv);
		event_base_dispatch(scene->world.base);
		client_pump(client);
	}
}

static void who_keeps_the_loop_busy_waits(void **state)
{
	struct scene *scene = *state;
	struct camera_client *busy = open_as(scene, 0, &ivi);
	uint64_t since;

	use_up_the_time(scene, busy);
	since = domain_now();
	assert_int_equal(ask(busy), -1);
	wait_for_replies(scene, busy, 2);
	assert_int_equal(busy->replies, 2);
	/* It owes 150 ms, and gets a quarter of those that pass. */
	assert_true(domain_now() - since >= 500000);
}

static void all_sessions_of_who_keeps_it_busy_wait(void **state)
{
	struct scene *scene = *state;

	open_as(scene, 1, &ivi);
	use_up_the_time(scene, open_as(scene, 0, &ivi));
	assert_int_equal(ask(&scene->clients[1]), -1);
	/* Another one is no way around it. */
	assert_int_equal(ask(open_as(scene, 2, &ivi)), -1);
}

static void others_do_not_wait_for_who_keeps_it_busy(void **state)
{
	struct scene *scene = *state;
	struct camera_client *clients = scene->clients;

	open_as(scene, 0, &ivi);
	assert_int_equal(client_stream(&clients[0]), 0);
	use_up_the_time(scene, &clients[0]);
	assert_int_equal(ask(&clients[0]), -1);

	assert_int_equal(ask(&clients[3]), 0);
	source_fake_fill(&scene->fake);
	client_pump(&clients[3]);
	assert_int_equal(clients[3].num_frames, 1);
	/* Frames do not wait either: they are nobody's fault. */
	client_pump(&clients[0]);
	assert_int_equal(clients[0].num_frames, 1);
}

static void nobody_is_woken_up_for_who_need_not_wait(void **state)
{
	struct scene *scene = *state;
	struct event_base *base = scene->world.base;
	int before;

	open_as(scene, 0, &ivi);
	before = event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
	use_up_the_time(scene, &scene->clients[0]);
	assert_int_equal(ask(&scene->clients[0]), -1);
	wait_for_replies(scene, &scene->clients[0], 2);
	assert_int_equal(event_base_get_num_events(base,
						   EVENT_BASE_COUNT_ADDED),
			 before);
}

static void who_waits_may_go(void **state)
{
	struct scene *scene = *state;
	const struct camera_end end = { .hdr.type = CAMERA_END, .serial = 2 };

	use_up_the_time(scene, open_as(scene, 0, &ivi));
	world_tell(&scene->world, &end, sizeof(end));
	/* The other's is left. */
	assert_int_equal(scene->fake.handles, 1);
}

/* Who starts the capture makes nobody's frames late. */
static void who_disturbs_nobody_does_not_wait(void **state)
{
	struct scene *scene = *state;

	client_close(&scene->clients[NUM_CLIENTS - 1]);
	use_up_the_time(scene, open_as(scene, 0, &ivi));
	assert_int_equal(ask(&scene->clients[0]), 0);
	assert_int_equal(client_stream(&scene->clients[0]), 0);
	use_up_the_time(scene, &scene->clients[0]);
	assert_int_equal(ask(&scene->clients[0]), 0);
}

static void who_leaves_and_comes_again_waits_no_less(void **state)
{
	struct scene *scene = *state;
	const struct camera_end end = { .hdr.type = CAMERA_END, .serial = 2 };

	use_up_the_time(scene, open_as(scene, 0, &ivi));
	world_tell(&scene->world, &end, sizeof(end));
	client_close(&scene->clients[0]);
	assert_int_equal(ask(open_as(scene, 0, &ivi)), -1);
	assert_int_equal(ask(open_as(scene, 1, &other)), 0);
	wait_for_replies(scene, &scene->clients[0], 1);
	assert_int_equal(scene->clients[0].replies, 1);
}

static void what_was_saved_before_leaving_is_all_that_is_there(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < 3; i++) {
		scene->fake.slow_ms = 100;
		assert_int_equal(ask(open_as(scene, 0, &ivi)), 0);
		client_close(&scene->clients[0]);
	}
	assert_int_equal(ask(open_as(scene, 0, &ivi)), -1);
}

static void who_has_recovered_is_forgotten(void **state)
{
	struct scene *scene = *state;
	const struct timeval enough = { 0, 400000 };

	scene->fake.slow_ms = 50;
	assert_int_equal(ask(open_as(scene, 0, &ivi)), 0);
	client_close(&scene->clients[0]);
	assert_int_equal(num_domains(scene), 2);
	event_base_loopexit(scene->world.base, &enough);
	event_base_dispatch(scene->world.base);
	assert_int_equal(num_domains(scene), 1);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_budget_is_a_share_of_the_time_that_passes),
		cmocka_unit_test(parts_of_a_share_are_not_lost),
		SCENE(who_keeps_the_loop_busy_waits),
		SCENE(all_sessions_of_who_keeps_it_busy_wait),
		SCENE(others_do_not_wait_for_who_keeps_it_busy),
		SCENE(nobody_is_woken_up_for_who_need_not_wait),
		SCENE(who_waits_may_go),
		SCENE(who_disturbs_nobody_does_not_wait),
		SCENE(who_leaves_and_comes_again_waits_no_less),
		SCENE(what_was_saved_before_leaving_is_all_that_is_there),
		SCENE(who_has_recovered_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
