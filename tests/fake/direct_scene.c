// SPDX-License-Identifier: GPL-2.0-only
#include "direct_scene.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

static int begin(void **state, uint32_t device_caps)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	direct_fake_init(&scene->fake, device_caps);
	ctrls_fake_init(&scene->ctrls);
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	client_open(&scene->one, &scene->world, 2);
	client_open(&scene->two, &scene->world, 2);
	*state = scene;
	return 0;
}

int scene_setup(void **state)
{
	return begin(state, V4L2_CAP_VIDEO_M2M);
}

int scene_setup_multiplanar(void **state)
{
	return begin(state, V4L2_CAP_VIDEO_M2M_MPLANE);
}

int scene_setup_output(void **state)
{
	return begin(state, V4L2_CAP_VIDEO_OUTPUT);
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	client_close(&scene->one);
	client_close(&scene->two);
	world_finish(&scene->world);
	event_base_free(scene->world.base);
	assert(direct_fake_handles(&scene->fake) == 0);
	free(scene);
	return 0;
}

int scene_buffers(struct camera_client *client, uint32_t type,
		  unsigned int count)
{
	struct v4l2_requestbuffers req = {
		.count = count,
		.type = type,
		.memory = V4L2_MEMORY_USERPTR,
	};

	return client_ioctl(client, VIDIOC_REQBUFS, &req);
}

int scene_queue(struct camera_client *client, uint32_t type, uint32_t index)
{
	struct v4l2_buffer buffer = {
		.type = type,
		.index = index,
		.memory = V4L2_MEMORY_MMAP,
	};

	return client_ioctl(client, VIDIOC_QBUF, &buffer);
}

int scene_on(struct camera_client *client, uint32_t type)
{
	int payload = type;

	return client_ioctl(client, VIDIOC_STREAMON, &payload);
}

int scene_off(struct camera_client *client, uint32_t type)
{
	int payload = type;

	return client_ioctl(client, VIDIOC_STREAMOFF, &payload);
}

void scene_stream(struct camera_client *client, uint32_t type,
		  unsigned int count)
{
	assert(scene_buffers(client, type, count) == 0);
	for (unsigned int i = 0; i < count; i++)
		assert(scene_queue(client, type, i) == 0);
	assert(scene_on(client, type) == 0);
}

unsigned int scene_turn(struct scene *scene)
{
	unsigned int told = direct_fake_poll(&scene->fake);

	client_pump(&scene->one);
	client_pump(&scene->two);
	return told;
}

void scene_finish(struct scene *scene, uint32_t type, uint32_t flags)
{
	direct_fake_finish_buffer(&scene->fake, 0, type, flags);
	scene_turn(scene);
}
