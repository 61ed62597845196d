// SPDX-License-Identifier: GPL-2.0-only
/* What a guest sees of slots, and holds on to, when its buffers end; and what a
 * hostile one cannot get. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "granted_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE

/* More than the first look at what lingers is put off */
#define A_LOOK_MS 150

static void free_buffers(struct world *world, uint32_t id)
{
	granted_free(world, id);
}

static void close_session(struct world *world, uint32_t id)
{
	world_close(world, id);
}

static void lose_camera(struct world *world, uint32_t id)
{
	camera_fake_die(camera_of(world, id));
	world_settle(world);
}

static void renew_camera(struct world *world, uint32_t id)
{
	camera_fake_send_error(camera_of(world, id), ESTALE);
	world_settle(world);
}

static void reset(struct world *world, uint32_t id)
{
	granted_restart(world);
}

static void (*const ends[])(struct world *world, uint32_t id) = {
	free_buffers, close_session, lose_camera, renew_camera, reset,
};

#define NUM_ENDS (sizeof(ends) / sizeof(ends[0]))

static void wait_for_a_look(struct world *world)
{
	hyp_fake_run_once(world->fake, A_LOOK_MS);
	world_settle(world);
}

static void vmediad_knows_what_a_guest_can_see(void **state)
{
	struct world *world = *state;

	granted_session(world);
	assert_int_equal(world->granted, 1);
	assert_int_equal(world->last_granted.serial, 1000);
	assert_int_equal(world->last_granted.bytes, GRANTED_BYTES);
	assert_int_equal(world->kept, GRANTED_SLOTS);
	assert_int_equal(granted_report(world).granted, GRANTED_BYTES);
	assert_int_equal(granted_report(world).lingering, 0);
}

static void slots_count_as_buffers_and_as_memory(void **state)
{
	struct world *world = *state;

	granted_session(world);
	assert_int_equal(granted_report(world).buffers, GRANTED_SLOTS);
	assert_int_equal(granted_report(world).memory, GRANTED_BYTES);
}

static void when_buffers_end_nothing_is_granted(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < NUM_ENDS; i++) {
		const uint32_t id = granted_session(world);

		ends[i](world, id);
		assert_int_equal(hyp_fake_exported(world->fake), 0);
		assert_int_equal(granted_report(world).memory, 0);
		assert_int_equal(world->ungranted, i + 1);
		assert_int_equal(world->last_granted.serial, 1000 + i);
		if (ends[i] != reset)
			world_close(world, id);
	}
}

static void slots_that_were_buffers_are_let_go_with_them(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);

	granted_free(world, id);
	/* A frame in what the session does not have is void. */
	camera_fake_send_frame(camera_of(world, id), 1, 0);
	assert_int_equal(granted_releases(world, id), 0);
}

static void who_is_mapped_outlives_its_buffer(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 1);
	uint8_t *seen;

	granted_free(world, id);
	assert_int_equal(granted_report(world).memory, WORLD_FRAME_LEN);
	assert_int_equal(granted_report(world).lingering, WORLD_FRAME_LEN);
	/* It may map it late, too. */
	seen = granted_see(world, &mapping);
	hyp_fake_look_away(world->fake, seen);
	assert_int_equal(world->ungranted, 0);
	assert_int_equal(driver_unmap(world, mapping.addr), 0);
	world_settle(world);
	assert_int_equal(granted_report(world).memory, 0);
	assert_int_equal(world->ungranted, 1);
}

static void what_is_kept_mapped_counts_until_it_is_let_go(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < NUM_ENDS; i++) {
		const uint32_t id = granted_session(world);
		const struct granted_mapping mapping =
			granted_map(world, id, 0);
		uint8_t *seen = granted_see(world, &mapping);

		assert_int_equal(driver_unmap(world, mapping.addr), 0);
		ends[i](world, id);
		assert_int_equal(granted_report(world).memory, WORLD_FRAME_LEN);
		assert_int_equal(granted_report(world).lingering,
				 WORLD_FRAME_LEN);
		assert_int_equal(world->ungranted, i);
		hyp_fake_look_away(world->fake, seen);
		wait_for_a_look(world);
		assert_int_equal(granted_report(world).memory, 0);
		assert_int_equal(world->ungranted, i + 1);
		if (ends[i] != reset)
			world_close(world, id);
	}
}

static void what_was_mapped_at_a_reset_counts_until_it_is_let_go(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);
	uint8_t *seen = granted_see(world, &mapping);

	granted_restart(world);
	assert_int_equal(granted_report(world).memory, WORLD_FRAME_LEN);
	assert_int_equal(driver_unmap(world, mapping.addr), EINVAL);
	hyp_fake_look_away(world->fake, seen);
	wait_for_a_look(world);
	assert_int_equal(granted_report(world).memory, 0);
	assert_int_equal(world->ungranted, 1);
}

static void a_look_in_vain_is_followed_by_another(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);
	uint8_t *seen = granted_see(world, &mapping);

	granted_restart(world);
	wait_for_a_look(world);
	assert_int_equal(world->ungranted, 0);
	hyp_fake_look_away(world->fake, seen);
	hyp_fake_run_once(world->fake, 2 * A_LOOK_MS);
	world_settle(world);
	assert_int_equal(world->ungranted, 1);
}

static void vmediad_keeps_what_lingers_and_nothing_else(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);

	granted_free(world, id);
	wait_for_a_look(world);
	assert_int_equal(world->kept, 1);
	assert_int_equal(world->last_granted.bytes, WORLD_FRAME_LEN);
	assert_int_equal(driver_unmap(world, mapping.addr), 0);
	world_settle(world);
	assert_int_equal(world->ungranted, 1);
}

static void vmediad_keeps_what_lingers_beside_what_is_new(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);

	granted_free(world, id);
	granted_request(world, id);
	assert_int_equal(world->kept, GRANTED_SLOTS + 1);
	granted_free(world, id);
	assert_int_equal(world->ungranted, 0);
	assert_int_equal(driver_unmap(world, mapping.addr), 0);
	world_settle(world);
	assert_int_equal(world->ungranted, 1);
}

/* Nor is it kept: the guest is trusted. */
static void what_could_be_written_is_never_said_to_be_over(void **state)
{
	struct world *world = *state;
	uint32_t id;

	hyp_fake_set_kernel(world->fake, HYP_FAKE_STOCK);
	world->transfer = TRANSFER_GRANTS;
	id = granted_session(world);
	assert_int_equal(world->kept, GRANTED_SLOTS);
	granted_free(world, id);
	assert_int_equal(hyp_fake_exported(world->fake), 0);
	assert_int_equal(world->kept, 0);
	world_close(world, id);
	assert_int_equal(world->ungranted, 0);
}

static void who_keeps_slots_has_less_room_for_others(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);
	uint8_t *seen = granted_see(world, &mapping);

	world_limit(world, QUOTA_MEMORY, GRANTED_BYTES);
	granted_restart(world);
	granted_request(world, granted_open(world));
	assert_int_equal(granted_session_report(world).way, WAY_WINDOW);
	assert_int_equal(granted_session_report(world).reason, REASON_QUOTA);
	hyp_fake_look_away(world->fake, seen);
}

/* Hostile guests */

/* As much of it as it gets, to keep it over a reset */
static void grab_slots(struct world *world)
{
	const uint32_t id = granted_open(world);
	uint32_t count = 2;

	if (granted_reqbufs(world, id, &count) == 0 &&
	    granted_session_report(world).way == WAY_GRANTS) {
		for (uint32_t i = 0; i < count; i++) {
			const struct granted_mapping mapping =
				granted_map(world, id, i);

			granted_see(world, &mapping);
		}
	}
	granted_restart(world);
}

static void no_number_of_requests_gets_more_than_the_quota(void **state)
{
	struct world *world = *state;

	world_limit(world, QUOTA_MEMORY, 3 * GRANTED_BYTES);
	for (unsigned int i = 0; i < 30; i++)
		grab_slots(world);
	assert_int_equal(granted_report(world).granted, 3 * GRANTED_BYTES);
}

static void descriptors_are_limited_where_memory_is_not(void **state)
{
	struct world *world = *state;

	world_limit(world, QUOTA_MEMORY, 0);
	world_limit(world, QUOTA_BUFFERS, 0);
	for (unsigned int i = 0; i < 512 / GRANTED_SLOTS; i++)
		grab_slots(world);
	granted_session(world);
	assert_int_equal(granted_session_report(world).way, WAY_WINDOW);
	assert_int_equal(granted_session_report(world).reason, REASON_QUOTA);
}

static void what_is_mapped_twice_is_unmapped_twice(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct granted_mapping mapping = granted_map(world, id, 0);

	assert_int_equal(granted_map(world, id, 0).addr, mapping.addr);
	assert_int_equal(driver_unmap(world, mapping.addr), 0);
	assert_int_equal(driver_unmap(world, mapping.addr), 0);
	assert_int_equal(driver_unmap(world, mapping.addr), EINVAL);
}

static void a_slot_that_is_not_mapped_cannot_be_unmapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const uint32_t name = driver_offset(world, id, CAPTURE, 0, 0);

	assert_int_equal(driver_unmap(world, name), EINVAL);
	assert_int_equal(driver_unmap(world, name | UINT64_C(1) << 32), EINVAL);
	assert_int_equal(granted_report(world).granted, GRANTED_BYTES);
}

static void a_slot_of_another_session_cannot_be_mapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world), other = world_open(world);
	const uint32_t name = driver_offset(world, id, CAPTURE, 0, 0);

	assert_int_equal(granted_map_offset(world, other, name, 48).status,
			 EINVAL);
}

static void a_slot_that_is_gone_cannot_be_mapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const uint32_t name = driver_offset(world, id, CAPTURE, 0, 0);

	granted_free(world, id);
	assert_int_equal(granted_map_offset(world, id, name, 48).status,
			 EINVAL);
}

static void a_mapping_needs_room_for_all_its_grants(void **state)
{
	static const size_t rooms[] = {8, 24, 40, 40 + 4 * GRANTED_PAGES - 1};
	struct driver_buffer buffer =
		driver_buffer(CAPTURE, V4L2_MEMORY_MMAP, 0);
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const uint32_t name = driver_offset(world, id, CAPTURE, 0, 0);

	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		assert_int_equal(
			granted_map_offset(world, id, name, rooms[i]).status,
			EINVAL);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_false(buffer.buffer.flags & V4L2_BUF_FLAG_MAPPED);
}

static void a_name_does_not_come_back_at_once(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const uint32_t name = driver_offset(world, id, CAPTURE, 0, 0);

	granted_request(world, id);
	for (uint32_t i = 0; i < GRANTED_SLOTS; i++)
		assert_int_not_equal(driver_offset(world, id, CAPTURE, i, 0),
				     name);
}

static void a_reset_while_slots_are_granted_leaves_none(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	driver_ask_reqbufs(world, id, CAPTURE, V4L2_MEMORY_MMAP);
	/* As far as the camera's answer, which comes with the next round. */
	granted_restart(world);
	assert_int_equal(hyp_fake_exported(world->fake), 0);
	assert_int_equal(granted_report(world).memory, 0);
}

static void a_reset_in_the_middle_of_granting_leaves_none(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);
	struct v4l2_requestbuffers request = {
		.count = 2,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_REQBUFS), &request,
			 sizeof(request), 8 + sizeof(request));
	world_settle(world);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_obey(camera_of(world, id));
	hyp_fake_write_at_poll(world->fake, WORLD_ADDR + VIRTIO_MMIO_STATUS, 0);
	world_settle(world);
	assert_int_equal(hyp_fake_exported(world->fake), 0);
	world->obedient = true;
	granted_restart(world);
	assert_int_equal(granted_report(world).memory, 0);
}

/* Cameras that break the rules */

static void a_camera_cannot_fill_what_it_lent(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	camera_fake_send_frame(camera_of(world, id), 1, 0);
	world_dequeued(world, id);
	camera_fake_send_frame(camera_of(world, id), 1, 1);
	assert_int_equal(world_error(world, id), EIO);
}

static void a_camera_cannot_change_slots_that_are_buffers(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	camera_fake_send_slots(camera_of(world, id), 9, GRANTED_SLOTS);
	assert_int_equal(world_error(world, id), EIO);
}

static void a_camera_cannot_add_slots_to_those_that_are_buffers(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_stream(world);

	camera_fake_grow_slots(camera_of(world, id), 1);
	assert_int_equal(world_error(world, id), EIO);
}

#define TEST(test)                                            \
	cmocka_unit_test_setup_teardown(test, granted_set_up, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(vmediad_knows_what_a_guest_can_see),
		TEST(slots_count_as_buffers_and_as_memory),
		TEST(when_buffers_end_nothing_is_granted),
		TEST(slots_that_were_buffers_are_let_go_with_them),
		TEST(who_is_mapped_outlives_its_buffer),
		TEST(what_is_kept_mapped_counts_until_it_is_let_go),
		TEST(what_was_mapped_at_a_reset_counts_until_it_is_let_go),
		TEST(a_look_in_vain_is_followed_by_another),
		TEST(vmediad_keeps_what_lingers_and_nothing_else),
		TEST(vmediad_keeps_what_lingers_beside_what_is_new),
		TEST(what_could_be_written_is_never_said_to_be_over),
		TEST(who_keeps_slots_has_less_room_for_others),
		TEST(no_number_of_requests_gets_more_than_the_quota),
		TEST(descriptors_are_limited_where_memory_is_not),
		TEST(what_is_mapped_twice_is_unmapped_twice),
		TEST(a_slot_that_is_not_mapped_cannot_be_unmapped),
		TEST(a_slot_of_another_session_cannot_be_mapped),
		TEST(a_slot_that_is_gone_cannot_be_mapped),
		TEST(a_mapping_needs_room_for_all_its_grants),
		TEST(a_name_does_not_come_back_at_once),
		TEST(a_reset_while_slots_are_granted_leaves_none),
		TEST(a_reset_in_the_middle_of_granting_leaves_none),
		TEST(a_camera_cannot_fill_what_it_lent),
		TEST(a_camera_cannot_change_slots_that_are_buffers),
		TEST(a_camera_cannot_add_slots_to_those_that_are_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
