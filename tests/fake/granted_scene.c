// SPDX-License-Identifier: GPL-2.0-only
#include "granted_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"

#define MMAP V4L2_MEMORY_MMAP
#define FEATURES (DRIVER_FAKE_ALL | DRIVER_FAKE_FEATURE(63))

void granted_restart(struct world *world)
{
	driver_fake_reset(world->driver);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES, FEATURES);
	world_settle(world);
}

int granted_set_up(void **state)
{
	world_set_up_window(state);
	granted_restart(*state);
	return 0;
}

int granted_set_up_draft(void **state)
{
	world_set_up_draft(state);
	granted_restart(*state);
	return 0;
}

int granted_set_up_windowless(void **state)
{
	world_set_up(state);
	granted_restart(*state);
	return 0;
}

int granted_set_up_multiplanar(void **state)
{
	const struct guest_attach attach = world_window_device(
		1, V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING);

	world_set_up_device(state, &attach);
	granted_restart(*state);
	return 0;
}

static bool asks_for_slots(const struct camera_fake *camera,
			   struct v4l2_requestbuffers *request)
{
	if (camera->call.head.nr != _IOC_NR(VIDIOC_REQBUFS))
		return false;
	assert_int_equal(camera->call.data_len, sizeof(*request));
	memcpy(request, camera->call.data, sizeof(*request));
	return request->memory == MMAP && request->count > 0;
}

static void obey(struct camera_fake *camera)
{
	struct v4l2_requestbuffers request;

	if (!asks_for_slots(camera, &request)) {
		camera->obey = NULL;
		camera_fake_obey(camera);
		camera->obey = obey;
		return;
	}
	camera_fake_send_slots(camera, camera->generation + 1, GRANTED_SLOTS);
	request.count = GRANTED_SLOTS;
	camera_fake_reply(camera, camera->call.head.hdr.tag, 0, sizeof(request),
			  &request, sizeof(request));
}

uint32_t granted_open(struct world *world)
{
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);

	camera->dma_bufs = true;
	camera->obey = obey;
	return id;
}

static uint32_t type_of(struct world *world, uint32_t id)
{
	return camera_of(world, id)->format.type;
}

uint32_t granted_reqbufs(struct world *world, uint32_t id, uint32_t *count)
{
	return driver_reqbufs(world, id, type_of(world, id), MMAP, count);
}

uint32_t granted_request(struct world *world, uint32_t id)
{
	uint32_t count = 2;

	assert_int_equal(granted_reqbufs(world, id, &count), 0);
	assert_int_not_equal(count, 0);
	return count;
}

void granted_free(struct world *world, uint32_t id)
{
	uint32_t count = 0;

	assert_int_equal(granted_reqbufs(world, id, &count), 0);
}

uint32_t granted_session(struct world *world)
{
	const uint32_t id = granted_open(world);

	granted_request(world, id);
	return id;
}

uint32_t granted_qbuf(struct world *world, uint32_t id, uint32_t index)
{
	struct driver_buffer buffer =
		driver_buffer(type_of(world, id), MMAP, index);

	if (V4L2_TYPE_IS_MULTIPLANAR(buffer.buffer.type))
		buffer.buffer.length = camera_of(world, id)->num_planes;
	return driver_run(world, id, VIDIOC_QBUF, &buffer);
}

uint32_t granted_stream(struct world *world)
{
	const uint32_t id = granted_session(world);

	for (uint32_t i = 0; i < GRANTED_SLOTS; i++)
		assert_int_equal(granted_qbuf(world, id, i), 0);
	assert_int_equal(world_stream_on(world, id), 0);
	world_post(world, 8);
	return id;
}

static struct world_answer send_map(struct world *world, uint32_t id,
				    uint32_t offset, size_t room)
{
	/* The longer one: who knows the shorter ignores the rest. */
	const struct virtio_media_draft_cmd_mmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(id),
		.offset = cpu_to_le64(offset),
	};

	return world_command(world, &cmd, sizeof(cmd), room);
}

static uint32_t le32_at(const struct world_answer *answer, size_t at)
{
	__le32 value;

	memcpy(&value, answer->payload + at - 8, sizeof(value));
	return le32_to_cpu(value);
}

static uint64_t le64_at(const struct world_answer *answer, size_t at)
{
	return le32_at(answer, at) | (uint64_t)le32_at(answer, at + 4) << 32;
}

struct granted_mapping granted_map_offset(struct world *world, uint32_t id,
					  uint32_t offset, size_t room)
{
	const struct world_answer answer = send_map(world, id, offset, room);
	struct granted_mapping mapping = {.status = answer.status};

	if (answer.status != 0) {
		assert_int_equal(answer.len, 8);
		return mapping;
	}
	assert_true(answer.len >= 24);
	mapping.addr = le64_at(&answer, 8);
	mapping.len = le64_at(&answer, 16);
	if (answer.len == 24)
		return mapping;
	mapping.count = le32_at(&answer, 24);
	mapping.page_size = le32_at(&answer, 28);
	mapping.domid = le32_at(&answer, 32);
	assert_int_equal(answer.len, 40 + 4 * mapping.count);
	assert_true(mapping.count <= 16);
	for (uint32_t i = 0; i < mapping.count; i++)
		mapping.refs[i] = le32_at(&answer, 40 + 4 * i);
	return mapping;
}

struct granted_mapping granted_map(struct world *world, uint32_t id,
				   uint32_t index)
{
	const uint32_t offset =
		driver_offset(world, id, type_of(world, id), index, 0);

	return granted_map_offset(world, id, offset, 40 + 4 * GRANTED_PAGES);
}

uint8_t *granted_see(struct world *world, const struct granted_mapping *mapping)
{
	uint8_t *seen;

	assert_int_equal(mapping->status, 0);
	assert_int_not_equal(mapping->count, 0);
	seen = hyp_fake_see(world->fake, mapping->refs, mapping->count, false);
	assert_non_null(seen);
	return seen;
}

struct guest_report granted_report(struct world *world)
{
	struct guest_session_report sessions[8];
	unsigned int count;

	return world_query(world, sessions, 8, &count);
}

struct guest_session_report granted_session_report(struct world *world)
{
	struct guest_session_report session;
	unsigned int count;

	world_query(world, &session, 1, &count);
	assert_int_equal(count, 1);
	return session;
}

unsigned int granted_releases(struct world *world, uint32_t id)
{
	world_settle(world);
	return camera_of(world, id)->releases;
}
