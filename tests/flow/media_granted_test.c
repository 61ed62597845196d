// SPDX-License-Identifier: GPL-2.0-only
/* Buffers that are the camera's slots: how a frame comes, and how it goes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "granted_scene.h"
#include "hyp/hyp.h"
#include "vector.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define CAPTURE_MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
#define MMAP V4L2_MEMORY_MMAP

static void send_frame(struct world *world, uint32_t id, unsigned int slot,
		       uint32_t sequence)
{
	camera_fake_send_frame(camera_of(world, id), slot, sequence);
	world_settle(world);
}

static void buffers_are_as_many_as_slots_whatever_was_asked_for(void **state)
{
	static const uint32_t asked[] = {1, 2, GRANTED_SLOTS, 32, 1000};
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		uint32_t count = asked[i];

		assert_int_equal(granted_reqbufs(world, id, &count), 0);
		assert_int_equal(count, GRANTED_SLOTS);
	}
}

static void a_frame_is_in_the_buffer_of_its_slot_without_a_copy(void **state)
{
	struct virtio_media_event_dqbuf event;
	struct world *world = *state;
	const uint32_t id = granted_stream(world);
	const struct granted_mapping mapping = granted_map(world, id, 2);
	uint8_t *seen = granted_see(world, &mapping);

	memset(camera_of(world, id)->slots[2][0], 0x42, WORLD_FRAME_LEN);
	send_frame(world, id, 2, 7);
	event = world_dequeued(world, id);
	assert_int_equal(event.buffer.index, 2);
	assert_int_equal(event.buffer.sequence, 7);
	assert_int_equal(event.buffer.memory, MMAP);
	assert_int_equal(event.buffer.bytesused, WORLD_FRAME_LEN);
	assert_memory_equal(seen, camera_of(world, id)->slots[2][0],
			    WORLD_FRAME_LEN);
	assert_int_equal(granted_session_report(world).frames, 1);
	assert_int_equal(granted_session_report(world).copied, 0);
}

static void a_frame_in_the_guest_s_hands_is_not_given_back(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	send_frame(world, id, 1, 0);
	assert_int_equal(granted_releases(world, id), 0);
}

static void a_queued_buffer_gives_its_slot_back(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);
	const struct camera_fake *camera = camera_of(world, id);

	send_frame(world, id, 1, 0);
	world_dequeued(world, id);
	assert_int_equal(granted_qbuf(world, id, 1), 0);
	assert_int_equal(granted_releases(world, id), 1);
	assert_int_equal(camera->release.slot, 1);
	assert_int_equal(camera->release.generation, camera->generation);
}

static void a_slot_is_given_back_once(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	send_frame(world, id, 1, 0);
	world_dequeued(world, id);
	assert_int_equal(granted_qbuf(world, id, 1), 0);
	assert_int_equal(granted_qbuf(world, id, 1), EINVAL);
	assert_int_equal(granted_releases(world, id), 1);
}

static void a_prepared_buffer_keeps_its_slot(void **state)
{
	struct driver_buffer buffer = driver_buffer(CAPTURE, MMAP, 1);
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	send_frame(world, id, 1, 0);
	world_dequeued(world, id);
	assert_int_equal(driver_run(world, id, VIDIOC_PREPARE_BUF, &buffer), 0);
	assert_int_equal(granted_releases(world, id), 0);
}

static void a_frame_whose_buffer_is_not_queued_goes_back_at_once(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);

	assert_int_equal(granted_qbuf(world, id, 0), 0);
	assert_int_equal(world_stream_on(world, id), 0);
	world_post(world, 1);
	send_frame(world, id, 3, 0);
	world_assert_no_event(world);
	assert_int_equal(granted_releases(world, id), 1);
	assert_int_equal(camera_of(world, id)->release.slot, 3);
	assert_int_equal(granted_session_report(world).no_buffer, 1);
}

static void a_queued_frame_comes_to_the_guest_again(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	for (uint32_t i = 0; i < 6; i++) {
		send_frame(world, id, 1, i);
		assert_int_equal(world_dequeued(world, id).buffer.sequence, i);
		assert_int_equal(granted_qbuf(world, id, 1), 0);
		world_post(world, 1);
	}
	assert_int_equal(granted_releases(world, id), 6);
}

static void grants_and_slots_outlive_the_stream(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);
	uint8_t *seen = granted_see(world, &mapping);

	assert_int_equal(world_stream_off(world, id), 0);
	assert_int_equal(granted_qbuf(world, id, 0), 0);
	assert_int_equal(world_stream_on(world, id), 0);
	memset(camera_of(world, id)->slots[0][0], 0x77, WORLD_FRAME_LEN);
	send_frame(world, id, 0, 9);
	assert_int_equal(world_dequeued(world, id).buffer.sequence, 9);
	assert_int_equal(seen[WORLD_FRAME_LEN - 1], 0x77);
}

static void what_the_camera_took_back_is_not_given_back(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	send_frame(world, id, 1, 0);
	world_dequeued(world, id);
	assert_int_equal(world_stream_off(world, id), 0);
	assert_int_equal(world_stream_on(world, id), 0);
	assert_int_equal(granted_qbuf(world, id, 1), 0);
	assert_int_equal(granted_releases(world, id), 0);
}

static void what_it_is_about_to_take_back_is_not_given_back(void **state)
{
	struct driver_buffer buffer = driver_buffer(CAPTURE, MMAP, 1);
	const int type = CAPTURE;
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	send_frame(world, id, 1, 0);
	world_dequeued(world, id);
	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_STREAMOFF), &type,
			 sizeof(type), 8);
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	world_settle(world);
	world->obedient = true;
	world_settle(world);
	assert_int_equal(granted_releases(world, id), 0);
}

static void the_guest_may_only_read(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);

	assert_null(hyp_fake_see(world->fake, mapping.refs, mapping.count,
				 true));
}

static void a_mapping_tells_the_grants_of_its_pages(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);

	assert_int_equal(mapping.status, 0);
	assert_int_equal(mapping.len, WORLD_FRAME_LEN);
	assert_int_equal(mapping.count, GRANTED_PAGES);
	assert_int_equal(mapping.page_size, 4096);
	assert_int_equal(mapping.domid, 0);
}

static void a_mapping_is_answered_as_the_golden_bytes_have_it(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const __le32 session = cpu_to_le32(id),
		     offset = cpu_to_le32(
			     driver_offset(world, id, CAPTURE, 3, 0));
	struct vector_names names = {0};
	uint8_t bytes[VECTOR_MAX_LEN];
	struct driver_fake_answer answer;
	struct vector vector;
	size_t len;

	vector_load("commands/mmap-grants", &vector);
	vector_set_name(&names, "session", &session, sizeof(session));
	vector_set_name(&names, "offset", &offset, sizeof(offset));
	len = vector_fill(&vector, "driver", &names, bytes);
	world_send(world, bytes, len, vector_len(&vector, "device"));
	world_settle(world);
	assert_true(driver_fake_collect(world->driver, VIRTIO_MEDIA_COMMANDQ,
					&answer));
	vector_match(&vector, "device", &names, answer.data, answer.len);
}

static void no_place_in_a_window_has_the_name_of_a_slot(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);

	for (uint32_t i = 0; i < GRANTED_SLOTS; i++) {
		const uint32_t offset =
			driver_offset(world, id, CAPTURE, i, 0);

		assert_true(offset >= 0x80000000);
		assert_int_equal(offset % 0x10000, 0);
		for (uint32_t j = 0; j < i; j++)
			assert_int_not_equal(offset,
					     driver_offset(world, id, CAPTURE,
							   j, 0));
	}
}

static void a_mapped_buffer_says_so(void **state)
{
	struct driver_buffer buffer = driver_buffer(CAPTURE, MMAP, 0);
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	struct granted_mapping mapping;

	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_false(buffer.buffer.flags & V4L2_BUF_FLAG_MAPPED);
	mapping = granted_map(world, id, 0);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_true(buffer.buffer.flags & V4L2_BUF_FLAG_MAPPED);
	assert_int_equal(driver_unmap(world, mapping.addr), 0);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_false(buffer.buffer.flags & V4L2_BUF_FLAG_MAPPED);
}

static void buffers_cannot_be_added_to_slots(void **state)
{
	struct v4l2_create_buffers create = {
		.count = 1,
		.memory = MMAP,
		.format = {.type = CAPTURE,
			   .fmt.pix.sizeimage = WORLD_FRAME_LEN},
	};
	struct world *world = *state;
	const uint32_t id = granted_session(world);

	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 ENOBUFS);
}

static void a_slot_is_no_object(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	uint8_t uuid[UUID_LEN];

	assert_int_equal(driver_export(world, id, CAPTURE, 0, 0, uuid), EINVAL);
}

static void all_planes_of_a_slot_are_granted(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);
	struct granted_mapping mapping;
	uint8_t *seen;

	camera_fake_set_format(camera_of(world, id), 3 * 4096, 3);
	granted_request(world, id);
	mapping = granted_map_offset(
		world, id, driver_offset(world, id, CAPTURE_MPLANE, 1, 2), 44);
	assert_int_equal(mapping.count, 1);
	seen = granted_see(world, &mapping);
	camera_of(world, id)->slots[1][2][5] = 0x11;
	assert_int_equal(seen[5], 0x11);
	hyp_fake_look_away(world->fake, seen);
}

static void the_draft_s_driver_maps_slots_as_well(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 1);
	uint8_t *seen = granted_see(world, &mapping);

	camera_of(world, id)->slots[1][0][3] = 0x33;
	assert_int_equal(seen[3], 0x33);
	hyp_fake_look_away(world->fake, seen);
	assert_int_equal(driver_unmap(world, mapping.addr), 0);
}

static void without_a_window_there_are_slots(void **state)
{
	struct world *world = *state;

	granted_stream(world);
	assert_int_equal(granted_session_report(world).way, WAY_GRANTS);
}

static void a_guest_that_uses_grants_is_granted_slots_as_well(void **state)
{
	struct world *world = *state;
	struct hyp *hyp = hyp_fake_hyp(world->fake);
	uint64_t foreign_pages;
	uint32_t id;

	driver_fake_use_grants(world->driver);
	granted_restart(world);
	foreign_pages = hyp->counts.foreign_pages;
	id = granted_stream(world);
	send_frame(world, id, 2, 7);
	assert_int_equal(world_dequeued(world, id).buffer.index, 2);
	assert_int_equal(granted_session_report(world).way, WAY_GRANTS);
	assert_int_equal(hyp->counts.foreign_pages, foreign_pages);
}

static void vcpus_are_answered_between_the_grants(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);
	const unsigned int polls = hyp_fake_polls(world->fake);

	granted_request(world, id);
	assert_true(hyp_fake_polls(world->fake) >= polls + GRANTED_SLOTS);
}

#define TEST(test)                                            \
	cmocka_unit_test_setup_teardown(test, granted_set_up, \
					world_tear_down)
#define TEST_WITH(test, set_up) \
	cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(buffers_are_as_many_as_slots_whatever_was_asked_for),
		TEST(a_frame_is_in_the_buffer_of_its_slot_without_a_copy),
		TEST(a_frame_in_the_guest_s_hands_is_not_given_back),
		TEST(a_queued_buffer_gives_its_slot_back),
		TEST(a_slot_is_given_back_once),
		TEST(a_prepared_buffer_keeps_its_slot),
		TEST(a_frame_whose_buffer_is_not_queued_goes_back_at_once),
		TEST(a_queued_frame_comes_to_the_guest_again),
		TEST(grants_and_slots_outlive_the_stream),
		TEST(what_the_camera_took_back_is_not_given_back),
		TEST(what_it_is_about_to_take_back_is_not_given_back),
		TEST(the_guest_may_only_read),
		TEST(a_mapping_tells_the_grants_of_its_pages),
		TEST(a_mapping_is_answered_as_the_golden_bytes_have_it),
		TEST(no_place_in_a_window_has_the_name_of_a_slot),
		TEST(a_mapped_buffer_says_so),
		TEST(buffers_cannot_be_added_to_slots),
		TEST(a_slot_is_no_object),
		TEST_WITH(all_planes_of_a_slot_are_granted,
			  granted_set_up_multiplanar),
		TEST_WITH(the_draft_s_driver_maps_slots_as_well,
			  granted_set_up_draft),
		TEST_WITH(without_a_window_there_are_slots,
			  granted_set_up_windowless),
		TEST_WITH(a_guest_that_uses_grants_is_granted_slots_as_well,
			  granted_set_up_windowless),
		TEST(vcpus_are_answered_between_the_grants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
