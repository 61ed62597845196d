// SPDX-License-Identifier: GPL-2.0-only
/* Buffers that are exported, and brought to a queue elsewhere in the guest. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define OUTPUT V4L2_BUF_TYPE_VIDEO_OUTPUT
#define MMAP V4L2_MEMORY_MMAP
#define DMABUF V4L2_MEMORY_DMABUF

static uint32_t reqbufs(struct world *world, uint32_t id, uint32_t type,
			uint32_t memory, uint32_t count)
{
	return driver_reqbufs(world, id, type, memory, &count);
}

/* A codec whose output buffers are of the window. Return: its session */
static uint32_t exporter(struct world *world, uint8_t *uuid)
{
	const uint32_t id = codec_open(world);

	assert_int_equal(reqbufs(world, id, OUTPUT, MMAP, 2), 0);
	assert_int_equal(driver_export(world, id, OUTPUT, 0, 0, uuid), 0);
	return id;
}

/* A codec whose output buffers are objects. Return: its session */
static uint32_t importer(struct world *world)
{
	const uint32_t id = codec_open(world);

	assert_int_equal(reqbufs(world, id, OUTPUT, DMABUF, 2), 0);
	return id;
}

static struct driver_buffer object_buffer(uint32_t index, const uint8_t *uuid)
{
	struct driver_buffer buffer = driver_buffer(OUTPUT, DMABUF, index);

	buffer.buffer.m.fd = -1;
	memcpy(buffer.uuids[0], uuid, UUID_LEN);
	return buffer;
}

static uint32_t import(struct world *world, uint32_t id, uint32_t index,
		       const uint8_t *uuid)
{
	struct driver_buffer buffer = object_buffer(index, uuid);

	return driver_run(world, id, VIDIOC_QBUF, &buffer);
}

static void an_exported_buffer_has_a_random_uuid(void **state)
{
	struct world *world = *state;
	uint8_t one[UUID_LEN], two[UUID_LEN];
	const uint32_t id = exporter(world, one);

	assert_int_equal(driver_export(world, id, OUTPUT, 1, 0, two), 0);
	assert_memory_not_equal(one, two, UUID_LEN);
	assert_int_equal(one[6] >> 4, 4);
	assert_int_equal(one[8] >> 6, 2);
}

static void a_buffer_is_one_object_however_often_it_is_exported(void **state)
{
	struct world *world = *state;
	uint8_t one[UUID_LEN], two[UUID_LEN];
	const uint32_t id = exporter(world, one);

	assert_int_equal(driver_export(world, id, OUTPUT, 0, 0, two), 0);
	assert_memory_equal(one, two, UUID_LEN);
}

static void what_is_no_mmap_plane_cannot_be_exported(void **state)
{
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	const uint32_t id = exporter(world, uuid);

	assert_int_equal(driver_export(world, id, OUTPUT, 2, 0, uuid), EINVAL);
	assert_int_equal(driver_export(world, id, OUTPUT, 0, 1, uuid), EINVAL);
	assert_int_equal(driver_export(world, id, CAPTURE, 0, 0, uuid), EINVAL);
	assert_int_equal(
		driver_export(world, importer(world), OUTPUT, 0, 0, uuid),
		EINVAL);
}

static void flags_that_are_none_are_refused(void **state)
{
	struct {
		struct v4l2_exportbuffer export;
		uint8_t uuid[UUID_LEN];
	} payload = {.export = {.type = OUTPUT, .flags = O_APPEND}};
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	const uint32_t id = exporter(world, uuid);

	assert_int_equal(world_raw_ioctl(world, id, _IOC_NR(VIDIOC_EXPBUF),
					 &payload, sizeof(payload),
					 8 + sizeof(payload))
				 .status,
			 EINVAL);
	payload.export.flags = O_RDWR | O_CLOEXEC;
	assert_int_equal(world_raw_ioctl(world, id, _IOC_NR(VIDIOC_EXPBUF),
					 &payload, sizeof(payload),
					 8 + sizeof(payload))
				 .status,
			 0);
}

static void an_export_without_room_for_the_uuid_makes_nothing(void **state)
{
	const struct v4l2_exportbuffer export = {.type = OUTPUT};
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	assert_int_equal(reqbufs(world, id, OUTPUT, MMAP, 1), 0);
	assert_int_equal(world_raw_ioctl(world, id, _IOC_NR(VIDIOC_EXPBUF),
					 &export, sizeof(export),
					 8 + sizeof(export))
				 .status,
			 EINVAL);
}

static void an_object_s_bytes_reach_the_importer_s_node(void **state)
{
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	const uint32_t from = exporter(world, uuid), to = importer(world);
	uint64_t addr, len;

	assert_int_equal(driver_map(world, from,
				    driver_offset(world, from, OUTPUT, 0, 0),
				    &addr, &len),
			 0);
	memset(driver_bytes(world, addr, len), 0x6d, len);
	assert_int_equal(import(world, to, 1, uuid), 0);
	assert_memory_equal(codec_bytes(world, to, OUTPUT, 1),
			    driver_bytes(world, addr, len), len);
}

static void an_imported_buffer_keeps_its_placeholder(void **state)
{
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	struct driver_buffer buffer;

	exporter(world, uuid);
	buffer = object_buffer(0, uuid);
	assert_int_equal(
		driver_run(world, importer(world), VIDIOC_QBUF, &buffer), 0);
	assert_int_equal(buffer.buffer.m.fd, -1);
	assert_int_equal(buffer.buffer.memory, DMABUF);
	/* No length was given: all of it */
	assert_int_equal(buffer.buffer.length, CODEC_IN_LEN);
}

static void an_unknown_object_cannot_be_imported(void **state)
{
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];

	exporter(world, uuid);
	uuid[15] ^= 1;
	assert_int_equal(import(world, importer(world), 0, uuid), EINVAL);
}

static void an_import_without_its_uuid_is_refused(void **state)
{
	const struct driver_buffer buffer = driver_buffer(OUTPUT, DMABUF, 0);
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];

	exporter(world, uuid);
	assert_int_equal(world_raw_ioctl(world, importer(world),
					 _IOC_NR(VIDIOC_QBUF), &buffer.buffer,
					 sizeof(buffer.buffer) + UUID_LEN - 1,
					 8 + 88 + 16)
				 .status,
			 EINVAL);
}

static uint32_t capabilities(struct world *world, uint32_t id)
{
	struct v4l2_requestbuffers request = {
		.type = OUTPUT,
		.memory = MMAP,
	};

	assert_int_equal(world_ioctl(world, id, VIDIOC_REQBUFS, &request), 0);
	return request.capabilities;
}

static void objects_are_offered_once_there_is_one(void **state)
{
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	const uint32_t id = codec_open(world);

	assert_false(capabilities(world, id) & V4L2_BUF_CAP_SUPPORTS_DMABUF);
	assert_int_equal(reqbufs(world, id, OUTPUT, DMABUF, 2), EINVAL);
	exporter(world, uuid);
	assert_true(capabilities(world, id) & V4L2_BUF_CAP_SUPPORTS_DMABUF);
	assert_int_equal(reqbufs(world, id, OUTPUT, DMABUF, 2), 0);
}

static void buffers_of_objects_that_are_gone_can_be_freed(void **state)
{
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	const uint32_t from = exporter(world, uuid), to = importer(world);

	world_close(world, from);
	assert_int_equal(reqbufs(world, to, OUTPUT, DMABUF, 0), 0);
	assert_int_equal(reqbufs(world, to, OUTPUT, DMABUF, 2), EINVAL);
}

static void an_object_must_be_as_large_as_the_buffer(void **state)
{
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	const uint32_t id = codec_open(world);
	struct driver_buffer buffer;

	exporter(world, uuid);
	assert_int_equal(reqbufs(world, id, CAPTURE, DMABUF, 1), 0);
	buffer = object_buffer(0, uuid);
	buffer.buffer.type = CAPTURE;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), EINVAL);
	buffer.buffer.length = CODEC_OUT_LEN;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), EINVAL);
}

static void an_object_outlives_its_session_while_it_is_queued(void **state)
{
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	const uint32_t from = exporter(world, uuid), to = importer(world);

	assert_int_equal(import(world, to, 0, uuid), 0);
	world_close(world, from);
	node_fake_done(codec_node(world, to), OUTPUT, 0, 0);
	world_post(world, 1);
	world_dequeued(world, to);
	/* Nobody took it away from the importer's buffer since. */
	assert_int_equal(import(world, to, 0, uuid), 0);
}

static void an_object_ends_with_the_last_who_had_it(void **state)
{
	struct guest_session_report sessions[4];
	struct world *world = *state;
	uint8_t uuid[UUID_LEN];
	const uint32_t from = exporter(world, uuid), to = importer(world);
	unsigned int count;

	assert_int_equal(import(world, to, 0, uuid), 0);
	world_close(world, from);
	assert_int_equal(reqbufs(world, to, OUTPUT, DMABUF, 2), 0);
	assert_int_equal(import(world, to, 0, uuid), EINVAL);
	world_close(world, to);
	assert_int_equal(world_query(world, sessions, 4, &count).memory, 0);
}

static void a_camera_s_picture_goes_into_a_codec(void **state)
{
	struct guest_attach attach =
		world_window_device(2, V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING);
	struct world *world = *state;
	struct driver_fake *first = world->driver, *second;
	struct driver_buffer buffer = driver_buffer(CAPTURE, MMAP, 0);
	struct camera_fake *camera;
	uint8_t uuid[UUID_LEN];
	uint32_t from, to;

	attach.identity.shared = 0;
	second = world_add_driver(world, &attach);
	from = world_open(world);
	camera = world_last_camera(world);
	camera_fake_set_format(camera, CODEC_IN_LEN, 0);
	assert_int_equal(reqbufs(world, from, CAPTURE, MMAP, 1), 0);
	assert_int_equal(driver_export(world, from, CAPTURE, 0, 0, uuid), 0);
	camera_fake_send_slots(camera, 1, 1);
	assert_int_equal(world_stream_on(world, from), 0);
	assert_int_equal(driver_run(world, from, VIDIOC_QBUF, &buffer), 0);
	memset(camera->slots[0][0], 0x2f, CODEC_IN_LEN);
	camera_fake_send_frame(camera, 0, 0);
	world_settle(world);

	world->driver = second;
	/* Each device counts its sessions from 1, camera_of() does not. */
	world_close(world, world_open(world));
	to = importer(world);
	assert_int_equal(import(world, to, 0, uuid), 0);
	assert_memory_equal(codec_bytes(world, to, OUTPUT, 0),
			    camera->slots[0][0], CODEC_IN_LEN);
	world->driver = first;
	driver_fake_destroy(second);
}

static void
another_device_s_reset_leaves_an_object_to_its_importer(void **state)
{
	struct guest_attach attach =
		world_window_device(2, V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING);
	struct world *world = *state;
	struct driver_fake *first = world->driver, *second;
	uint8_t uuid[UUID_LEN];
	uint32_t from, to;

	attach.identity.shared = 0;
	second = world_add_driver(world, &attach);
	from = world_open(world);
	camera_fake_set_format(camera_of(world, from), CODEC_IN_LEN, 0);
	assert_int_equal(reqbufs(world, from, CAPTURE, MMAP, 1), 0);
	assert_int_equal(driver_export(world, from, CAPTURE, 0, 0, uuid), 0);
	world->driver = second;
	world_close(world, world_open(world));
	to = importer(world);
	assert_int_equal(import(world, to, 0, uuid), 0);
	driver_fake_reset(first);
	world_settle(world);
	assert_int_equal(import(world, to, 1, uuid), 0);
	world->driver = first;
	driver_fake_destroy(second);
}

#define TEST(test)                                                \
	cmocka_unit_test_setup_teardown(test, world_set_up_codec, \
					world_tear_down)
#define CAMERA_TEST(test)                                          \
	cmocka_unit_test_setup_teardown(test, world_set_up_window, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_exported_buffer_has_a_random_uuid),
		TEST(a_buffer_is_one_object_however_often_it_is_exported),
		TEST(what_is_no_mmap_plane_cannot_be_exported),
		TEST(flags_that_are_none_are_refused),
		TEST(an_export_without_room_for_the_uuid_makes_nothing),
		TEST(an_object_s_bytes_reach_the_importer_s_node),
		TEST(an_imported_buffer_keeps_its_placeholder),
		TEST(an_unknown_object_cannot_be_imported),
		TEST(an_import_without_its_uuid_is_refused),
		TEST(objects_are_offered_once_there_is_one),
		TEST(buffers_of_objects_that_are_gone_can_be_freed),
		TEST(an_object_must_be_as_large_as_the_buffer),
		TEST(an_object_outlives_its_session_while_it_is_queued),
		TEST(an_object_ends_with_the_last_who_had_it),
		CAMERA_TEST(a_camera_s_picture_goes_into_a_codec),
		CAMERA_TEST(
			another_device_s_reset_leaves_an_object_to_its_importer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
