// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device speaks the golden bytes of tests/vectors, in both dialects.
 *
 * Where a camera has the word it says what the text has; so the text proves
 * where things are. What the device itself makes the text proves all of.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media_world.h"
#include "vector.h"

#define CAPS (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING)
#define MPLANE_CAPS (V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING)

/* Where the first bytes of a string are, and how many: the rest is at other */
#define STRING_HEAD 2

/**
 * struct stage - a test's
 * @names: learnt so far
 */
struct stage {
	struct world *world;
	struct vector_names names;
	uint64_t page;
	uint64_t other;
	uint64_t third;
};

static uint64_t name_page(struct stage *stage, const char *name)
{
	const uint64_t gpa = hyp_fake_alloc(stage->world->fake, 0, 8192);
	const uint64_t bytes = cpu_to_le64(gpa);

	vector_set_name(&stage->names, name, &bytes, sizeof(bytes));
	return gpa;
}

static void set_up_stage(struct stage *stage, struct world *world)
{
	memset(stage, 0, sizeof(*stage));
	stage->world = world;
	stage->page = name_page(stage, "page");
	stage->other = name_page(stage, "other");
	stage->third = name_page(stage, "third");
}

static uint8_t *string_at(struct stage *stage, size_t i)
{
	const uint64_t gpa = i < STRING_HEAD ? stage->page + i
					     : stage->other + i - STRING_HEAD;

	return hyp_fake_ram(stage->world->fake, gpa, 1);
}

static void put_memory(struct stage *stage, const struct vector *vector)
{
	const struct vector_part *memory = vector_part(vector, "memory");

	for (size_t i = 0; memory && i < memory->len; i++)
		*string_at(stage, i) = memory->bytes[i];
}

static void check_memory(struct stage *stage, const struct vector *vector)
{
	const struct vector_part *changed = vector_part(vector, "changed");

	for (size_t i = 0; changed && i < changed->len; i++)
		assert_int_equal(*string_at(stage, i), changed->bytes[i]);
}

/* The camera of a payload's ioctl says what the text wants it to say. */
static void reply_as_told(struct stage *stage, struct camera_fake *camera,
			  const struct vector *vector)
{
	const struct vector_part *changed = vector_part(vector, "changed");
	const uint32_t tag = camera->call.head.hdr.tag;
	uint8_t bytes[VECTOR_MAX_LEN];
	size_t len = vector_fill(vector, "device", &stage->names, bytes);
	const uint32_t size = len > 8 ? camera->call.head.len : 0;

	if (changed) {
		memcpy(bytes + len, changed->bytes, changed->len);
		len += changed->len;
	}
	camera_fake_reply(camera, tag, bytes[0], size, bytes + 8, len - 8);
}

static bool step_cameras(struct stage *stage, const struct vector *vector)
{
	struct world *world = stage->world;
	const bool told = strncmp(vector->path, "payloads/", 9) == 0;
	bool busy = false;

	for (unsigned int i = 0; i < world->num_sessions; i++) {
		struct camera_fake *camera = world->sessions[i].camera;

		while (camera_fake_take_call(camera)) {
			busy = true;
			if (told)
				reply_as_told(stage, camera, vector);
			else
				camera_fake_obey(camera);
		}
	}
	return busy;
}

static void settle(struct stage *stage, const struct vector *vector)
{
	do {
		stage->world->obedient = false;
		world_settle(stage->world);
	} while (step_cameras(stage, vector));
	stage->world->obedient = true;
}

static void send(struct stage *stage, const char *path, struct vector *vector)
{
	uint8_t bytes[VECTOR_MAX_LEN];
	size_t len;

	vector_load(path, vector);
	put_memory(stage, vector);
	len = vector_fill(vector, "driver", &stage->names, bytes);
	world_send(stage->world, bytes, len,
		   vector_len(vector, "device") + vector_len(vector, "unused"));
}

static void receive(struct stage *stage, const struct vector *vector)
{
	struct driver_fake_answer answer;

	settle(stage, vector);
	if (!driver_fake_collect(stage->world->driver, VIRTIO_MEDIA_COMMANDQ,
				 &answer))
		fail_msg("%s.txt: no answer", vector->path);
	vector_match(vector, "device", &stage->names, answer.data, answer.len);
	check_memory(stage, vector);
}

static void play(struct stage *stage, const char *path)
{
	struct vector vector;

	send(stage, path, &vector);
	receive(stage, &vector);
}

static void play_open(struct stage *stage)
{
	struct world *world = stage->world;
	struct guest_open question;
	struct vector vector;
	uint32_t id;

	send(stage, "commands/open", &vector);
	assert_true(world_asked(world, &question));
	world_grant(world, &question);
	receive(stage, &vector);
	vector_get_name(&stage->names, "session", &id, sizeof(id));
	world->sessions[world->num_sessions - 1].id = le32_to_cpu(id);
}

static struct camera_fake *last_camera(const struct stage *stage)
{
	return stage->world->sessions[stage->world->num_sessions - 1].camera;
}

static void play_event(struct stage *stage, const char *path)
{
	struct driver_fake_answer answer;
	struct vector vector;

	vector_load(path, &vector);
	world_settle(stage->world);
	assert_true(driver_fake_collect(stage->world->driver,
					VIRTIO_MEDIA_EVENTQ, &answer));
	vector_match(&vector, "event", &stage->names, answer.data, answer.len);
}

/* A second session, which shows in the names as if it were the first */
static void play_another_open(struct stage *stage)
{
	struct vector_names names = stage->names;
	uint32_t id;

	memset(&stage->names, 0, sizeof(stage->names));
	play_open(stage);
	vector_get_name(&stage->names, "session", &id, sizeof(id));
	stage->names = names;
	vector_set_name(&stage->names, "session", &id, sizeof(id));
}

static void name_time(struct stage *stage, int64_t seconds, int64_t fraction)
{
	const int64_t time[2] = {seconds, fraction};

	vector_set_name(&stage->names, "time", time, sizeof(time));
}

static void the_configuration_space(void **state)
{
	struct vector_names none = {0};
	struct virtio_media_config config;
	struct world *world = *state;
	struct vector vector;

	vector_load("events/config", &vector);
	driver_fake_read_config(world->driver, 0, &config, sizeof(config));
	vector_match(&vector, "config", &none, &config, sizeof(config));
}

static void the_configuration_space_with_a_clock(void **state)
{
	struct {
		struct virtio_media_config config;
		uint32_t low;
		uint32_t high;
	} space;
	struct vector_names none = {0};
	struct world *world = *state;
	struct vector vector;

	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL |
				  DRIVER_FAKE_FEATURE(VIRTIO_MEDIA_F_CLOCK));
	driver_fake_read_config(world->driver, 0, &space.config,
				sizeof(space.config));
	space.low = cpu_to_le32(
		driver_fake_read(world->driver, VIRTIO_MMIO_CONFIG + 40));
	space.high = cpu_to_le32(
		driver_fake_read(world->driver, VIRTIO_MMIO_CONFIG + 44));
	assert_true(space.low != 0 || space.high != 0);
	vector_load("events/config-clock", &vector);
	vector_match(&vector, "config", &none, &space, sizeof(space));
}

static void a_session_opens_and_closes(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	play(&stage, "commands/close");
	assert_true(last_camera(&stage)->closed ||
		    !camera_fake_take_call(last_camera(&stage)));
}

static void a_session_is_refused(void **state)
{
	struct guest_open question;
	struct vector vector;
	struct stage stage;

	set_up_stage(&stage, *state);
	send(&stage, "commands/open-refused", &vector);
	assert_true(world_asked(stage.world, &question));
	world_refuse(stage.world, &question, EACCES);
	receive(&stage, &vector);
}

static void nobody_s_commands_are_refused(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play(&stage, "commands/unknown-command");
	play(&stage, "commands/unknown-session");
	play(&stage, "commands/munmap-refused");
}

static void play_payload(const char *path, void *stage)
{
	play(stage, path);
}

static void every_payload_is_where_it_should_be(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	vector_each("payloads", play_payload, &stage);
}

static void a_string_reaches_the_camera(void **state)
{
	struct camera_fake *camera;
	struct vector vector;
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	send(&stage, "payloads/s-ext-ctrls-string", &vector);
	stage.world->obedient = false;
	world_settle(stage.world);
	camera = last_camera(&stage);
	assert_true(camera_fake_take_call(camera));
	assert_int_equal(camera->call.data_len, 32 + 20 + 6);
	assert_memory_equal(camera->call.data + 32 + 20, "vehic", 6);
}

static void a_buffer_of_shared_pages_is_filled(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	play(&stage, "buffers/reqbufs-shared-pages");
	play(&stage, "buffers/qbuf-shared-pages");
	camera_fake_send_slots(last_camera(&stage), 1, 1);
	play(&stage, "buffers/streamon");
	world_post(stage.world, 1);
	camera_fake_send_frame(last_camera(&stage), 0, 7);
	name_time(&stage, 1007, 40000);
	play_event(&stage, "events/dqbuf");
	play(&stage, "buffers/streamoff");
}

static void a_buffer_is_prepared(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	play(&stage, "buffers/reqbufs-shared-pages");
	play(&stage, "buffers/prepare-buf");
}

static void a_buffer_is_created(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	play(&stage, "buffers/create-bufs");
}

static void a_multiplanar_buffer_of_shared_pages_is_filled(void **state)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	struct camera_fake *camera;
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	camera = last_camera(&stage);
	camera_fake_set_format(camera, 2 * WORLD_FRAME_LEN, 2);
	play(&stage, "buffers/reqbufs-shared-pages-mplane");
	play(&stage, "buffers/qbuf-shared-pages-mplane");
	camera_fake_send_slots(camera, 1, 1);
	assert_int_equal(world_ioctl(stage.world, stage.world->sessions[0].id,
				     VIDIOC_STREAMON, &type),
			 0);
	world_post(stage.world, 1);
	camera_fake_send_frame(camera, 0, 7);
	name_time(&stage, 1007, 40000);
	play_event(&stage, "events/dqbuf-mplane");
}

/* The one command that the dialects have in two sizes */
static const char *mmap_text(const struct stage *stage)
{
	const uint32_t id =
		driver_fake_read(stage->world->driver, VIRTIO_MMIO_DEVICE_ID);

	return id == VIRTIO_MEDIA_DEVICE_ID ? "commands/mmap"
					    : "commands/mmap-draft";
}

static void a_buffer_of_the_device_is_mapped(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	play(&stage, "buffers/reqbufs-mmap");
	play(&stage, "buffers/querybuf-mmap");
	play(&stage, "buffers/qbuf-mmap");
	play(&stage, mmap_text(&stage));
	play(&stage, "commands/munmap");
}

static void a_multiplanar_buffer_of_the_device_is_mapped(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	camera_fake_set_format(last_camera(&stage), 2 * WORLD_FRAME_LEN, 2);
	play(&stage, "buffers/reqbufs-mmap-mplane");
	play(&stage, "buffers/querybuf-mmap-mplane");
	play(&stage, mmap_text(&stage));
}

static void a_buffer_goes_to_another_session(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	world_limit(stage.world, QUOTA_STREAMS, 2);
	play_open(&stage);
	play(&stage, "buffers/reqbufs-mmap");
	play(&stage, "buffers/expbuf");
	play_another_open(&stage);
	play(&stage, "buffers/reqbufs-object");
	play(&stage, "buffers/qbuf-object");
}

static void a_multiplanar_buffer_goes_to_another_session(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	world_limit(stage.world, QUOTA_STREAMS, 2);
	play_open(&stage);
	camera_fake_set_format(last_camera(&stage), 2 * WORLD_FRAME_LEN, 2);
	play(&stage, "buffers/reqbufs-mmap-mplane");
	play(&stage, "buffers/expbuf-mplane");
	play(&stage, "buffers/expbuf-mplane-second");
	play_another_open(&stage);
	camera_fake_set_format(last_camera(&stage), 2 * WORLD_FRAME_LEN, 2);
	play(&stage, "buffers/reqbufs-object-mplane");
	play(&stage, "buffers/qbuf-object-mplane");
}

static void an_event_arrives(void **state)
{
	const struct session_event message = {
		.hdr.type = SESSION_EVENT,
		.event.type = V4L2_EVENT_SOURCE_CHANGE,
		.event.u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION,
		.event.sequence = 5,
		.event.timestamp = {.tv_sec = 1005, .tv_nsec = 40000},
		.event.id = 3,
	};
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	world_post(stage.world, 1);
	camera_fake_send(last_camera(&stage), &message, sizeof(message), NULL,
			 0);
	name_time(&stage, 1005, 40000);
	play_event(&stage, "events/event");
}

static void an_error_arrives(void **state)
{
	struct stage stage;

	set_up_stage(&stage, *state);
	play_open(&stage);
	world_post(stage.world, 1);
	camera_fake_send_error(last_camera(&stage), ENODEV);
	play_event(&stage, "events/error");
}

static int set_up_as(void **state, uint32_t device_id, uint32_t caps)
{
	struct guest_attach attach = world_device(caps);

	attach.device_id = device_id;
	attach.window = HYP_FAKE_WINDOW;
	attach.window_len = HYP_FAKE_WINDOW_LEN;
	world_set_up_device(state, &attach);
	return 0;
}

static int set_up(void **state)
{
	return set_up_as(state, VIRTIO_MEDIA_DEVICE_ID, CAPS);
}

static int set_up_draft(void **state)
{
	return set_up_as(state, VIRTIO_MEDIA_DRAFT_DEVICE_ID, CAPS);
}

static int set_up_multiplanar(void **state)
{
	return set_up_as(state, VIRTIO_MEDIA_DEVICE_ID, MPLANE_CAPS);
}

static int set_up_multiplanar_draft(void **state)
{
	return set_up_as(state, VIRTIO_MEDIA_DRAFT_DEVICE_ID, MPLANE_CAPS);
}

#define TEST(test)                                                   \
	{#test, test, set_up, world_tear_down, NULL},                \
	{                                                            \
#test " in the draft's dialect", test, set_up_draft, \
			world_tear_down, NULL                        \
	}
#define MULTIPLANAR_TEST(test)                                          \
	{#test, test, set_up_multiplanar, world_tear_down, NULL},       \
	{                                                               \
#test " in the draft's dialect", test,                  \
			set_up_multiplanar_draft, world_tear_down, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_configuration_space),
		TEST(the_configuration_space_with_a_clock),
		TEST(a_session_opens_and_closes),
		TEST(a_session_is_refused),
		TEST(nobody_s_commands_are_refused),
		TEST(every_payload_is_where_it_should_be),
		TEST(a_string_reaches_the_camera),
		TEST(a_buffer_of_shared_pages_is_filled),
		TEST(a_buffer_is_prepared),
		TEST(a_buffer_is_created),
		MULTIPLANAR_TEST(
			a_multiplanar_buffer_of_shared_pages_is_filled),
		TEST(a_buffer_of_the_device_is_mapped),
		MULTIPLANAR_TEST(a_multiplanar_buffer_of_the_device_is_mapped),
		TEST(a_buffer_goes_to_another_session),
		MULTIPLANAR_TEST(a_multiplanar_buffer_goes_to_another_session),
		TEST(an_event_arrives),
		TEST(an_error_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
