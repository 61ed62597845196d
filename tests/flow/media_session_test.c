// SPDX-License-Identifier: GPL-2.0-only
/* Sessions of a device: from the guest's OPEN to vmediad, a camera, and back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media_world.h"

#define CAPS (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING)

static void send_open(struct world *world)
{
	const struct virtio_media_cmd_open cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_OPEN),
	};

	world_send(world, &cmd, sizeof(cmd),
		   sizeof(struct virtio_media_resp_open));
}

static uint32_t get_format(struct world *world, uint32_t id)
{
	struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	const uint32_t status = world_ioctl(world, id, VIDIOC_G_FMT, &format);

	if (status == 0)
		assert_int_equal(format.fmt.pix.width, 64);
	return status;
}

static void the_device_says_what_the_camera_is(void **state)
{
	struct virtio_media_config config;
	struct world *world = *state;

	assert_int_equal(driver_fake_read(world->driver, VIRTIO_MMIO_DEVICE_ID),
			 48);
	driver_fake_read_config(world->driver, 0, &config, sizeof(config));
	assert_int_equal(le32_to_cpu(config.device_caps), CAPS);
	assert_string_equal((char *)config.card, "fake");
}

static void vmediad_is_told_that_the_device_is_live(void **state)
{
	struct world *world = *state;
	struct guest_open question;

	assert_false(world_asked(world, &question));
	assert_int_equal(world->live, 1);
	assert_int_equal(world->last_live.devid, 1);
	assert_int_equal(world->last_live.ioreq_server, 7);
}

static void a_camera_that_appears_changes_the_configuration(void **state)
{
	const struct guest_camera camera = {
		.hdr.type = GUEST_CAMERA,
		.devid = 1,
		.identity = {.present = 1,
			     .device_caps = CAPS | 0x10,
			     .card = "another"},
	};
	struct virtio_media_config config;
	struct world *world = *state;

	world_tell(world, &camera, sizeof(camera));
	driver_fake_read_config(world->driver, 0, &config, sizeof(config));
	assert_string_equal((char *)config.card, "another");
	assert_true(driver_fake_take_interrupt(world->driver) &
		    VIRTIO_MMIO_INT_CONFIG);
}

static void a_camera_that_is_the_same_disturbs_nobody(void **state)
{
	const struct guest_camera camera = {
		.hdr.type = GUEST_CAMERA,
		.devid = 1,
		.identity = {.device_caps = CAPS, .card = "fake"},
	};
	struct world *world = *state;

	world_tell(world, &camera, sizeof(camera));
	assert_int_equal(driver_fake_take_interrupt(world->driver), 0);
}

static void an_open_waits_for_vmediad(void **state)
{
	struct driver_fake_answer answer;
	struct world *world = *state;
	struct guest_open question;

	send_open(world);
	assert_true(world_asked(world, &question));
	assert_int_equal(question.devid, 1);
	assert_false(driver_fake_collect(world->driver, VIRTIO_MEDIA_COMMANDQ,
					 &answer));
}

static void an_opened_session_reaches_its_camera(void **state)
{
	struct world *world = *state;

	assert_int_equal(get_format(world, world_open(world)), 0);
}

static void a_refused_open_says_why(void **state)
{
	struct world *world = *state;
	struct guest_open question;

	send_open(world);
	assert_true(world_asked(world, &question));
	world_refuse(world, &question, EACCES);
	assert_int_equal(world_answer(world).status, EACCES);
}

static void answers_to_opens_may_come_in_any_order(void **state)
{
	struct world *world = *state;
	struct guest_open first, second;

	send_open(world);
	send_open(world);
	assert_true(world_asked(world, &first));
	assert_true(world_asked(world, &second));
	world_refuse(world, &second, EBUSY);
	assert_int_equal(world_answer(world).status, EBUSY);
	world_grant(world, &first);
	assert_int_equal(world_answer(world).status, 0);
}

static void two_sessions_have_two_ids_and_two_cameras(void **state)
{
	struct world *world = *state;
	const uint32_t one = world_open(world), two = world_open(world);

	assert_int_not_equal(one, two);
	world->obedient = false;
	world_send_ioctl(world, two, _IOC_NR(VIDIOC_G_INPUT), NULL, 0, 12);
	world_settle(world);
	assert_false(camera_fake_take_call(camera_of(world, one)));
	assert_true(camera_fake_take_call(camera_of(world, two)));
}

static void replies_may_come_in_any_order(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	uint32_t first, input = 3;

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_G_INPUT), NULL, 0, 12);
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_S_INPUT), &input, 4, 12);
	world_settle(world);
	assert_true(camera_fake_take_call(camera));
	first = camera->call.head.hdr.tag;
	assert_true(camera_fake_take_call(camera));
	camera_fake_refuse(camera, EBUSY);
	assert_int_equal(world_answer(world).status, EBUSY);
	camera_fake_reply(camera, first, 0, 4, &input, 4);
	assert_memory_equal(world_answer(world).payload, &input, 4);
}

static void a_close_ends_the_camera_s_socket_and_frees_the_quota(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct guest_open question;

	world_close(world, id);
	assert_false(camera_fake_take_call(camera_of(world, id)));
	assert_true(camera_of(world, id)->closed);
	assert_false(world_asked(world, &question));
	assert_int_equal(world->closed, 1);
	assert_int_equal(world->last_closed, world->sessions[0].serial);
}

static void a_close_of_nothing_is_returned_in_silence(void **state)
{
	world_close(*state, 99);
}

static void a_close_answers_the_commands_that_wait(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct virtio_media_cmd_close cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_CLOSE),
		.session_id = cpu_to_le32(id),
	};

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_G_INPUT), NULL, 0, 12);
	world_send(world, &cmd, sizeof(cmd), 0);
	assert_int_equal(world_answer(world).status, EIO);
	assert_int_equal(world_answer(world).len, 0);
}

static void a_closed_session_does_not_exist(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_close(world, id);
	assert_int_equal(get_format(world, id), EINVAL);
}

static void sessions_open_and_close_two_hundred_times(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 200; i++) {
		struct camera_fake *camera;
		const uint32_t id = world_open(world);

		camera = world->sessions[0].camera;
		world_close(world, id);
		camera_fake_destroy(camera);
		world->num_sessions = 0;
	}
	assert_int_equal(
		driver_fake_outstanding(world->driver, VIRTIO_MEDIA_COMMANDQ),
		0);
}

static void more_than_256_sessions_are_refused(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 256; i++)
		world_open(world);
	send_open(world);
	assert_int_equal(world_answer(world).status, EBUSY);
}

static void a_camera_that_dies_is_told_once(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	union world_event event;
	uint32_t len;

	world_post(world, 2);
	camera_fake_die(camera_of(world, id));
	assert_int_equal(world_error(world, id), EIO);
	assert_false(world_event(world, &event, &len));
}

static void a_camera_that_goes_says_why(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);

	world_post(world, 1);
	camera_fake_send_error(camera, ENODEV);
	camera_fake_die(camera);
	assert_int_equal(world_error(world, id), ENODEV);
}

static void commands_of_a_broken_session_fail(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_send_error(camera_of(world, id), ENODEV);
	world_settle(world);
	assert_int_equal(get_format(world, id), ENODEV);
}

static void an_evicted_session_is_told_until_it_is_closed(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint32_t count = 2;

	world_stream(world, id, 2, 2);
	world_post(world, 1);
	camera_fake_send_error(camera_of(world, id), EACCES);
	camera_fake_die(camera_of(world, id));
	assert_int_equal(world_error(world, id), EACCES);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(get_format(world, id), EACCES);
		assert_int_equal(world_reqbufs(world, id, &count), EACCES);
		assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, 0),
				 EACCES);
		assert_int_equal(world_stream_off(world, id), EACCES);
	}
	world_close(world, id);
	assert_int_equal(get_format(world, id), EINVAL);
}

static void an_evicted_session_makes_room_for_another(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world), next = world_open(world);
	uint32_t count = 2;

	world_stream(world, id, 2, 2);
	camera_fake_send_error(camera_of(world, id), EACCES);
	world_settle(world);
	assert_int_equal(world_reqbufs(world, next, &count), 0);
}

static void commands_that_wait_when_the_session_breaks_fail(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_G_INPUT), NULL, 0, 12);
	world_settle(world);
	camera_fake_die(camera_of(world, id));
	assert_int_equal(world_answer(world).status, EIO);
}

static void a_broken_session_frees_its_quota_and_keeps_its_id(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct guest_open question;

	camera_fake_die(camera_of(world, id));
	assert_false(world_asked(world, &question));
	assert_int_equal(world->closed, 1);
	assert_int_not_equal(world_open(world), id);
	world_close(world, id);
	assert_false(world_asked(world, &question));
	assert_int_equal(world->closed, 1);
}

static void the_guest_opens_again_after_its_camera_died(void **state)
{
	struct world *world = *state;

	camera_fake_die(camera_of(world, world_open(world)));
	world_settle(world);
	assert_int_equal(get_format(world, world_open(world)), 0);
}

static void a_device_that_comes_later_is_served_beside_the_first(void **state)
{
	const struct guest_attach attach = {
		.hdr.type = GUEST_ATTACH,
		.devid = 2,
		.device_id = VIRTIO_MEDIA_DEVICE_ID,
		.irq = WORLD_IRQ + 1,
		.base = WORLD_ADDR + 0x200,
		.identity = {.device_caps = CAPS, .card = "second"},
	};
	struct world *world = *state;
	struct driver_fake *first = world->driver;
	struct guest_open question;

	world_tell(world, &attach, sizeof(attach));
	world->driver =
		driver_fake_create(world->fake, attach.base, attach.irq);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	send_open(world);
	assert_true(world_asked(world, &question));
	assert_int_equal(question.devid, 2);
	assert_int_equal(world->live, 2);
	driver_fake_destroy(world->driver);
	world->driver = first;
	assert_int_equal(get_format(world, world_open(world)), 0);
}

static void a_device_of_another_kind_is_not_served(void **state)
{
	const struct guest_attach attach = {
		.hdr.type = GUEST_ATTACH,
		.devid = 2,
		.device_id = 2,
		.base = WORLD_ADDR + 0x200,
	};
	struct world *world = *state;

	world_tell(world, &attach, sizeof(attach));
	assert_false(hyp_fake_io_mapped(world->fake, attach.base));
}

static void a_reset_ends_all_sessions(void **state)
{
	struct world *world = *state;
	struct guest_open question;

	world_open(world);
	world_open(world);
	driver_fake_reset(world->driver);
	assert_false(world_asked(world, &question));
	assert_int_equal(world->closed, 2);
}

static void a_session_that_comes_after_a_reset_is_given_back(void **state)
{
	struct world *world = *state;
	struct guest_open question;
	struct camera_fake *camera;

	send_open(world);
	assert_true(world_asked(world, &question));
	driver_fake_reset(world->driver);
	world_settle(world);
	camera = world_grant(world, &question);
	assert_false(camera_fake_take_call(camera));
	assert_true(camera->closed);
	assert_false(world_asked(world, &question));
	assert_int_equal(world->closed, 1);
}

static void a_device_works_again_after_a_reset(void **state)
{
	struct world *world = *state;

	world_open(world);
	driver_fake_reset(world->driver);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	assert_int_equal(get_format(world, world_open(world)), 0);
}

static void a_stopped_guest_ends(void **state)
{
	const struct daemon_header stop = {.type = GUEST_STOP};
	struct world *world = *state;

	world_open(world);
	world_tell(world, &stop, sizeof(stop));
	assert_int_equal(world->ended, GUEST_STOPPED);
}

static void a_guest_without_vmediad_ends_otherwise(void **state)
{
	struct world *world = *state;

	close(world->daemon);
	world->daemon = -1;
	world_settle(world);
	assert_int_equal(world->ended, GUEST_ABANDONED);
}

static void a_successor_s_device_needs_a_reset(void **state)
{
	struct world *world = world_create(true);

	*state = world;
	world_attach(world, CAPS);
	world->driver = driver_fake_create(world->fake, WORLD_ADDR, WORLD_IRQ);
	assert_true(driver_fake_status(world->driver) &
		    VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void a_guest_without_a_hypervisor_fails(void **state)
{
	struct world *world = world_create(false);

	*state = world;
	world->open_error = -EOPNOTSUPP;
	world_attach(world, CAPS);
	assert_int_equal(world->ended, GUEST_FAILED);
}

static void vmediad_gets_the_file_that_slots_are_granted_by(void **state)
{
	struct world *world = world_create(false);

	*state = world;
	world->exporter = STDERR_FILENO;
	world_attach(world, CAPS);
	assert_int_equal(world->exporters, 1);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
#define BARE_TEST(test) \
	cmocka_unit_test_setup_teardown(test, NULL, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_device_says_what_the_camera_is),
		TEST(vmediad_is_told_that_the_device_is_live),
		TEST(a_camera_that_appears_changes_the_configuration),
		TEST(a_camera_that_is_the_same_disturbs_nobody),
		TEST(an_open_waits_for_vmediad),
		TEST(an_opened_session_reaches_its_camera),
		TEST(a_refused_open_says_why),
		TEST(answers_to_opens_may_come_in_any_order),
		TEST(two_sessions_have_two_ids_and_two_cameras),
		TEST(replies_may_come_in_any_order),
		TEST(a_close_ends_the_camera_s_socket_and_frees_the_quota),
		TEST(a_close_of_nothing_is_returned_in_silence),
		TEST(a_close_answers_the_commands_that_wait),
		TEST(a_closed_session_does_not_exist),
		TEST(sessions_open_and_close_two_hundred_times),
		TEST(more_than_256_sessions_are_refused),
		TEST(a_camera_that_dies_is_told_once),
		TEST(a_camera_that_goes_says_why),
		TEST(commands_of_a_broken_session_fail),
		TEST(an_evicted_session_is_told_until_it_is_closed),
		TEST(an_evicted_session_makes_room_for_another),
		TEST(commands_that_wait_when_the_session_breaks_fail),
		TEST(a_broken_session_frees_its_quota_and_keeps_its_id),
		TEST(the_guest_opens_again_after_its_camera_died),
		TEST(a_device_that_comes_later_is_served_beside_the_first),
		TEST(a_device_of_another_kind_is_not_served),
		TEST(a_reset_ends_all_sessions),
		TEST(a_session_that_comes_after_a_reset_is_given_back),
		TEST(a_device_works_again_after_a_reset),
		TEST(a_stopped_guest_ends),
		TEST(a_guest_without_vmediad_ends_otherwise),
		BARE_TEST(a_successor_s_device_needs_a_reset),
		BARE_TEST(a_guest_without_a_hypervisor_fails),
		BARE_TEST(vmediad_gets_the_file_that_slots_are_granted_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
