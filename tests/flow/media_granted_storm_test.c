// SPDX-License-Identifier: GPL-2.0-only
/* A guest that does with buffers that are a camera's slots what it can, in any
 * order, and waits for no answer; it keeps slots in sight as it likes. The camera
 * keeps to the rules, and so does what it is told. In the end nothing is left. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "granted_scene.h"
#include "hyp/hyp.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE

#define STEPS 30000
#define SESSIONS 3
#define SEEN 8
#define NAMES 16
#define MOST_OUTSTANDING 24
#define MOST_SLOTS 8
#define ALLOWANCE 3

/* Names of slots begin here, and are so far apart. */
#define FIRST_NAME 0x80000000
#define NAME_STEP 0x10000

#define MAPPED (40 + 4 * GRANTED_PAGES)
#define BUFFER (8 + sizeof(struct v4l2_buffer))

/* More than the first look at what lingers is put off */
#define A_LOOK_MS 150

/**
 * struct storm - what the guest knows
 * @ids: of its sessions, 0 where there is none
 * @dying: whose camera ended it
 * @names: of MMAP buffers, some of which are no more
 * @gpa: of memory that any buffer may be in
 * @seen: slots that it mapped, NULL where there is none
 * @answered: GUEST_POPULATE that vmediad answered
 */
struct storm {
	struct world *world;
	uint32_t state;
	uint32_t ids[SESSIONS];
	bool dying[SESSIONS];
	uint32_t names[NAMES];
	uint64_t gpa;
	uint8_t *seen[SEEN];
	unsigned int answered;
};

/**
 * struct rules - what a camera knows of a session
 * @has_buffers: and thus may stream
 * @holds: they are its slots
 * @lent: bit per slot
 */
struct rules {
	struct storm *storm;
	bool has_buffers;
	bool holds;
	bool streams;
	uint32_t lent;
	uint32_t sequence;
};

/* Marsaglia's xorshift: the same storm each time */
static uint32_t below(struct storm *storm, uint32_t end)
{
	storm->state ^= storm->state << 13;
	storm->state ^= storm->state >> 17;
	storm->state ^= storm->state << 5;
	return storm->state % end;
}

/* The camera */

static void echo(struct camera_fake *camera)
{
	camera_fake_reply(camera, camera->call.head.hdr.tag, 0,
			  camera->call.head.len, camera->call.data,
			  camera->call.data_len);
}

static void make_slots(struct camera_fake *camera)
{
	struct rules *rules = camera->owner;

	camera_fake_send_slots(camera, camera->generation + 1,
			       1 + below(rules->storm, MOST_SLOTS - 1));
}

static void give_slots(struct camera_fake *camera,
		       struct v4l2_requestbuffers *request)
{
	struct rules *rules = camera->owner;

	rules->holds = true;
	make_slots(camera);
	request->count = camera->num_slots;
}

static void obey_request(struct camera_fake *camera)
{
	struct rules *rules = camera->owner;
	struct v4l2_requestbuffers request;

	memcpy(&request, camera->call.data, sizeof(request));
	assert_false(rules->streams);
	rules->holds = false;
	rules->has_buffers = request.count > 0 && below(rules->storm, 8) > 0;
	if (rules->has_buffers != (request.count > 0)) {
		camera_fake_refuse(camera, ENOMEM);
		return;
	}
	if (request.count > 0 && request.memory == V4L2_MEMORY_MMAP)
		give_slots(camera, &request);
	camera_fake_reply(camera, camera->call.head.hdr.tag, 0, sizeof(request),
			  &request, sizeof(request));
}

static void obey_stream_on(struct camera_fake *camera)
{
	struct rules *rules = camera->owner;

	if (!rules->has_buffers || below(rules->storm, 8) == 0) {
		camera_fake_refuse(camera, EINVAL);
		return;
	}
	if (!rules->holds)
		make_slots(camera);
	rules->streams = true;
	rules->lent = 0;
	echo(camera);
}

static void obey(struct camera_fake *camera)
{
	struct rules *rules = camera->owner;

	switch (camera->call.head.nr) {
	case _IOC_NR(VIDIOC_REQBUFS):
		obey_request(camera);
		break;
	case _IOC_NR(VIDIOC_CREATE_BUFS):
		rules->has_buffers = true;
		echo(camera);
		break;
	case _IOC_NR(VIDIOC_STREAMON):
		obey_stream_on(camera);
		break;
	case _IOC_NR(VIDIOC_STREAMOFF):
		rules->streams = false;
		echo(camera);
		break;
	default:
		camera->obey = NULL;
		camera_fake_obey(camera);
		camera->obey = obey;
	}
}

static void released(struct camera_fake *camera)
{
	struct rules *rules = camera->owner;
	const uint32_t slot = camera->release.slot;

	if (!rules->streams ||
	    camera->release.generation != camera->generation)
		return;
	assert_true(slot < camera->num_slots);
	if (!(rules->lent & 1u << slot))
		fail_msg("slot %u comes back that is not lent", slot);
	rules->lent &= ~(1u << slot);
}

static void forget(struct camera_fake *camera)
{
	free(camera->owner);
}

static void fill(struct storm *storm, uint32_t id)
{
	struct camera_fake *camera = camera_of(storm->world, id);
	struct rules *rules = camera->owner;
	const unsigned int slot = below(storm, MOST_SLOTS);

	if (camera->fd < 0 || !rules->streams || slot >= camera->num_slots ||
	    rules->lent & 1u << slot ||
	    __builtin_popcount(rules->lent) == ALLOWANCE)
		return;
	rules->lent |= 1u << slot;
	camera_fake_send_frame(camera, slot, rules->sequence++);
}

static void grow(struct storm *storm, uint32_t id)
{
	struct camera_fake *camera = camera_of(storm->world, id);
	const struct rules *rules = camera->owner;

	if (camera->fd >= 0 && rules->streams && !rules->holds &&
	    camera->num_slots < MOST_SLOTS)
		camera_fake_grow_slots(camera, 1);
}

/* Which is seldom. */
static void end_session(struct storm *storm, uint32_t id)
{
	struct camera_fake *camera = camera_of(storm->world, id);

	if (camera->fd < 0 || below(storm, 32))
		return;
	if (below(storm, 2))
		camera_fake_send_error(camera, ESTALE);
	camera_fake_die(camera);
	for (int i = 0; i < SESSIONS; i++)
		storm->dying[i] |= storm->ids[i] == id;
}

/* The guest */

static void send_ioctl(struct storm *storm, uint32_t id, unsigned long request,
		       const void *payload)
{
	world_send_ioctl(storm->world, id, _IOC_NR(request), payload,
			 _IOC_SIZE(request), 8 + _IOC_SIZE(request));
}

static uint32_t any_memory(struct storm *storm)
{
	return below(storm, 6) ? V4L2_MEMORY_MMAP : V4L2_MEMORY_USERPTR;
}

static void request(struct storm *storm, uint32_t id)
{
	const struct v4l2_requestbuffers request = {
		.count = below(storm, 6) ? 1 + below(storm, 6) : 0,
		.type = CAPTURE,
		.memory = any_memory(storm),
	};

	send_ioctl(storm, id, VIDIOC_REQBUFS, &request);
}

static void create(struct storm *storm, uint32_t id)
{
	const struct v4l2_create_buffers create = {
		.count = below(storm, 3),
		.memory = any_memory(storm),
		.format.type = CAPTURE,
		.format.fmt.pix.sizeimage = WORLD_FRAME_LEN,
	};

	send_ioctl(storm, id, VIDIOC_CREATE_BUFS, &create);
}

static void bring(struct storm *storm, uint32_t id)
{
	struct driver_buffer buffer = driver_buffer(CAPTURE, any_memory(storm),
						    below(storm, MOST_SLOTS));

	if (buffer.buffer.memory == V4L2_MEMORY_USERPTR)
		driver_buffer_set(&buffer, 0, storm->gpa, WORLD_FRAME_LEN);
	driver_send(storm->world, id,
		    below(storm, 6) ? VIDIOC_QBUF : VIDIOC_PREPARE_BUF,
		    &buffer);
}

static void stream(struct storm *storm, uint32_t id)
{
	const int type = CAPTURE;

	send_ioctl(storm, id,
		   below(storm, 4) ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type);
}

static uint32_t any_name(struct storm *storm)
{
	if (below(storm, 16) > 0)
		return storm->names[below(storm, NAMES)];
	return FIRST_NAME + below(storm, 512) * NAME_STEP;
}

static void map(struct storm *storm, uint32_t id)
{
	/* The longer one: who knows the shorter ignores the rest. */
	const struct virtio_media_draft_cmd_mmap map = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(id),
		.offset = cpu_to_le64(any_name(storm)),
	};

	world_send(storm->world, &map, sizeof(map),
		   below(storm, 8) ? MAPPED : below(storm, MAPPED));
}

static void unmap(struct storm *storm, uint32_t id)
{
	const struct virtio_media_cmd_munmap unmap = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MUNMAP),
		.driver_addr = cpu_to_le64(any_name(storm)),
	};

	world_send(storm->world, &unmap, sizeof(unmap), 8);
}

static void look_away(struct storm *storm, unsigned int i)
{
	if (storm->seen[i])
		hyp_fake_look_away(storm->world->fake, storm->seen[i]);
	storm->seen[i] = NULL;
}

/* What it mapped may be granted no more: then it sees nothing. */
static void look(struct storm *storm, const uint8_t *answer)
{
	const unsigned int i = below(storm, SEEN);
	uint32_t refs[GRANTED_PAGES];

	look_away(storm, i);
	memcpy(refs, answer + 40, sizeof(refs));
	storm->seen[i] = hyp_fake_see(storm->world->fake, refs, GRANTED_PAGES,
				      false);
}

static void learn_name(struct storm *storm, const uint8_t *answer)
{
	struct v4l2_buffer buffer;

	memcpy(&buffer, answer + 8, sizeof(buffer));
	if (buffer.memory == V4L2_MEMORY_MMAP)
		storm->names[below(storm, NAMES)] = buffer.m.offset;
}

static void look_elsewhere(struct storm *storm, uint32_t id)
{
	look_away(storm, below(storm, SEEN));
}

static void forget_id(struct storm *storm, uint32_t id)
{
	for (int i = 0; i < SESSIONS; i++) {
		if (storm->ids[i] != id)
			continue;
		storm->ids[i] = 0;
		storm->dying[i] = false;
	}
}

static void close_session(struct storm *storm, uint32_t id)
{
	const struct virtio_media_cmd_close close = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_CLOSE),
		.session_id = cpu_to_le32(id),
	};

	if (below(storm, 32))
		return;
	world_send(storm->world, &close, sizeof(close), 0);
	forget_id(storm, id);
}

static void answer_vmediad(struct storm *storm, uint32_t id)
{
	if (storm->answered == storm->world->populates)
		return;
	storm->answered++;
	world_populated(storm->world, below(storm, 3) ? 0 : ENOMEM);
}

static void let_camera_answer(struct storm *storm, uint32_t id)
{
	storm->world->obedient = true;
	world_settle(storm->world);
	storm->world->obedient = false;
}

static void fail_export(struct storm *storm, uint32_t id)
{
	hyp_fake_fail(storm->world->fake, HYP_FAKE_EXPORT,
		      1 + below(storm, MOST_SLOTS), -ENOSPC);
}

static void post_events(struct storm *storm, uint32_t id)
{
	if (driver_fake_outstanding(storm->world->driver,
				    VIRTIO_MEDIA_EVENTQ) < 8)
		world_post(storm->world, 4);
}

/* No session ends that a camera did not end. */
static void check_event(struct storm *storm, const union world_event *event)
{
	if (le32_to_cpu(event->hdr.event) != VIRTIO_MEDIA_EVT_ERROR)
		return;
	for (int i = 0; i < SESSIONS; i++) {
		if (storm->ids[i] == le32_to_cpu(event->hdr.session_id) &&
		    !storm->dying[i])
			fail_msg("session %u broke", storm->ids[i]);
	}
}

static void collect(struct storm *storm)
{
	struct driver_fake *driver = storm->world->driver;
	struct driver_fake_answer answer;
	union world_event event;
	uint32_t len;

	while (world_event(storm->world, &event, &len))
		check_event(storm, &event);
	while (driver_fake_collect(driver, VIRTIO_MEDIA_COMMANDQ, &answer)) {
		if (answer.len == MAPPED && below(storm, 2))
			look(storm, answer.data);
		if (answer.len == BUFFER)
			learn_name(storm, answer.data);
	}
}

static void step(struct storm *storm)
{
	static void (*const steps[])(struct storm *storm, uint32_t id) = {
		request,	   request,	      create,
		stream,		   stream,	      map,
		map,		   map,		      map,
		unmap,		   look_elsewhere,    close_session,
		end_session,	   fail_export,	      post_events,
		answer_vmediad,	   grow,	      let_camera_answer,
		let_camera_answer, let_camera_answer, let_camera_answer,
		fill,		   fill,	      fill,
		fill,		   fill,	      fill,
		bring,		   bring,	      bring,
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
	while (driver_fake_outstanding(storm->world->driver,
				       VIRTIO_MEDIA_COMMANDQ) > 0) {
		let_camera_answer(storm, 0);
		answer_vmediad(storm, 0);
		collect(storm);
	}
}

/* In the middle of whatever comes next */
static void reset(struct storm *storm)
{
	hyp_fake_write_at_poll(storm->world->fake,
			       WORLD_ADDR + VIRTIO_MMIO_STATUS, 0);
	let_camera_answer(storm, 0);
	/* If nothing did */
	hyp_poll(hyp_fake_hyp(storm->world->fake));
	granted_restart(storm->world);
	memset(storm->ids, 0, sizeof(storm->ids));
	memset(storm->dying, 0, sizeof(storm->dying));
	collect(storm);
}

static void open_some(struct storm *storm)
{
	for (int i = 0; i < SESSIONS; i++) {
		struct rules *rules;
		struct camera_fake *camera;

		if (storm->ids[i] != 0)
			continue;
		storm->ids[i] = granted_open(storm->world);
		camera = camera_of(storm->world, storm->ids[i]);
		rules = calloc(1, sizeof(*rules));
		assert_non_null(rules);
		rules->storm = storm;
		camera->owner = rules;
		camera->obey = obey;
		camera->released = released;
		camera->forget = forget;
	}
}

/* Of what lingers anew it is looked soon. */
static void keep_a_slot(struct storm *storm)
{
	struct world *world = storm->world;
	struct granted_mapping mapping;

	world->obedient = true;
	world_limit(world, QUOTA_MEMORY, 0);
	hyp_fake_fail(world->fake, HYP_FAKE_EXPORT, 0, 0);
	mapping = granted_map(world, granted_session(world), 0);
	look_away(storm, 0);
	storm->seen[0] = granted_see(world, &mapping);
	granted_restart(world);
}

static void assert_nothing_is_left(struct storm *storm)
{
	struct world *world = storm->world;
	struct guest_report report;

	reset(storm);
	answer_vmediad(storm, 0);
	keep_a_slot(storm);
	for (unsigned int i = 0; i < SEEN; i++)
		look_away(storm, i);
	hyp_fake_run_once(world->fake, A_LOOK_MS);
	collect(storm);
	report = granted_report(world);
	assert_int_equal(report.buffers, 0);
	assert_int_equal(report.memory, 0);
	assert_int_equal(report.granted, 0);
	assert_int_equal(hyp_fake_exported(world->fake), 0);
	for (unsigned int i = 0; i < world->num_sessions; i++)
		assert_false(world->sessions[i].granted);
}

static void storm_over(struct world *world, uint32_t seed)
{
	struct storm storm = {.world = world, .state = seed};

	storm.gpa = hyp_fake_alloc(world->fake, 0, WORLD_FRAME_LEN);
	world->populating = false;
	world->obedient = false;
	for (int i = 0; i < STEPS; i++) {
		if (i % 350 == 0) {
			calm_down(&storm);
			open_some(&storm);
		}
		if (i % 1000 == 999)
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
	storm_over(*state, 3);
}

static void a_storm_of_several_who_stream_leaves_nothing_behind(void **state)
{
	world_limit(*state, QUOTA_STREAMS, 0);
	storm_over(*state, 4);
}

static void a_storm_under_narrow_quotas_leaves_nothing_behind(void **state)
{
	struct world *world = *state;

	world_limit(world, QUOTA_MEMORY, 10 * WORLD_FRAME_LEN);
	world_limit(world, QUOTA_BUFFERS, 12);
	world_limit(world, QUOTA_STREAMS, 0);
	storm_over(world, 5);
}

static void a_storm_in_the_drafts_dialect_leaves_nothing_behind(void **state)
{
	world_limit(*state, QUOTA_STREAMS, 0);
	storm_over(*state, 6);
}

#define TEST(test, set_up) \
	cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_storm_leaves_nothing_behind, granted_set_up),
		TEST(a_storm_of_several_who_stream_leaves_nothing_behind,
		     granted_set_up),
		TEST(a_storm_under_narrow_quotas_leaves_nothing_behind,
		     granted_set_up_windowless),
		TEST(a_storm_in_the_drafts_dialect_leaves_nothing_behind,
		     granted_set_up_draft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
