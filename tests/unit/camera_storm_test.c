// SPDX-License-Identifier: GPL-2.0-only
/* Processes that their guests took over send what they like, in any order; vmediad
 * renews the camera's memory now and then. Who keeps to the rules among them
 * misses nothing, and in the end nothing is left. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/util.h"
#include "stream_scene.h"

#define STEPS 8000

/* The clients but for the last, which is honest */
#define HOSTILE (SCENE_CLIENTS - 1)

/* Frames that each of them may hold at most */
#define HELD 3

struct storm {
	struct stream_scene *scene;
	uint32_t state;
};

/* Marsaglia's xorshift: the same storm each time */
static uint32_t below(struct storm *storm, uint32_t end)
{
	storm->state ^= storm->state << 13;
	storm->state ^= storm->state >> 17;
	storm->state ^= storm->state << 5;
	return storm->state % end;
}

static void ask(struct storm *storm, struct camera_client *client)
{
	unsigned int count = below(storm, 3);

	client_reqbufs(client,
		       below(storm, 3) ? V4L2_MEMORY_MMAP : V4L2_MEMORY_USERPTR,
		       &count);
}

static void create(struct storm *storm, struct camera_client *client)
{
	struct v4l2_create_buffers create = {
		.count = below(storm, 3),
		.memory = V4L2_MEMORY_MMAP,
		.format = storm->scene->fake.format,
	};

	client_ioctl(client, VIDIOC_CREATE_BUFS, &create);
}

static void start(struct storm *storm, struct camera_client *client)
{
	client_start(client);
}

static void stop(struct storm *storm, struct camera_client *client)
{
	client_stop(client);
}

static void change_mode(struct storm *storm, struct camera_client *client)
{
	struct v4l2_format format = storm->scene->fake.format;

	format.fmt.pix.width = 2 + 2 * below(storm, 40);
	client_ioctl(client, VIDIOC_S_FMT, &format);
}

/* As good as none, for what was stopped or renewed is void. */
static void give_back(struct storm *storm, struct camera_client *client)
{
	struct session_frame frame;

	if (client->num_frames == 0)
		return;
	frame = client_take_frame(client);
	client_release(client, &frame);
}

static void make_frame_up(struct storm *storm, struct camera_client *client)
{
	const struct session_frame frame = {
		.generation = client->slots.generation + below(storm, 2),
		.slot = below(storm, 2 * SESSION_MAX_SLOTS),
	};

	client_release(client, &frame);
}

static void leave(struct storm *storm, struct camera_client *client)
{
	client_close(client);
}

static void step(struct storm *storm)
{
	static void (*const steps[])(struct storm *storm,
				     struct camera_client *client) = {
		ask,  ask,	   ask,	      create,	     start,
		start, start,	   stop,      stop,	     change_mode,
		give_back, give_back, give_back, make_frame_up, leave,
	};
	const int i = below(storm, HOSTILE);
	struct camera_client *client = &storm->scene->clients[i];

	if (client->fd >= 0)
		client_pump(client);
	if (client->closed || client->num_frames == CLIENT_MAX_FRAMES / 2)
		client_close(client);
	if (client->fd < 0)
		scene_enter(storm->scene, i, 1 + below(storm, HELD));
	steps[below(storm, ARRAY_SIZE(steps))](storm, client);
}

static void renew(struct storm *storm)
{
	const struct camera_renew message = { .hdr.type = CAMERA_RENEW };

	if (below(storm, 50) == 0)
		world_tell(&storm->scene->world, &message, sizeof(message));
}

/* Enough for the driver, all that the others may keep, and one frame more */
static void set_slots(struct storm *storm)
{
	const struct camera_settings settings = {
		.hdr.type = CAMERA_SETTINGS,
		.primary = WORLD_FIRST_DOMID,
		.slots = 2 + HOSTILE * HELD + 1 + below(storm, 8),
	};

	world_tell(&storm->scene->world, &settings, sizeof(settings));
}

static void the_honest_miss_nothing_in_a_storm(void **state)
{
	struct stream_scene *scene = *state;
	struct storm storm = { .scene = scene, .state = 11 };
	struct camera_client *honest = scene_stream(scene, HOSTILE, 2);

	for (int i = 0; i < STEPS; i++) {
		step(&storm);
		renew(&storm);
		set_slots(&storm);
		client_pump(honest);
		assert_int_not_equal(source_fake_fill(&scene->fake), -1);
		client_pump(honest);
		assert_false(honest->closed);
		assert_int_equal(honest->num_frames, 1);
		client_release_all(honest);
	}
}

/* A device that fails now and then, each time in another way */
static void break_device(struct storm *storm)
{
	struct source_fake *fake = &storm->scene->fake;
	struct camera_state told;
	int *const errors[] = {
		&fake->fail_prepare, &fake->fail_start, &fake->fail_queue,
		&fake->fail_grow, &fake->fail_ioctl,
	};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		*errors[i] = below(storm, 8) ? 0 : ENOMEM;
	fake->give_slots = below(storm, 8) ? 0 : 1 + below(storm, 3);
	fake->most_slots = below(storm, SESSION_MAX_SLOTS);
	if (below(storm, 50) > 0)
		return;
	source_fake_vanish(fake);
	world_pump(&storm->scene->world);
	source_fake_return(fake);
	while (world_state(&storm->scene->world, &told))
		;
}

static void of_a_storm_over_a_bad_device_nothing_is_left(void **state)
{
	struct stream_scene *scene = *state;
	struct storm storm = { .scene = scene, .state = 12 };

	for (int i = 0; i < STEPS; i++) {
		break_device(&storm);
		step(&storm);
		renew(&storm);
		source_fake_fill(&scene->fake);
		world_pump(&scene->world);
	}
	for (int i = 0; i < SCENE_CLIENTS; i++) {
		scene->clients[i].world = &scene->world;
		client_close(&scene->clients[i]);
	}
	assert_int_equal(scene->fake.num_slots, 0);
	assert_int_equal(scene->fake.handles, 0);
	assert_int_equal(scene->world.num_closed, scene->world.last_serial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(the_honest_miss_nothing_in_a_storm),
		SCENE(of_a_storm_over_a_bad_device_nothing_is_left),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
