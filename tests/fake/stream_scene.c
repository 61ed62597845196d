// SPDX-License-Identifier: GPL-2.0-only
#include "stream_scene.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

int stream_scene_setup(void **state)
{
	struct stream_scene *scene = calloc(1, sizeof(*scene));

	source_fake_init(&scene->fake);
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	for (int i = 0; i < SCENE_CLIENTS; i++)
		scene->clients[i].fd = -1;
	*state = scene;
	return 0;
}

int stream_scene_teardown(void **state)
{
	struct stream_scene *scene = *state;

	for (int i = 0; i < SCENE_CLIENTS; i++) {
		scene->clients[i].world = &scene->world;
		client_close(&scene->clients[i]);
	}
	world_finish(&scene->world);
	event_base_free(scene->world.base);
	assert(scene->fake.handles == 0);
	assert(scene->fake.num_slots == 0);
	assert(scene->fake.starts == scene->fake.stops);
	free(scene);
	return 0;
}

struct camera_client *scene_enter(struct stream_scene *scene, int i,
				  unsigned int held)
{
	client_open(&scene->clients[i], &scene->world, held);
	return &scene->clients[i];
}

struct camera_client *scene_stream(struct stream_scene *scene, int i,
				   unsigned int held)
{
	struct camera_client *client = scene_enter(scene, i, held);

	assert(client_stream(client) == 0);
	return client;
}

int client_reqbufs(struct camera_client *client, uint32_t memory,
		   unsigned int *count)
{
	struct v4l2_requestbuffers req = {
		.count = *count,
		.type = source_buf_type(client->world->source),
		.memory = memory,
	};
	int ret;

	ret = client_ioctl(client, VIDIOC_REQBUFS, &req);
	*count = req.count;
	return ret;
}

int client_start(struct camera_client *client)
{
	int type = source_buf_type(client->world->source);

	return client_ioctl(client, VIDIOC_STREAMON, &type);
}

struct camera_client *scene_hold(struct stream_scene *scene, int i,
				 unsigned int held)
{
	struct camera_client *client = scene_enter(scene, i, held);
	unsigned int count = 1;

	assert(client_reqbufs(client, V4L2_MEMORY_MMAP, &count) == 0);
	return client;
}

void scene_fill(struct stream_scene *scene, int times)
{
	for (int i = 0; i < times; i++) {
		source_fake_fill(&scene->fake);
		for (int j = 0; j < SCENE_CLIENTS; j++) {
			if (scene->clients[j].fd >= 0)
				client_pump(&scene->clients[j]);
		}
	}
}

void client_release_all(struct camera_client *client)
{
	while (client->num_frames > 0) {
		struct session_frame frame = client_take_frame(client);

		client_release(client, &frame);
	}
}
