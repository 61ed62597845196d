// SPDX-License-Identifier: GPL-2.0-only
#include "codec_scene.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define OUTPUT V4L2_BUF_TYPE_VIDEO_OUTPUT

uint32_t codec_open(struct world *world)
{
	const uint32_t id = world_open(world);
	struct node_fake *node = node_fake_create(world_last_camera(world));

	node_fake_add(node, OUTPUT, 1, CODEC_IN_LEN);
	node_fake_add(node, CAPTURE, 1, CODEC_OUT_LEN);
	return id;
}

static void start_side(struct world *world, uint32_t id, uint32_t type)
{
	uint32_t count = 2;

	assert_int_equal(
		driver_reqbufs(world, id, type, V4L2_MEMORY_USERPTR, &count),
		0);
	assert_int_equal(count, 2);
	assert_int_equal(driver_stream(world, id, VIDIOC_STREAMON, type), 0);
}

uint32_t codec_start(struct world *world)
{
	const uint32_t id = codec_open(world);

	start_side(world, id, OUTPUT);
	start_side(world, id, CAPTURE);
	world_post(world, 8);
	return id;
}

struct node_fake *codec_node(struct world *world, uint32_t id)
{
	return camera_of(world, id)->owner;
}

uint8_t *codec_bytes(struct world *world, uint32_t id, uint32_t type,
		     unsigned int index)
{
	struct node_fake_queue *queue =
		node_fake_queue(codec_node(world, id), type);

	return queue->buffers[index].bytes[0];
}

uint64_t codec_alloc(struct world *world, uint32_t len, uint8_t seed)
{
	const uint64_t gpa = hyp_fake_alloc(world->fake, 0, len);
	uint8_t *bytes = hyp_fake_ram(world->fake, gpa, len);

	for (uint32_t i = 0; i < len; i++)
		bytes[i] = seed + i * 7;
	return gpa;
}
