// SPDX-License-Identifier: GPL-2.0-only
/* A camera that breaks the rules loses its session, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "media_world.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE

static void assert_works(struct world *world, uint32_t id)
{
	struct v4l2_format format = {.type = CAPTURE};

	assert_int_equal(world_ioctl(world, id, VIDIOC_G_FMT, &format), 0);
}

static uint32_t error_of(struct world *world)
{
	union world_event event;
	uint32_t len;

	world_post(world, 1);
	if (!world_event(world, &event, &len))
		return 0;
	assert_int_equal(le32_to_cpu(event.hdr.event), VIRTIO_MEDIA_EVT_ERROR);
	return le32_to_cpu(event.error.error);
}

static void a_message_of_no_known_type_breaks_the_session(void **state)
{
	const struct session_header header = {.type = 99};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_send(camera_of(world, id), &header, sizeof(header), NULL,
			 0);
	assert_int_equal(error_of(world), EIO);
	assert_works(world, world_open(world));
}

static unsigned int lines_in(int fd)
{
	unsigned int lines = 0;
	char byte;

	while (read(fd, &byte, 1) == 1)
		lines += byte == '\n';
	return lines;
}

/* A guest may know how to break a camera, and open another session. */
static void many_broken_sessions_do_not_fill_the_log(void **state)
{
	const int before = dup(STDERR_FILENO);
	int fds[2];

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	for (int i = 0; i < 100; i++)
		a_message_of_no_known_type_breaks_the_session(state);
	dup2(before, STDERR_FILENO);
	close(before);
	assert_true(lines_in(fds[0]) < 100);
	close(fds[0]);
}

static void a_reply_to_nothing_breaks_the_session(void **state)
{
	struct world *world = *state;

	camera_fake_reply(camera_of(world, world_open(world)), 77, 0, 0, NULL,
			  0);
	assert_int_equal(error_of(world), EIO);
}

static void a_frame_of_no_slot_breaks_the_session(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 1, 2);
	camera_fake_send_frame(camera_of(world, id), 2, 0);
	assert_int_equal(error_of(world), EIO);
}

static void a_frame_larger_than_its_slot_breaks_the_session(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct session_frame frame;

	world_stream(world, id, 1, 2);
	frame = camera_fake_frame(camera_of(world, id), 0, 0);
	frame.bytesused[0]++;
	camera_fake_send(camera_of(world, id), &frame, sizeof(frame), NULL, 0);
	assert_int_equal(error_of(world), EIO);
}

static void send_slots(struct world *world, uint32_t id, uint32_t num_slots,
		       uint32_t num_planes, uint32_t size, off_t real_size)
{
	struct session_slots slots = {
		.hdr.type = SESSION_SLOTS,
		.num_slots = num_slots,
		.num_planes = num_planes,
		.plane_size = {size},
	};
	int fd = memfd_create("slot", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, real_size), 0);
	camera_fake_send(camera_of(world, id), &slots, sizeof(slots), &fd, 1);
	close(fd);
}

static void a_slot_that_is_smaller_than_it_says_is_not_touched(void **state)
{
	struct world *world = *state;

	send_slots(world, world_open(world), 1, 1, 8192, 4096);
	assert_int_equal(error_of(world), EIO);
}

static void slots_without_their_descriptors_are_refused(void **state)
{
	struct world *world = *state;

	send_slots(world, world_open(world), 2, 1, 4096, 4096);
	assert_int_equal(error_of(world), EIO);
}

static void too_many_slots_are_refused(void **state)
{
	struct world *world = *state;

	send_slots(world, world_open(world), 0x80000001, 2, 4096, 4096);
	assert_int_equal(error_of(world), EIO);
}

static void other_generation(struct session_slots *slots)
{
	slots->generation++;
}

static void other_first(struct session_slots *slots)
{
	slots->first--;
}

static void a_hole_before(struct session_slots *slots)
{
	slots->first++;
}

static void other_size(struct session_slots *slots)
{
	slots->plane_size[0]--;
}

static void other_planes(struct session_slots *slots)
{
	slots->num_slots = 1;
	slots->num_planes = 2;
	slots->plane_size[1] = slots->plane_size[0];
}

static void other_memory(struct session_slots *slots)
{
	slots->dma_buf = 1;
}

static void fewer_descriptors(struct session_slots *slots)
{
	slots->num_slots++;
}

static void no_slots(struct session_slots *slots)
{
	slots->num_slots = 0;
}

static void a_sum_that_wraps(struct session_slots *slots)
{
	slots->first = UINT32_MAX;
}

/* Two more slots, spoiled, for a session with @before of them */
static void grow_wrongly(struct world *world, uint32_t id, unsigned int before,
			 void (*spoil)(struct session_slots *))
{
	struct camera_fake *camera = camera_of(world, id);
	struct session_slots slots;
	int fds[2];

	world_stream(world, id, 1, before);
	slots = camera_fake_make_slots(camera, 2, fds);
	spoil(&slots);
	camera_fake_send(camera, &slots, sizeof(slots), fds, 2);
	close(fds[0]);
	close(fds[1]);
}

static void a_pool_does_not_grow_into_another(void **state)
{
	static const struct {
		const char *what;
		void (*spoil)(struct session_slots *);
	} cases[] = {
		{"other generation", other_generation},
		{"slots that are there", other_first},
		{"a hole before it", a_hole_before},
		{"other sizes", other_size},
		{"more planes", other_planes},
		{"other memory", other_memory},
		{"fewer descriptors than slots", fewer_descriptors},
		{"no slots", no_slots},
		{"a sum that wraps", a_sum_that_wraps},
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const uint32_t id = world_open(world);

		print_message("%s\n", cases[i].what);
		grow_wrongly(world, id, 2, cases[i].spoil);
		assert_int_equal(error_of(world), EIO);
		world_close(world, id);
	}
}

static void keep(struct session_slots *slots)
{
	assert_int_equal(slots->first, SESSION_MAX_SLOTS - 1);
}

static void a_pool_does_not_grow_beyond_its_largest(void **state)
{
	struct world *world = *state;

	grow_wrongly(world, world_open(world), SESSION_MAX_SLOTS - 1, keep);
	assert_int_equal(error_of(world), EIO);
}

static void a_pool_that_is_not_there_does_not_grow(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);

	world_stream(world, id, 1, 2);
	assert_int_equal(world_stream_off(world, id), 0);
	camera_fake_grow_slots(camera, 1);
	assert_int_equal(error_of(world), EIO);
}

static void a_frame_larger_than_the_buffer_is_an_error(void **state)
{
	struct virtio_media_event_dqbuf event;
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	const uint64_t gpa = world_alloc_buffer(world);
	uint32_t count = 1;

	assert_int_equal(world_reqbufs(world, id, &count), 0);
	camera_fake_set_format(camera, 2 * WORLD_FRAME_LEN, 0);
	camera_fake_send_slots(camera, 1, 1);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa), 0);
	assert_int_equal(world_stream_on(world, id), 0);
	camera_fake_send_frame(camera, 0, 0);
	world_post(world, 1);
	event = world_dequeued(world, id);
	assert_true(event.buffer.flags & V4L2_BUF_FLAG_ERROR);
	assert_int_equal(event.buffer.bytesused, 0);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_of_no_known_type_breaks_the_session),
		TEST(many_broken_sessions_do_not_fill_the_log),
		TEST(a_reply_to_nothing_breaks_the_session),
		TEST(a_frame_of_no_slot_breaks_the_session),
		TEST(a_frame_larger_than_its_slot_breaks_the_session),
		TEST(a_slot_that_is_smaller_than_it_says_is_not_touched),
		TEST(slots_without_their_descriptors_are_refused),
		TEST(too_many_slots_are_refused),
		TEST(a_pool_does_not_grow_into_another),
		TEST(a_pool_does_not_grow_beyond_its_largest),
		TEST(a_pool_that_is_not_there_does_not_grow),
		TEST(a_frame_larger_than_the_buffer_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
