// SPDX-License-Identifier: GPL-2.0-only
/* Which way frames go, and why not by grants. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "granted_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define MMAP V4L2_MEMORY_MMAP
#define F_GNTREF (UINT64_C(1) << 63)

static uint64_t offered(struct world *world)
{
	driver_fake_write(world->driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	return (uint64_t)driver_fake_read(world->driver,
					  VIRTIO_MMIO_DEVICE_FEATURES)
	       << 32;
}

static void assert_way(struct world *world, enum transfer_way way,
		       enum transfer_reason reason)
{
	const struct guest_session_report report =
		granted_session_report(world);

	assert_int_equal(report.way, way);
	assert_int_equal(report.reason, reason);
}

/* Frames go through the window, as if nobody had heard of grants. */
static void assert_copied(struct world *world, uint32_t id,
			  enum transfer_reason reason)
{
	struct camera_fake *camera = camera_of(world, id);
	struct granted_mapping mapping;
	uint32_t count = 2;

	assert_int_equal(granted_reqbufs(world, id, &count), 0);
	assert_int_equal(count, 2);
	assert_way(world, WAY_WINDOW, reason);
	assert_int_equal(hyp_fake_exported(world->fake), 0);
	mapping = granted_map(world, id, 0);
	assert_int_equal(mapping.count, 0);
	camera->dma_bufs = false;
	camera_fake_send_slots(camera, 90, 2);
	assert_int_equal(granted_qbuf(world, id, 0), 0);
	assert_int_equal(world_stream_on(world, id), 0);
	world_post(world, 1);
	memset(camera->slots[1][0], 0x42, WORLD_FRAME_LEN);
	camera_fake_send_frame(camera, 1, 3);
	assert_int_equal(world_dequeued(world, id).buffer.index, 0);
	assert_int_equal(driver_bytes(world, mapping.addr, 1)[0], 0x42);
	assert_int_equal(granted_session_report(world).copied, WORLD_FRAME_LEN);
}

static void a_shared_camera_offers_grants(void **state)
{
	assert_true(offered(*state) & F_GNTREF);
}

static struct world *world_of(void **state, const struct guest_attach *attach)
{
	world_set_up_device(state, attach);
	return *state;
}

static struct guest_attach device(void)
{
	return world_window_device(1, V4L2_CAP_VIDEO_CAPTURE |
					      V4L2_CAP_STREAMING);
}

static void a_camera_that_is_not_shared_offers_none(void **state)
{
	struct guest_attach attach = device();

	attach.identity.shared = 0;
	assert_false(offered(world_of(state, &attach)) & F_GNTREF);
}

static void a_camera_that_was_never_seen_may_be_a_shared_one(void **state)
{
	struct guest_attach attach = device();

	memset(&attach.identity, 0, sizeof(attach.identity));
	assert_true(offered(world_of(state, &attach)) & F_GNTREF);
}

static void a_device_that_may_only_copy_offers_none(void **state)
{
	struct guest_attach attach = device();

	attach.transfer = TRANSFER_COPY;
	assert_false(offered(world_of(state, &attach)) & F_GNTREF);
}

static void a_window_that_reaches_where_slots_have_names_leaves_none(void **state)
{
	struct guest_attach attach = device();

	attach.window_len = UINT64_C(0x80200000);
	assert_false(offered(world_of(state, &attach)) & F_GNTREF);
}

static void a_session_without_buffers_has_no_way(void **state)
{
	granted_open(*state);
	assert_way(*state, WAY_NONE, REASON_NONE);
}

static void slots_go_by_grants_for_no_reason(void **state)
{
	granted_session(*state);
	assert_way(*state, WAY_GRANTS, REASON_NONE);
}

static void a_driver_that_does_not_know_how_gets_what_it_always_got(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	assert_copied(world, id, REASON_DRIVER);
}

static void its_mappings_are_answered_in_24_bytes(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	const struct virtio_media_cmd_mmap cmd = {
		.hdr.cmd = VIRTIO_MEDIA_CMD_MMAP,
		.session_id = id,
		.offset = driver_offset(world, id, CAPTURE, 0, 0),
	};

	assert_int_equal(world_command(world, &cmd, sizeof(cmd), 200).len, 24);
}

static void policy_may_want_copies(void **state)
{
	struct world *world = *state;

	world->transfer = TRANSFER_COPY;
	assert_copied(world, granted_open(world), REASON_POLICY);
}

static void a_kernel_without_the_option_cannot_grant(void **state)
{
	struct world *world = *state;

	hyp_fake_set_kernel(world->fake, HYP_FAKE_OPTIONLESS);
	assert_copied(world, granted_open(world), REASON_KERNEL);
}

static void a_kernel_that_grants_writable_is_not_asked_to(void **state)
{
	struct world *world = *state;

	hyp_fake_set_kernel(world->fake, HYP_FAKE_STOCK);
	assert_copied(world, granted_open(world), REASON_WRITABLE);
}

static void a_guest_that_is_trusted_may_have_writable_grants(void **state)
{
	struct world *world = *state;
	struct granted_mapping mapping;
	uint8_t *seen;
	uint32_t id;

	hyp_fake_set_kernel(world->fake, HYP_FAKE_STOCK);
	world->transfer = TRANSFER_GRANTS;
	id = granted_session(world);
	assert_way(world, WAY_GRANTS, REASON_NONE);
	mapping = granted_map(world, id, 0);
	seen = hyp_fake_see(world->fake, mapping.refs, mapping.count, true);
	assert_non_null(seen);
	hyp_fake_look_away(world->fake, seen);
}

static void who_is_trusted_has_no_writable_grants_without_need(void **state)
{
	struct world *world = *state;
	struct granted_mapping mapping;

	world->transfer = TRANSFER_GRANTS;
	mapping = granted_map(world, granted_session(world), 0);
	assert_null(hyp_fake_see(world->fake, mapping.refs, mapping.count,
				 true));
}

static void references_may_run_out_in_the_middle(void **state)
{
	struct world *world = *state;

	hyp_fake_fail(world->fake, HYP_FAKE_EXPORT, 3, -ENOSPC);
	assert_copied(world, granted_open(world), REASON_REFERENCES);
	assert_int_equal(granted_report(world).granted, 0);
	assert_int_equal(world->ungranted, world->granted);
}

static void slots_that_are_no_dma_bufs_cannot_be_granted(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	camera_of(world, id)->dma_bufs = false;
	assert_copied(world, id, REASON_MEMORY);
}

static void slots_for_which_there_is_no_room_are_not_granted(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	world_limit(world, QUOTA_MEMORY, 3 * WORLD_FRAME_LEN);
	assert_copied(world, id, REASON_QUOTA);
}

static void so_it_is_if_they_are_too_many(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	world_limit(world, QUOTA_BUFFERS, GRANTED_SLOTS - 1);
	assert_copied(world, id, REASON_QUOTA);
}

/* It says that there are more than it sent. */
static void count_wrong(struct camera_fake *camera)
{
	struct v4l2_requestbuffers request;

	camera->obey = NULL;
	if (camera->call.head.nr == _IOC_NR(VIDIOC_REQBUFS)) {
		camera_fake_send_slots(camera, 5, GRANTED_SLOTS);
		memcpy(&request, camera->call.data, sizeof(request));
		request.count = GRANTED_SLOTS + 1;
		memcpy(camera->call.data, &request, sizeof(request));
	}
	camera_fake_obey(camera);
}

static void refuse_once(struct camera_fake *camera)
{
	camera->obey = NULL;
	camera_fake_refuse(camera, EBUSY);
}

static void a_camera_that_has_no_slots_to_give_is_asked_otherwise(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	camera_of(world, id)->obey = refuse_once;
	assert_copied(world, id, REASON_CAMERA);
}

static void a_camera_that_cannot_count_gives_no_slots(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	camera_of(world, id)->obey = count_wrong;
	assert_copied(world, id, REASON_CAMERA);
}

static void without_a_window_a_driver_brings_its_own_memory(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);
	struct v4l2_requestbuffers request = {
		.count = 2,
		.type = CAPTURE,
		.memory = MMAP,
	};
	uint32_t count = 2;

	hyp_fake_set_kernel(world->fake, HYP_FAKE_OPTIONLESS);
	assert_int_equal(world_ioctl(world, id, VIDIOC_REQBUFS, &request),
			 EINVAL);
	assert_int_equal(request.capabilities, V4L2_BUF_CAP_SUPPORTS_USERPTR);
	assert_int_equal(world_reqbufs(world, id, &count), 0);
	/* It did not choose so. */
	assert_way(world, WAY_PAGES, REASON_KERNEL);
}

static void a_camera_is_told_that_nobody_has_its_slots(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);
	struct v4l2_requestbuffers told;
	uint32_t count = 2;

	hyp_fake_set_kernel(world->fake, HYP_FAKE_OPTIONLESS);
	assert_int_equal(granted_reqbufs(world, id, &count), EINVAL);
	world_settle(world);
	memcpy(&told, camera_of(world, id)->call.data, sizeof(told));
	assert_int_equal(told.memory, V4L2_MEMORY_USERPTR);
	assert_int_equal(told.count, 0);
}

static void a_driver_that_asks_for_pages_gets_them(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);
	uint32_t count = 3;

	assert_int_equal(world_reqbufs(world, id, &count), 0);
	assert_int_equal(count, 3);
	assert_way(world, WAY_PAGES, REASON_ASKED);
}

static void created_buffers_are_in_the_window(void **state)
{
	struct v4l2_create_buffers create = {
		.count = 3,
		.memory = MMAP,
		.format = {.type = CAPTURE,
			   .fmt.pix.sizeimage = WORLD_FRAME_LEN},
	};
	struct world *world = *state;
	const uint32_t id = granted_open(world);
	struct granted_mapping mapping;

	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 0);
	assert_int_equal(create.count, 3);
	assert_way(world, WAY_WINDOW, REASON_ASKED);
	mapping = granted_map(world, id, 0);
	assert_int_equal(mapping.status, 0);
	assert_int_equal(mapping.count, 0);
}

static void a_failure_is_forgotten_when_slots_can_be_granted(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	hyp_fake_fail(world->fake, HYP_FAKE_EXPORT, 1, -ENOSPC);
	granted_request(world, id);
	assert_way(world, WAY_WINDOW, REASON_REFERENCES);
	granted_request(world, id);
	assert_way(world, WAY_GRANTS, REASON_NONE);
}

static void slots_that_could_not_be_granted_are_let_go(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_open(world);

	hyp_fake_fail(world->fake, HYP_FAKE_EXPORT, 1, -ENOSPC);
	granted_request(world, id);
	/* A frame in what the session does not have is void. */
	camera_fake_send_frame(camera_of(world, id), 1, 0);
	assert_int_equal(granted_releases(world, id), 0);
}

static void pages_take_the_place_of_slots(void **state)
{
	struct world *world = *state;
	const uint32_t id = granted_session(world);
	uint32_t count = 2;

	assert_int_equal(world_reqbufs(world, id, &count), 0);
	assert_int_equal(hyp_fake_exported(world->fake), 0);
	assert_way(world, WAY_PAGES, REASON_ASKED);
}

#define TEST(test)                                            \
	cmocka_unit_test_setup_teardown(test, granted_set_up, \
					world_tear_down)
#define TEST_WITH(test, set_up) \
	cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)
#define DEVICE_TEST(test) cmocka_unit_test_teardown(test, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_shared_camera_offers_grants),
		DEVICE_TEST(a_camera_that_is_not_shared_offers_none),
		DEVICE_TEST(a_camera_that_was_never_seen_may_be_a_shared_one),
		DEVICE_TEST(a_device_that_may_only_copy_offers_none),
		DEVICE_TEST(
			a_window_that_reaches_where_slots_have_names_leaves_none),
		TEST(a_session_without_buffers_has_no_way),
		TEST(slots_go_by_grants_for_no_reason),
		TEST_WITH(
			a_driver_that_does_not_know_how_gets_what_it_always_got,
			world_set_up_window),
		TEST_WITH(its_mappings_are_answered_in_24_bytes,
			  world_set_up_window),
		TEST(policy_may_want_copies),
		TEST(a_kernel_without_the_option_cannot_grant),
		TEST(a_kernel_that_grants_writable_is_not_asked_to),
		TEST(a_guest_that_is_trusted_may_have_writable_grants),
		TEST(who_is_trusted_has_no_writable_grants_without_need),
		TEST(references_may_run_out_in_the_middle),
		TEST(slots_that_are_no_dma_bufs_cannot_be_granted),
		TEST(slots_for_which_there_is_no_room_are_not_granted),
		TEST(so_it_is_if_they_are_too_many),
		TEST(a_camera_that_has_no_slots_to_give_is_asked_otherwise),
		TEST(a_camera_that_cannot_count_gives_no_slots),
		TEST_WITH(without_a_window_a_driver_brings_its_own_memory,
			  granted_set_up_windowless),
		TEST_WITH(a_camera_is_told_that_nobody_has_its_slots,
			  granted_set_up_windowless),
		TEST(a_driver_that_asks_for_pages_gets_them),
		TEST(created_buffers_are_in_the_window),
		TEST(a_failure_is_forgotten_when_slots_can_be_granted),
		TEST(slots_that_could_not_be_granted_are_let_go),
		TEST(pages_take_the_place_of_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
