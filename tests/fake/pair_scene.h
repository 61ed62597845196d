/* SPDX-License-Identifier: GPL-2.0-only */
/* pair_scene.h - a camera with a fake source, and sessions of two guests. */
#ifndef FAKE_PAIR_SCENE_H
#define FAKE_PAIR_SCENE_H

#include "camera_client.h"
#include "source_fake.h"

/** struct scene - the camera, and a session of each guest */
struct scene {
	struct camera_world world;
	struct source_fake fake;
	struct camera_client one;
	struct camera_client two;
};

/** scene_setup() - for cmocka; both sessions are open and may hold 2 frames */
int scene_setup(void **state);

/** scene_teardown() - for cmocka; fails if a handle or a slot is left */
int scene_teardown(void **state);

#define SCENE(test) \
	cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

#endif /* FAKE_PAIR_SCENE_H */
