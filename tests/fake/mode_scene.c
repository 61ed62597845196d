// SPDX-License-Identifier: GPL-2.0-only
#include "mode_scene.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

static struct scene *begin(bool multiplanar)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	source_fake_init(&scene->fake);
	if (multiplanar)
		source_fake_multiplanar(&scene->fake);
	scene->type = source_buf_type(&scene->fake.source);
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	client_open(&scene->us, &scene->world, 2);
	client_open(&scene->other, &scene->world, 2);
	return scene;
}

int scene_setup(void **state)
{
	*state = begin(false);
	return 0;
}

int scene_setup_multiplanar(void **state)
{
	*state = begin(true);
	return 0;
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	client_close(&scene->us);
	client_close(&scene->other);
	world_finish(&scene->world);
	event_base_free(scene->world.base);
	assert(scene->fake.handles == 0);
	assert(scene->fake.num_slots == 0);
	free(scene);
	return 0;
}

int scene_buffers(struct camera_client *client, unsigned int count)
{
	struct v4l2_requestbuffers req = {
		.count = count,
		.type = source_buf_type(client->world->source),
		.memory = V4L2_MEMORY_USERPTR,
	};

	return client_ioctl(client, VIDIOC_REQBUFS, &req);
}

void scene_pin(struct scene *scene, uint32_t pixelformat, uint32_t width,
	       uint32_t fps)
{
	const struct camera_mode mode = {
		.pixelformat = pixelformat,
		.width = width,
		.height = 4,
		.numerator = fps ? 1 : 0,
		.denominator = fps,
	};

	mode_set_pinned(&scene->world.camera.mode, &mode);
}

void scene_unpin(struct scene *scene)
{
	static const struct camera_mode none;

	mode_set_pinned(&scene->world.camera.mode, &none);
}

void scene_keep(struct scene *scene, enum keeper keeper)
{
	if (keeper == OURSELVES || keeper == BOTH)
		assert(scene_buffers(&scene->us, 4) == 0);
	if (keeper == ANOTHER || keeper == BOTH)
		assert(scene_buffers(&scene->other, 4) == 0);
	if (keeper == CONFIGURATION)
		scene_pin(scene, V4L2_PIX_FMT_YUYV, 64, 30);
}

void scene_let_go(struct scene *scene)
{
	assert(scene_buffers(&scene->us, 0) == 0);
	assert(scene_buffers(&scene->other, 0) == 0);
	scene_unpin(scene);
}

bool keeper_is_other(enum keeper keeper)
{
	return keeper == ANOTHER || keeper == BOTH || keeper == CONFIGURATION;
}
