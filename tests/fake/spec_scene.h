/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spec_scene.h - media_world.h with driver_spec.h in the guest: a driver that
 * knows nothing but the specification, and a camera of 720p.
 */
#ifndef SPEC_SCENE_H
#define SPEC_SCENE_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdint.h>

#include "driver_spec.h"
#include "media_world.h"

/* 1280x720 YUYV: no multiple of a page of any size */
#define SPEC_SCENE_FRAME (1280 * 720 * 2)
#define SPEC_SCENE_BUFFERS 4
#define SPEC_SCENE_SLOTS 4

/**
 * struct spec_scene - a test's
 * @draft: the dialect of the driver
 * @codec: behind each session there is a node_fake.h with two queues, whose
 *         buffers are of SPEC_SCENE_FRAME bytes
 * @refusal: errno of cameras for all that they are asked; 0: they obey
 */
struct spec_scene {
	struct world *world;
	struct driver_spec *driver;
	bool draft;
	bool codec;
	uint32_t refusal;
};

/** struct spec_stream - a session whose buffers are mapped and queued */
struct spec_stream {
	uint32_t id;
	struct camera_fake *camera;
	struct driver_spec_map maps[SPEC_SCENE_BUFFERS];
};

/** spec_scene_set_up() - for cmocka: a device with a window, a driver */
int spec_scene_set_up(void **state);

/** spec_scene_set_up_multiplanar() - the same, with a multi-planar camera */
int spec_scene_set_up_multiplanar(void **state);

/** spec_scene_set_up_draft() - the same, both ends of the draft's dialect */
int spec_scene_set_up_draft(void **state);

/** spec_scene_set_up_codec() - the same, with a codec instead of a camera */
int spec_scene_set_up_codec(void **state);

/** spec_scene_set_up_without_a_window() - the same, nothing to map */
int spec_scene_set_up_without_a_window(void **state);

/** spec_scene_tear_down() - for cmocka */
int spec_scene_tear_down(void **state);

#define SPEC_TEST(test)                                          \
	cmocka_unit_test_setup_teardown(test, spec_scene_set_up, \
					spec_scene_tear_down)
#define SPEC_DRAFT_TEST(test)                                               \
	{                                                                   \
#test " in the draft's dialect", test,                      \
			spec_scene_set_up_draft, spec_scene_tear_down, NULL \
	}

/** spec_scene_probe() - a driver, where none is or none is any more */
void spec_scene_probe(struct spec_scene *scene);

/** spec_scene_open() - Return: the session's id */
uint32_t spec_scene_open(struct spec_scene *scene);

/** spec_scene_request() - REQBUFS of MMAP. Return: 0 or -errno */
int spec_scene_request(struct spec_scene *scene, uint32_t id, uint32_t count);

/** spec_scene_buffer() - a single-planar MMAP buffer, as a driver asks for it
 */
struct v4l2_buffer spec_scene_buffer(uint32_t index);

/** spec_scene_map() - QUERYBUF and MMAP of a single-planar buffer */
struct driver_spec_map spec_scene_map(struct spec_scene *scene, uint32_t id,
				      uint32_t index);

/** spec_scene_queue() - QBUF of a single-planar buffer. Return: 0 or -errno */
int spec_scene_queue(struct spec_scene *scene, uint32_t id, uint32_t index);

/** spec_scene_turn() - STREAMON or STREAMOFF. Return: 0 or -errno */
int spec_scene_turn(struct spec_scene *scene, uint32_t id,
		    unsigned long request);

/** spec_scene_stream() - a session that streams */
struct spec_stream spec_scene_stream(struct spec_scene *scene);

/** spec_scene_send() - the camera took a picture, all of one colour */
void spec_scene_send(struct spec_stream *stream, unsigned int sequence,
		     uint8_t colour);

/** spec_scene_dequeue() - the next event, which must give a buffer back */
struct v4l2_buffer spec_scene_dequeue(struct spec_scene *scene, uint32_t id);

/** spec_scene_assert_no_event() - the running test fails if there is one */
void spec_scene_assert_no_event(struct spec_scene *scene);

/** spec_scene_shows() - Return: true if the mapping is all of this colour */
bool spec_scene_shows(const struct driver_spec_map *map, uint8_t colour);

#endif /* SPEC_SCENE_H */
