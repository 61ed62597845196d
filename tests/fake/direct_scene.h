/* SPDX-License-Identifier: GPL-2.0-only */
/* direct_scene.h - a node that is not shared, and sessions of two guests. */
#ifndef FAKE_DIRECT_SCENE_H
#define FAKE_DIRECT_SCENE_H

#include "camera_client.h"
#include "direct_fake.h"

/** struct scene - @one is of the primary, and has handle 0; @two has handle 1.
 * The node has @ctrls if a test gives them to it. */
struct scene {
	struct camera_world world;
	struct direct_fake fake;
	struct ctrls_fake ctrls;
	struct camera_client one;
	struct camera_client two;
};

/* For cmocka: a codec; one with several planes; a node that outputs pictures */
int scene_setup(void **state);
int scene_setup_multiplanar(void **state);
int scene_setup_output(void **state);

/** scene_teardown() - for cmocka; fails if a handle is left */
int scene_teardown(void **state);

#define CODEC(test) \
	cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)
#define MULTIPLANAR(test)                                              \
	cmocka_unit_test_setup_teardown(test, scene_setup_multiplanar, \
					scene_teardown)
#define OUTPUT(test)                                              \
	cmocka_unit_test_setup_teardown(test, scene_setup_output, \
					scene_teardown)

/** scene_buffers() - REQBUFS. Return: its errno, positive. */
int scene_buffers(struct camera_client *client, uint32_t type,
		  unsigned int count);

/** scene_queue() - QBUF of a single-planar buffer, likewise */
int scene_queue(struct camera_client *client, uint32_t type, uint32_t index);

/** scene_on() - STREAMON, likewise; scene_off() - STREAMOFF */
int scene_on(struct camera_client *client, uint32_t type);
int scene_off(struct camera_client *client, uint32_t type);

/** scene_stream() - so many buffers, all queued, and STREAMON */
void scene_stream(struct camera_client *client, uint32_t type,
		  unsigned int count);

/** scene_turn() - a turn of the loop. Return: how many handles had something */
unsigned int scene_turn(struct scene *scene);

/** scene_finish() - the driver finishes a buffer of @one, which is told */
void scene_finish(struct scene *scene, uint32_t type, uint32_t flags);

#endif /* FAKE_DIRECT_SCENE_H */
