/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stream_scene.h - a camera stepped by hand and a few sessions of it.
 */
#ifndef FAKE_STREAM_SCENE_H
#define FAKE_STREAM_SCENE_H

#include "camera_client.h"
#include "source_fake.h"

#define SCENE_CLIENTS 4

struct stream_scene {
	struct camera_world world;
	struct source_fake fake;
	struct camera_client clients[SCENE_CLIENTS];
};

/** stream_scene_setup() - for cmocka; nobody has opened the camera */
int stream_scene_setup(void **state);

/** stream_scene_teardown() - all leave; nothing may be left at the device */
int stream_scene_teardown(void **state);

#define SCENE(test)                                               \
	cmocka_unit_test_setup_teardown(test, stream_scene_setup, \
					stream_scene_teardown)

/** scene_enter() - client @i opens the camera and may hold @held frames */
struct camera_client *scene_enter(struct stream_scene *scene, int i,
				  unsigned int held);

/** scene_stream() - and streams */
struct camera_client *scene_stream(struct stream_scene *scene, int i,
				   unsigned int held);

/** client_reqbufs() - REQBUFS of @memory; @count: asked for, and given.
 * Return: its errno, positive. */
int client_reqbufs(struct camera_client *client, uint32_t memory,
		   unsigned int *count);

/** client_start() - STREAMON. Return: its errno, positive. */
int client_start(struct camera_client *client);

/** scene_hold() - client @i opens the camera, and its buffers are the slots */
struct camera_client *scene_hold(struct stream_scene *scene, int i,
				 unsigned int held);

/** scene_fill() - so many pictures, each read by all at once */
void scene_fill(struct stream_scene *scene, int times);

/** client_release_all() - return all frames that it has */
void client_release_all(struct camera_client *client);

#endif /* FAKE_STREAM_SCENE_H */
