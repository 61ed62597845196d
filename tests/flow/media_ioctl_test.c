// SPDX-License-Identifier: GPL-2.0-only
/* Ioctls: which cross to the camera and how; what V4L2 says of the rest. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media_world.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define POINTER 0x7f00deadb000

static void an_ioctl_that_does_not_cross_is_unknown(void **state)
{
	static const uint32_t nrs[] = {
		_IOC_NR(VIDIOC_QUERYCAP),
		_IOC_NR(VIDIOC_DQBUF),
		_IOC_NR(VIDIOC_DQEVENT),
		_IOC_NR(VIDIOC_LOG_STATUS),
		_IOC_NR(VIDIOC_EXPBUF),
		255,
		0xffffffff,
	};
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint8_t payload[256] = {0};

	for (size_t i = 0; i < sizeof(nrs) / sizeof(nrs[0]); i++)
		assert_int_equal(
			world_raw_ioctl(world, id, nrs[i], payload, 256, 264)
				.status,
			ENOTTY);
	assert_int_equal(camera_of(world, id)->calls, 0);
}

static void an_ioctl_of_no_session_is_refused(void **state)
{
	struct v4l2_format format = {.type = CAPTURE};

	assert_int_equal(world_ioctl(*state, 5, VIDIOC_G_FMT, &format), EINVAL);
}

static void a_payload_crosses_both_ways(void **state)
{
	struct v4l2_control control = {.id = V4L2_CID_GAIN, .value = 3};
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	struct world_answer answer;

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_S_CTRL), &control,
			 sizeof(control), 16);
	world_settle(world);
	assert_true(camera_fake_take_call(camera));
	assert_int_equal(camera->call.head.nr, _IOC_NR(VIDIOC_S_CTRL));
	assert_int_equal(camera->call.head.len, sizeof(control));
	assert_memory_equal(camera->call.data, &control, sizeof(control));
	control.value = 2;
	camera_fake_reply(camera, camera->call.head.hdr.tag, 0, sizeof(control),
			  &control, sizeof(control));
	answer = world_answer(world);
	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.len, 16);
	assert_memory_equal(answer.payload, &control, sizeof(control));
}

static void a_refusal_of_the_camera_has_no_payload(void **state)
{
	struct v4l2_control control = {.id = 1};
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct world_answer answer;

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_S_CTRL), &control,
			 sizeof(control), 16);
	world_settle(world);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_refuse(camera_of(world, id), ERANGE);
	answer = world_answer(world);
	assert_int_equal(answer.status, ERANGE);
	assert_int_equal(answer.len, 8);
}

static void a_reply_of_a_wrong_length_is_an_io_error(void **state)
{
	struct v4l2_control control = {.id = 1};
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_S_CTRL), &control,
			 sizeof(control), 16);
	world_settle(world);
	assert_true(camera_fake_take_call(camera));
	camera_fake_reply(camera, camera->call.head.hdr.tag, 0, 4, &control, 4);
	assert_int_equal(world_answer(world).status, EIO);
}

static void a_payload_that_only_the_device_writes_needs_none(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct world_answer answer = world_raw_ioctl(
		world, id, _IOC_NR(VIDIOC_G_INPUT), NULL, 0, 12);

	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.len, 12);
}

static void a_payload_that_only_the_device_writes_may_be_sent(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const int input = 77;

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_G_INPUT), &input,
			 sizeof(input), 12);
	world_settle(world);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	assert_int_equal(camera_of(world, id)->call.data[0], 0);
	camera_fake_obey(camera_of(world, id));
	assert_int_equal(world_answer(world).status, 0);
}

static void reserved_words_are_ignored_and_answered_with_0(void **state)
{
	struct virtio_media_cmd_ioctl cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_IOCTL),
		.hdr.__reserved = 0xffffffff,
		.code = cpu_to_le32(_IOC_NR(VIDIOC_G_INPUT)),
	};
	struct world *world = *state;
	struct virtio_media_resp_header head;
	struct driver_fake_answer answer;

	cmd.session_id = cpu_to_le32(world_open(world));
	world_send(world, &cmd, sizeof(cmd), 12);
	world_settle(world);
	assert_true(driver_fake_collect(world->driver, VIRTIO_MEDIA_COMMANDQ,
					&answer));
	assert_int_equal(answer.len, 12);
	memcpy(&head, answer.data, sizeof(head));
	assert_int_equal(head.status, 0);
	assert_int_equal(head.__reserved, 0);
}

/* Controls */

struct ctrls {
	struct v4l2_ext_controls head;
	struct v4l2_ext_control ctrls[2];
	struct virtio_media_sg_entry pieces[2];
} __attribute__((packed));

#define CTRLS_ANSWER (8 + 32 + 2 * 20)

/* One with a value, one with 5 bytes in two pieces of guest memory */
static struct ctrls two_controls(uint64_t gpa)
{
	return (struct ctrls){
		.head.count = 2,
		.head.controls = (void *)POINTER,
		.ctrls =
			{
				{.id = 1, .value64 = 42},
				{.id = 2,
				 .size = 5,
				 .ptr = (void *)(POINTER + 64)},
			},
		.pieces =
			{
				{cpu_to_le64(gpa), cpu_to_le32(3), 0},
				{cpu_to_le64(gpa + 8), cpu_to_le32(100), 0},
			},
	};
}

static void send_ctrls(struct world *world, uint32_t id, unsigned long request,
		       const struct ctrls *ctrls)
{
	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(request), ctrls, sizeof(*ctrls),
			 CTRLS_ANSWER);
	world_settle(world);
}

static void the_bytes_behind_controls_cross_without_pointers(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	const uint64_t gpa = hyp_fake_alloc(world->fake, 0, 4096);
	const struct ctrls ctrls = two_controls(gpa);
	struct v4l2_ext_control crossed[2];

	memcpy(hyp_fake_ram(world->fake, gpa, 16), "abc\0\0\0\0\0de", 10);
	send_ctrls(world, id, VIDIOC_S_EXT_CTRLS, &ctrls);
	assert_true(camera_fake_take_call(camera));
	assert_int_equal(camera->call.data_len, 32 + 2 * 20 + 5);
	memcpy(crossed, camera->call.data + 32, sizeof(crossed));
	assert_int_equal(crossed[0].value64, 42);
	assert_int_equal(crossed[1].value64, 0);
	assert_memory_equal(camera->call.data + 24, "\0\0\0\0\0\0\0\0", 8);
	assert_memory_equal(camera->call.data + 72, "abcde", 5);
	camera_fake_obey(camera);
	assert_int_equal(world_answer(world).status, 0);
}

static void the_bytes_behind_controls_come_back(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	const uint64_t gpa = hyp_fake_alloc(world->fake, 0, 4096);
	const struct ctrls ctrls = two_controls(gpa);
	char *ram = hyp_fake_ram(world->fake, gpa, 16);

	send_ctrls(world, id, VIDIOC_G_EXT_CTRLS, &ctrls);
	assert_true(camera_fake_take_call(camera));
	memcpy(camera->call.data + 72, "vwxyz", 5);
	camera_fake_obey(camera);
	assert_int_equal(world_answer(world).status, 0);
	assert_memory_equal(ram, "vwx\0\0\0\0\0yz\0", 11);
}

static void pointers_come_back_as_they_were(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct ctrls ctrls =
		two_controls(hyp_fake_alloc(world->fake, 0, 4096));
	struct world_answer answer;

	send_ctrls(world, id, VIDIOC_G_EXT_CTRLS, &ctrls);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_obey(camera_of(world, id));
	answer = world_answer(world);
	assert_int_equal(answer.len, CTRLS_ANSWER);
	assert_memory_equal(answer.payload, &ctrls, 32 + 2 * 20);
}

static void refused_controls_say_which_was_wrong(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	const uint64_t gpa = hyp_fake_alloc(world->fake, 0, 4096);
	const struct ctrls ctrls = two_controls(gpa);
	struct v4l2_ext_controls head;
	struct world_answer answer;

	send_ctrls(world, id, VIDIOC_S_EXT_CTRLS, &ctrls);
	assert_true(camera_fake_take_call(camera));
	memcpy(&head, camera->call.data, sizeof(head));
	head.error_idx = 1;
	memcpy(camera->call.data, &head, sizeof(head));
	camera_fake_reply(camera, camera->call.head.hdr.tag, EACCES, 32,
			  camera->call.data, camera->call.data_len);
	answer = world_answer(world);
	assert_int_equal(answer.status, EACCES);
	assert_int_equal(answer.len, CTRLS_ANSWER);
	memcpy(&head, answer.payload, sizeof(head));
	assert_int_equal(head.error_idx, 1);
	assert_ptr_equal(head.controls, (void *)POINTER);
}

static void controls_refused_without_words_come_back_all_the_same(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct ctrls ctrls =
		two_controls(hyp_fake_alloc(world->fake, 0, 4096));
	struct world_answer answer;

	send_ctrls(world, id, VIDIOC_S_EXT_CTRLS, &ctrls);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_refuse(camera_of(world, id), ENODEV);
	answer = world_answer(world);
	assert_int_equal(answer.status, ENODEV);
	assert_int_equal(answer.len, CTRLS_ANSWER);
}

/* EDID */

struct edid {
	struct v4l2_edid head;
	uint8_t blocks[2 * 128];
};

static struct edid edid_of(uint32_t blocks)
{
	struct edid edid = {.head = {.blocks = blocks,
				     .edid = (uint8_t *)POINTER}};

	for (size_t i = 0; i < sizeof(edid.blocks); i++)
		edid.blocks[i] = i;
	return edid;
}

static void the_blocks_of_an_edid_cross_without_their_pointer(void **state)
{
	const struct edid edid = edid_of(2);
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct camera_fake_call *call = &camera_of(world, id)->call;
	struct world_answer answer;
	struct v4l2_edid crossed;

	answer = world_raw_ioctl(world, id, _IOC_NR(VIDIOC_S_EDID), &edid,
				 sizeof(edid), 8 + sizeof(edid));
	assert_int_equal(answer.status, 0);
	assert_int_equal(call->head.len, sizeof(edid.head));
	assert_int_equal(call->data_len, sizeof(edid));
	memcpy(&crossed, call->data, sizeof(crossed));
	assert_null(crossed.edid);
	assert_memory_equal(call->data + sizeof(crossed), edid.blocks, 256);
	assert_int_equal(answer.len, 8 + sizeof(edid));
	assert_memory_equal(answer.payload, &edid, sizeof(edid));
}

static void the_blocks_of_an_edid_come_back(void **state)
{
	const struct edid edid = edid_of(2);
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	struct world_answer answer;

	world->obedient = false;
	/* Room for the blocks need not be sent, as they are not looked at. */
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_G_EDID), &edid.head,
			 sizeof(edid.head), 8 + sizeof(edid));
	world_settle(world);
	assert_true(camera_fake_take_call(camera));
	assert_int_equal(camera->call.data_len, sizeof(edid));
	memset(camera->call.data + sizeof(edid.head), 0x99, 256);
	camera_fake_obey(camera);
	answer = world_answer(world);
	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.len, 8 + sizeof(edid));
	assert_int_equal(answer.payload[sizeof(edid.head)], 0x99);
	assert_int_equal(answer.payload[sizeof(edid) - 1], 0x99);
}

static void an_edid_of_too_many_blocks_is_told_how_many_there_may_be(
	void **state)
{
	struct edid edid = edid_of(2);
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	struct world_answer answer;

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_S_EDID), &edid, sizeof(edid),
			 8 + sizeof(edid));
	world_settle(world);
	assert_true(camera_fake_take_call(camera));
	edid.head.blocks = 1;
	camera_fake_reply(camera, camera->call.head.hdr.tag, E2BIG,
			  sizeof(edid.head), &edid, sizeof(edid));
	answer = world_answer(world);
	assert_int_equal(answer.status, E2BIG);
	memcpy(&edid.head, answer.payload, sizeof(edid.head));
	assert_int_equal(edid.head.blocks, 1);
	assert_ptr_equal(edid.head.edid, (uint8_t *)POINTER);
}

static void blocks_that_are_not_there_are_refused(void **state)
{
	static const uint32_t counts[] = {3, 257, 0x02000001, 0xffffffff};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const struct edid edid = edid_of(counts[i]);

		assert_int_equal(world_raw_ioctl(world, id,
						 _IOC_NR(VIDIOC_S_EDID), &edid,
						 sizeof(edid), 4096)
					 .status,
				 EINVAL);
	}
	assert_int_equal(camera_of(world, id)->calls, 0);
}

static void without_a_window_there_are_no_mappings(void **state)
{
	const struct virtio_media_cmd_mmap map = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(world_open(*state)),
	};
	const struct virtio_media_cmd_munmap unmap = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MUNMAP),
	};

	assert_int_equal(world_command(*state, &map, sizeof(map), 24).status,
			 EINVAL);
	assert_int_equal(world_command(*state, &unmap, sizeof(unmap), 8).status,
			 EINVAL);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_ioctl_that_does_not_cross_is_unknown),
		TEST(an_ioctl_of_no_session_is_refused),
		TEST(a_payload_crosses_both_ways),
		TEST(a_refusal_of_the_camera_has_no_payload),
		TEST(a_reply_of_a_wrong_length_is_an_io_error),
		TEST(a_payload_that_only_the_device_writes_needs_none),
		TEST(a_payload_that_only_the_device_writes_may_be_sent),
		TEST(reserved_words_are_ignored_and_answered_with_0),
		TEST(the_bytes_behind_controls_cross_without_pointers),
		TEST(the_bytes_behind_controls_come_back),
		TEST(pointers_come_back_as_they_were),
		TEST(refused_controls_say_which_was_wrong),
		TEST(controls_refused_without_words_come_back_all_the_same),
		TEST(the_blocks_of_an_edid_cross_without_their_pointer),
		TEST(the_blocks_of_an_edid_come_back),
		TEST(an_edid_of_too_many_blocks_is_told_how_many_there_may_be),
		TEST(blocks_that_are_not_there_are_refused),
		TEST(without_a_window_there_are_no_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
