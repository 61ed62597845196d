// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of sessions that have their node for themselves */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <vmedia/limits.h>

#include "camera/direct_queue.h"
#include "direct_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define SOURCE V4L2_BUF_TYPE_VIDEO_OUTPUT
#define CAPTURE_MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

static void buffers_are_the_nodes_and_come_before_the_answer(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 3,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
		.flags = 1,
	};

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(scene->one.slots_at_reply, 1);
	assert_int_equal(scene->one.slots.type, CAPTURE);
	assert_int_equal(scene->one.slots.num_slots, 3);
	assert_int_equal(scene->one.slots.num_planes, 1);
	assert_int_equal(scene->one.slots.plane_size[0], 4096);
	assert_true(scene->one.slots.dma_buf);
	assert_int_equal(req.count, 3);
	assert_int_equal(req.memory, V4L2_MEMORY_USERPTR);
}

static void requests_of_the_media_controller_are_not_promised(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 1,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.capabilities, V4L2_BUF_CAP_SUPPORTS_MMAP);
}

static void what_the_node_fills_is_exported_for_reading(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 1), 0);
	assert_int_equal(scene->fake.last_export.flags & O_ACCMODE, O_RDONLY);
}

static void what_the_node_reads_is_exported_for_writing(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_buffers(&scene->one, SOURCE, 1), 0);
	assert_int_equal(scene->fake.last_export.flags & O_ACCMODE, O_RDWR);
}

static void the_node_may_give_more_than_was_asked_for(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 1,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	scene->fake.give_buffers = 4;
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.count, 4);
	assert_int_equal(scene->one.slots.num_slots, 4);
}

static void no_more_buffers_are_asked_for_than_can_be_told(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 1000,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.count, SESSION_MAX_DIRECT_SLOTS);
}

static void a_node_that_gives_more_than_can_be_told_gets_them_back(
	void **state)
{
	struct scene *scene = *state;

	scene->fake.give_buffers = SESSION_MAX_DIRECT_SLOTS + 1;
	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 8), ENOMEM);
	assert_int_equal(scene->fake.handles[0]->queues[CAPTURE].num_buffers,
			 0);
	assert_int_equal(scene->one.num_slots_messages, 0);
}

static void what_does_not_fit_beside_one_message_comes_in_several(void **state)
{
	struct scene *scene = *state;

	scene->fake.planes = 8;
	assert_int_equal(scene_buffers(&scene->one, CAPTURE_MPLANE, 32), 0);
	assert_int_equal(scene->one.slots_at_reply, 2);
	assert_int_equal(scene->one.slots.num_slots, 32);
	assert_int_equal(scene->one.num_slot_fds, 32 * 8);
}

static void buffers_that_cannot_be_exported_are_given_back(void **state)
{
	struct scene *scene = *state;

	scene->fake.fail_request = VIDIOC_EXPBUF;
	scene->fake.fail_errno = EMFILE;
	scene->fake.fail_after = 2;
	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 4), ENOMEM);
	assert_int_equal(scene->fake.handles[0]->queues[CAPTURE].num_buffers,
			 0);
}

static int create(struct camera_client *client, unsigned int count,
		  uint32_t size, uint32_t *index)
{
	struct v4l2_create_buffers create = {
		.count = count,
		.memory = V4L2_MEMORY_DMABUF,
		.format.type = CAPTURE,
		.format.fmt.pix.sizeimage = size,
	};
	int ret;

	ret = client_ioctl(client, VIDIOC_CREATE_BUFS, &create);
	*index = create.index;
	return ret;
}

static void created_buffers_add_to_those_that_are_there(void **state)
{
	struct scene *scene = *state;
	uint32_t generation, index;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	generation = scene->one.slots.generation;
	assert_int_equal(create(&scene->one, 3, 8192, &index), 0);
	assert_int_equal(index, 2);
	assert_int_equal(scene->one.slots.first, 2);
	assert_int_equal(scene->one.slots.num_slots, 5);
	assert_int_equal(scene->one.slots.plane_size[0], 8192);
	assert_int_equal(scene->one.slots.generation, generation);
}

static unsigned int num_buffers(const struct scene *scene)
{
	return scene->fake.handles[0]->queues[CAPTURE].num_buffers;
}

static void created_buffers_that_cannot_be_exported_are_given_back(
	void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	scene->fake.fail_request = VIDIOC_EXPBUF;
	scene->fake.fail_errno = EMFILE;
	assert_int_equal(create(&scene->one, 4, 4096, &index), EMFILE);
	assert_int_equal(num_buffers(scene), 0);
}

/* Nothing counts them. */
static void buffers_that_cannot_be_given_back_do_not_become_more(void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	scene->fake.fail_request = VIDIOC_EXPBUF;
	scene->fake.fail_errno = EMFILE;
	assert_int_equal(create(&scene->one, 4, 4096, &index), EMFILE);
	assert_int_equal(num_buffers(scene), 6);
	scene->fake.fail_request = 0;
	assert_int_equal(create(&scene->one, 4, 4096, &index), ENOMEM);
	assert_int_equal(num_buffers(scene), 6);

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	assert_int_equal(create(&scene->one, 4, 4096, &index), 0);
}

static void there_are_no_more_created_than_can_be_told(void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 30), 0);
	assert_int_equal(create(&scene->one, 3, 4096, &index), 0);
	assert_int_equal(scene->one.slots.num_slots, 32);
	assert_int_equal(create(&scene->one, 1, 4096, &index), ENOBUFS);
}

static void asking_what_could_be_created_makes_nothing(void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	assert_int_equal(create(&scene->one, 0, 4096, &index), 0);
	assert_int_equal(index, 2);
	assert_int_equal(scene->one.num_slots_messages, 1);
}

/* @two comes again as a guest with room for so many buffers of 4096 bytes */
static void limit_memory(struct scene *scene, unsigned int buffers)
{
	const struct camera_guest guest = {
		.domid = 200,
		.held = 2,
		.memory = buffers * 4096 + 100,
		.name = "limited",
	};

	client_close(&scene->two);
	client_open_as(&scene->two, &scene->world, &guest);
}

static void a_guest_has_no_more_buffers_than_its_quota_has_room_for(
	void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 8,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	uint32_t index;

	limit_memory(scene, 5);
	assert_int_equal(client_ioctl(&scene->two, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.count, 5);
	assert_int_equal(scene->two.slots.num_slots, 5);
	assert_int_equal(scene_buffers(&scene->two, SOURCE, 1), ENOMEM);
	assert_int_equal(create(&scene->two, 1, 4096, &index), ENOMEM);

	assert_int_equal(scene_buffers(&scene->two, CAPTURE, 0), 0);
	assert_int_equal(create(&scene->two, 4, 8192, &index), 0);
	assert_int_equal(scene->two.slots.num_slots, 2);
}

static void a_node_that_needs_more_buffers_than_fit_gives_none(void **state)
{
	struct scene *scene = *state;

	limit_memory(scene, 2);
	scene->fake.give_buffers = 3;
	assert_int_equal(scene_buffers(&scene->two, CAPTURE, 1), ENOMEM);
	assert_int_equal(scene->two.num_slots_messages, 0);
}

static void buffers_too_large_for_the_quota_are_never_made(void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	limit_memory(scene, 2);
	assert_int_equal(create(&scene->two, 1, 0xffffffff, &index), ENOMEM);
	assert_int_equal(scene->fake.handles[1]->queues[CAPTURE].num_buffers,
			 0);
}

static void not_even_for_a_moment_there_are_more_than_the_quota_has_room_for(
	void **state)
{
	struct scene *scene = *state;

	limit_memory(scene, 5);
	assert_int_equal(scene_buffers(&scene->two, CAPTURE, 32), 0);
	assert_int_equal(scene->fake.most_buffers, 5);
}

static void buffers_that_go_make_room_for_those_that_come(void **state)
{
	struct scene *scene = *state;

	limit_memory(scene, 5);
	assert_int_equal(scene_buffers(&scene->two, CAPTURE, 5), 0);
	assert_int_equal(scene_buffers(&scene->two, CAPTURE, 5), 0);
	assert_int_equal(scene->two.slots.num_slots, 5);
}

static void buffers_larger_than_a_peer_takes_are_never_made(void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	scene->fake.sizeimage = VMEDIA_MAX_BUFFER_BYTES + 1;
	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 4), ENOMEM);
	assert_int_equal(create(&scene->one, 1, VMEDIA_MAX_BUFFER_BYTES + 1,
				&index), ENOMEM);
	assert_int_equal(scene->fake.most_buffers, 2);
	assert_int_equal(scene->fake.handles[0]->queues[CAPTURE].num_buffers,
			 0);
}

static void lines_of_vbi_count_like_pictures(void **state)
{
	struct scene *scene = *state;
	struct v4l2_create_buffers create = {
		.count = 1,
		.memory = V4L2_MEMORY_MMAP,
		.format.type = V4L2_BUF_TYPE_VBI_CAPTURE,
		.format.fmt.vbi.samples_per_line = 1440,
		.format.fmt.vbi.count = { 10000, 10000 },
	};

	scene->fake.source.identity.device_caps |= V4L2_CAP_VBI_CAPTURE;
	limit_memory(scene, 2);
	assert_int_equal(client_ioctl(&scene->two, VIDIOC_CREATE_BUFS, &create),
			 ENOMEM);
	assert_int_equal(scene->fake.most_buffers, 0);
}

static void new_buffers_are_of_another_generation(void **state)
{
	struct scene *scene = *state;
	uint32_t generation;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	generation = scene->one.slots.generation;
	assert_int_equal(scene_buffers(&scene->one, SOURCE, 2), 0);
	assert_int_not_equal(scene->one.slots.generation, generation);
	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	assert_int_not_equal(scene->one.slots.generation, generation);
}

static void types_that_have_no_buffers_are_refused(void **state)
{
	static const uint32_t types[] = {
		0, V4L2_BUF_TYPE_VIDEO_OVERLAY,
		V4L2_BUF_TYPE_VIDEO_OUTPUT_OVERLAY, DIRECT_NUM_TYPES, 0x80,
		0xffffffff,
	};
	struct scene *scene = *state;
	uint32_t index;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(scene_buffers(&scene->one, types[i], 1),
				 EINVAL);
		assert_int_equal(scene_queue(&scene->one, types[i], 0),
				 EINVAL);
		assert_int_equal(scene_on(&scene->one, types[i]), EINVAL);
		assert_int_equal(scene_off(&scene->one, types[i]), EINVAL);
	}
	assert_int_equal(create(&scene->one, 1, 4096, &index), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CODEC(buffers_are_the_nodes_and_come_before_the_answer),
		CODEC(requests_of_the_media_controller_are_not_promised),
		CODEC(what_the_node_fills_is_exported_for_reading),
		CODEC(what_the_node_reads_is_exported_for_writing),
		CODEC(the_node_may_give_more_than_was_asked_for),
		CODEC(no_more_buffers_are_asked_for_than_can_be_told),
		CODEC(a_node_that_gives_more_than_can_be_told_gets_them_back),
		MULTIPLANAR(what_does_not_fit_beside_one_message_comes_in_several),
		CODEC(buffers_that_cannot_be_exported_are_given_back),
		CODEC(created_buffers_add_to_those_that_are_there),
		CODEC(created_buffers_that_cannot_be_exported_are_given_back),
		CODEC(buffers_that_cannot_be_given_back_do_not_become_more),
		CODEC(there_are_no_more_created_than_can_be_told),
		CODEC(asking_what_could_be_created_makes_nothing),
		CODEC(a_guest_has_no_more_buffers_than_its_quota_has_room_for),
		CODEC(a_node_that_needs_more_buffers_than_fit_gives_none),
		CODEC(buffers_too_large_for_the_quota_are_never_made),
		CODEC(not_even_for_a_moment_there_are_more_than_the_quota_has_room_for),
		CODEC(buffers_that_go_make_room_for_those_that_come),
		CODEC(buffers_larger_than_a_peer_takes_are_never_made),
		CODEC(lines_of_vbi_count_like_pictures),
		CODEC(new_buffers_are_of_another_generation),
		CODEC(types_that_have_no_buffers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
