// SPDX-License-Identifier: GPL-2.0-only
/* A guest that does with the buffers of its codec what it can, in any order, and
 * waits for no answer; vmediad and the camera answer when they like. The
 * sanitizers watch; in the end nothing is left. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "codec_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define OUTPUT V4L2_BUF_TYPE_VIDEO_OUTPUT

#define STEPS 12000
#define SESSIONS 3
#define OBJECTS 8
#define BUFFERS 5
#define MOST_OUTSTANDING 24
#define EXPORTED (8 + sizeof(struct v4l2_exportbuffer) + UUID_LEN)

/**
 * struct storm - what the guest knows
 * @ids: of its sessions, 0 where there is none
 * @memory: by type, of the buffers that were asked for last
 * @uuids: of objects, some of which are no more
 * @gpa: of memory that any buffer may be in
 * @answered: GUEST_POPULATE that vmediad answered
 */
struct storm {
	struct world *world;
	uint32_t state;
	uint32_t ids[SESSIONS];
	uint32_t memory[OUTPUT + 1];
	uint8_t uuids[OBJECTS][UUID_LEN];
	uint64_t gpa;
	unsigned int answered;
};

/* Marsaglia's xorshift: the same storm each time */
static uint32_t below(struct storm *storm, uint32_t end)
{
	storm->state ^= storm->state << 13;
	storm->state ^= storm->state >> 17;
	storm->state ^= storm->state << 5;
	return storm->state % end;
}

static uint32_t any_memory(struct storm *storm)
{
	static const uint32_t memories[] = {
		V4L2_MEMORY_MMAP, V4L2_MEMORY_USERPTR, V4L2_MEMORY_DMABUF};

	return memories[below(storm, ARRAY_SIZE(memories))];
}

/* What was asked for last, or seldom another */
static uint32_t likely_memory(struct storm *storm, uint32_t type)
{
	return below(storm, 8) ? storm->memory[type] : any_memory(storm);
}

static uint32_t any_type(struct storm *storm)
{
	return below(storm, 2) ? CAPTURE : OUTPUT;
}

static void send_ioctl(struct storm *storm, uint32_t id, unsigned long request,
		       const void *payload)
{
	world_send_ioctl(storm->world, id, _IOC_NR(request), payload,
			 _IOC_SIZE(request), 8 + _IOC_SIZE(request));
}

static void request(struct storm *storm, uint32_t id)
{
	const struct v4l2_requestbuffers request = {
		.count = below(storm, 6) ? below(storm, 2 * BUFFERS) : 0,
		.type = any_type(storm),
		.memory = any_memory(storm),
	};

	if (below(storm, 2))
		return;
	storm->memory[request.type] = request.memory;
	send_ioctl(storm, id, VIDIOC_REQBUFS, &request);
}

static void create(struct storm *storm, uint32_t id)
{
	const uint32_t type = any_type(storm);
	const struct v4l2_create_buffers create = {
		.count = below(storm, 4),
		.memory = likely_memory(storm, type),
		.format.type = type,
		.format.fmt.pix.sizeimage = 1 + below(storm, 2 * CODEC_OUT_LEN),
	};

	send_ioctl(storm, id, VIDIOC_CREATE_BUFS, &create);
}

static void bring(struct storm *storm, uint32_t id)
{
	const uint32_t type = any_type(storm);
	const uint32_t len = below(storm, 8) ? CODEC_OUT_LEN : 5000;
	struct driver_buffer buffer = driver_buffer(
		type, likely_memory(storm, type), below(storm, BUFFERS));

	if (buffer.buffer.memory == V4L2_MEMORY_USERPTR)
		driver_buffer_set(&buffer, 0, storm->gpa, len);
	memcpy(buffer.uuids[0], storm->uuids[below(storm, OBJECTS)], UUID_LEN);
	buffer.buffer.bytesused = below(storm, 2) ? below(storm, CODEC_IN_LEN) : 0;
	driver_send(storm->world, id,
		    below(storm, 4) ? VIDIOC_QBUF : VIDIOC_PREPARE_BUF,
		    &buffer);
}

static void export(struct storm *storm, uint32_t id)
{
	const struct v4l2_exportbuffer export = {
		.type = any_type(storm),
		.index = below(storm, BUFFERS),
	};

	world_send_ioctl(storm->world, id, _IOC_NR(VIDIOC_EXPBUF), &export,
			 sizeof(export), EXPORTED);
}

static void stream(struct storm *storm, uint32_t id)
{
	const int type = any_type(storm);

	send_ioctl(storm, id,
		   below(storm, 3) ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type);
}

/* Chunks are at multiples of 64 KiB. */
static uint32_t any_offset(struct storm *storm)
{
	return below(storm, 12) * 0x10000;
}

static void map(struct storm *storm, uint32_t id)
{
	const struct virtio_media_cmd_mmap map = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(id),
		.offset = cpu_to_le32(any_offset(storm)),
	};

	world_send(storm->world, &map, sizeof(map),
		   sizeof(struct virtio_media_resp_mmap));
}

static void unmap(struct storm *storm, uint32_t id)
{
	const struct virtio_media_cmd_munmap unmap = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MUNMAP),
		.driver_addr = cpu_to_le64(any_offset(storm)),
	};

	world_send(storm->world, &unmap, sizeof(unmap), 8);
}

/* The node is done with a buffer, if it has that one. */
static void finish(struct storm *storm, uint32_t id)
{
	struct node_fake *node = codec_node(storm->world, id);
	const uint32_t type = any_type(storm);
	const uint32_t index = below(storm, BUFFERS);

	if (node_fake_has(node, type, index))
		node_fake_done(node, type, index, 0);
}

static void close_session(struct storm *storm, uint32_t id)
{
	const struct virtio_media_cmd_close close = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_CLOSE),
		.session_id = cpu_to_le32(id),
	};

	if (below(storm, 4))
		return;
	world_send(storm->world, &close, sizeof(close), 0);
	for (int i = 0; i < SESSIONS; i++) {
		if (storm->ids[i] == id)
			storm->ids[i] = 0;
	}
}

static void answer_vmediad(struct storm *storm, uint32_t id)
{
	struct world *world = storm->world;

	if (storm->answered == world->populates)
		return;
	storm->answered++;
	world_populated(world, below(storm, 3) ? ENOMEM : 0);
}

static void let_camera_answer(struct storm *storm, uint32_t id)
{
	storm->world->obedient = true;
	world_settle(storm->world);
	storm->world->obedient = false;
}

static void post_events(struct storm *storm, uint32_t id)
{
	if (driver_fake_outstanding(storm->world->driver,
				    VIRTIO_MEDIA_EVENTQ) < 8)
		world_post(storm->world, 4);
}

/* Answers and events, of which only objects are of interest */
static void collect(struct storm *storm)
{
	struct driver_fake *driver = storm->world->driver;
	struct driver_fake_answer answer;

	world_settle(storm->world);
	while (driver_fake_collect(driver, VIRTIO_MEDIA_EVENTQ, &answer))
		;
	while (driver_fake_collect(driver, VIRTIO_MEDIA_COMMANDQ, &answer)) {
		if (answer.len == EXPORTED)
			memcpy(storm->uuids[below(storm, OBJECTS)],
			       (const uint8_t *)answer.data + EXPORTED -
				       UUID_LEN,
			       UUID_LEN);
	}
}

static void step(struct storm *storm)
{
	static void (*const steps[])(struct storm *storm, uint32_t id) = {
		request,	   create,	      export,
		stream,		   map,		      map,
		unmap,		   close_session,     post_events,
		answer_vmediad,	   answer_vmediad,    let_camera_answer,
		let_camera_answer, let_camera_answer, finish,
		finish,		   finish,	      bring,
		bring,		   bring,	      bring,
	};
	const uint32_t id = storm->ids[below(storm, SESSIONS)];

	if (id != 0)
		steps[below(storm, ARRAY_SIZE(steps))](storm, id);
	collect(storm);
}

/* Until no command waits: OPEN is answered in its turn then. */
static void calm_down(struct storm *storm)
{
	struct driver_fake *driver = storm->world->driver;

	while (driver_fake_outstanding(driver, VIRTIO_MEDIA_COMMANDQ) > 0) {
		let_camera_answer(storm, 0);
		answer_vmediad(storm, 0);
		collect(storm);
	}
}

static void reset(struct storm *storm)
{
	driver_fake_reset(storm->world->driver);
	driver_fake_start(storm->world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	memset(storm->ids, 0, sizeof(storm->ids));
	collect(storm);
}

static void open_some(struct storm *storm)
{
	for (int i = 0; i < SESSIONS; i++) {
		if (storm->ids[i] == 0)
			storm->ids[i] = codec_open(storm->world);
	}
}

static void assert_nothing_is_left(struct storm *storm)
{
	struct guest_session_report sessions[1];
	struct guest_report report;
	unsigned int count;

	reset(storm);
	answer_vmediad(storm, 0);
	collect(storm);
	report = world_query(storm->world, sessions, 1, &count);
	assert_int_equal(count, 0);
	assert_int_equal(report.buffers, 0);
	assert_int_equal(report.memory, 0);
}

static void storm_over(struct world *world, uint32_t seed)
{
	struct storm storm = {.world = world, .state = seed};

	storm.gpa = codec_alloc(world, CODEC_OUT_LEN, 1);
	world->populating = false;
	world->obedient = false;
	for (int i = 0; i < STEPS; i++) {
		if (i % 150 == 0) {
			calm_down(&storm);
			open_some(&storm);
		}
		if (i % 3000 == 2999)
			reset(&storm);
		if (driver_fake_outstanding(world->driver,
					    VIRTIO_MEDIA_COMMANDQ) >
		    MOST_OUTSTANDING)
			calm_down(&storm);
		step(&storm);
	}
	assert_nothing_is_left(&storm);
	world->populating = true;
	world->obedient = true;
}

static void a_storm_leaves_nothing_behind(void **state)
{
	storm_over(*state, 7);
}

static void a_storm_under_narrow_quotas_leaves_nothing_behind(void **state)
{
	struct world *world = *state;

	world_limit(world, QUOTA_MEMORY, 10 * CODEC_OUT_LEN);
	world_limit(world, QUOTA_BUFFERS, 12);
	storm_over(world, 8);
}

#define TEST(test)                                                \
	cmocka_unit_test_setup_teardown(test, world_set_up_codec, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_storm_leaves_nothing_behind),
		TEST(a_storm_under_narrow_quotas_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
