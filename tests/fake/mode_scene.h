/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mode_scene.h - a camera in the mode YUYV 64x4 at 30, the session that is
 * tested, and whoever keeps the mode.
 */
#ifndef FAKE_MODE_SCENE_H
#define FAKE_MODE_SCENE_H

#include "camera_client.h"
#include "source_fake.h"

/**
 * struct scene - the session that is tested, and somebody else's
 * @type: buffer type of the camera
 */
struct scene {
	struct camera_world world;
	struct source_fake fake;
	struct camera_client us;
	struct camera_client other;
	uint32_t type;
};

/* Who keeps the mode */
enum keeper { NOBODY, OURSELVES, ANOTHER, BOTH, CONFIGURATION, NUM_KEEPERS };

/** scene_setup() - for cmocka; a single-planar camera, nobody keeps its mode */
int scene_setup(void **state);
int scene_setup_multiplanar(void **state);
int scene_teardown(void **state);

/* Each test on a single-planar and on a multi-planar camera */
#define SCENE(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown), \
	{ #test " (multi-planar)", test, scene_setup_multiplanar,          \
	  scene_teardown, NULL }

/** scene_keep() - from now on @keeper keeps the mode that is set */
void scene_keep(struct scene *scene, enum keeper keeper);

/** scene_let_go() - nobody keeps it any more */
void scene_let_go(struct scene *scene);

/** keeper_is_other() - somebody but the session that is tested */
bool keeper_is_other(enum keeper keeper);

/** scene_buffers() - REQBUFS. Return: its errno, positive. */
int scene_buffers(struct camera_client *client, unsigned int count);

/** scene_pin() - the configuration's word, 4 lines high; @fps 0: any */
void scene_pin(struct scene *scene, uint32_t pixelformat, uint32_t width,
	       uint32_t fps);
void scene_unpin(struct scene *scene);

#endif /* FAKE_MODE_SCENE_H */
