// SPDX-License-Identifier: GPL-2.0-only
/* Which guest gets which camera, and what it learns of it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon_bench.h"

#define EXITED(status) ((status) << 8)

static void devices_get_the_cameras_in_order(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start(bench);
	bench_present(bench, "rear", "Rear");
	bench_present(bench, "left", "Left");
	bench_domain(bench, 1, 2);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_string_equal(attach.identity.card, "Rear");
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_string_equal(attach.identity.card, "Left");
}

static void an_unlisted_domain_has_devices_without_cameras(void **state)
{
	struct config_domain ivi = { .name = (char *)"ivi" };
	struct bench *bench = *state;
	struct guest_attach attach;
	uint64_t serial;
	int fd;

	bench->config.every_domain = false;
	bench->config.domains = &ivi;
	bench->config.num_domains = 1;
	bench_start(bench);
	bench_present(bench, "rear", "Rear");
	bench_domain(bench, 1, 1);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.identity.present, 0);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), ENODEV);
}

static void a_guest_learns_of_its_cameras_coming_and_going(void **state)
{
	struct bench *bench = *state;
	struct guest_camera camera;
	int fd;

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	bench_next(bench_guest(1), GUEST_CAMERA, &camera, sizeof(camera));
	assert_int_equal(camera.devid, 0);
	assert_int_equal(camera.identity.present, 1);
	bench_present(bench, "left", "Left");
	assert_int_equal(fake_child_receive(bench_guest(1), &camera,
					    sizeof(camera), &fd), -1);
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	bench_next(bench_guest(1), GUEST_CAMERA, &camera, sizeof(camera));
	assert_int_equal(camera.identity.present, 0);
	assert_string_equal(camera.identity.card, "Rear");
	assert_int_equal(camera.identity.device_caps, 0x04200001);
}

static void open_gives_each_side_an_end_of_one_socket(void **state)
{
	struct bench *bench = *state;
	struct camera_session session;
	int guest_fd, camera_fd;
	uint64_t serial;
	char byte = 0;

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	assert_int_equal(bench_open(bench, 1, 0, &serial, &guest_fd), 0);
	camera_fd = bench_next(bench_camera("rear"), CAMERA_SESSION, &session,
			       sizeof(session));
	assert_true(guest_fd >= 0 && camera_fd >= 0);
	assert_int_equal(session.serial, serial);
	assert_int_equal(session.guest.domid, 1);
	assert_string_equal(session.guest.name, "guest-1");
	assert_true(session.guest.held >= 1);
	assert_int_equal(write(guest_fd, "x", 1), 1);
	assert_int_equal(read(camera_fd, &byte, 1), 1);
	/* vmediad kept neither: closing one is the end of the other. */
	close(guest_fd);
	assert_int_equal(read(camera_fd, &byte, 1), 0);
	close(camera_fd);
}

static void a_camera_that_is_absent_cannot_be_opened(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;
	int fd;

	bench_start_with_a_guest(bench);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), ENODEV);
	assert_int_equal(fd, -1);
	bench_present(bench, "rear", "Rear");
	fake_child_end(bench_camera("rear"), EXITED(1));
	bench_settle(bench);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), ENODEV);
}

static void an_open_that_comes_after_the_stop_is_not_heard(void **state)
{
	struct guest_open open = { .hdr.type = GUEST_OPEN };
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_child_send(bench_guest(1), &open, sizeof(open));
	bench_settle(bench);
	assert_true(list_empty(&bench->broker->sessions.list));
}

static void two_guests_share_a_camera(void **state)
{
	struct bench *bench = *state;
	uint64_t first, second;
	int fd;

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	bench_domain(bench, 2, 1);
	bench_live(bench, 2, 0, 0);
	assert_int_equal(bench_open(bench, 1, 0, &first, &fd), 0);
	close(fd);
	assert_int_equal(bench_open(bench, 2, 0, &second, &fd), 0);
	close(fd);
	assert_int_not_equal(first, second);
}

static void the_quota_refuses_until_a_session_is_closed(void **state)
{
	struct bench *bench = *state;
	uint64_t first, serial;
	int fd;

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	assert_int_equal(bench_open(bench, 1, 0, &first, &fd), 0);
	close(fd);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), 0);
	close(fd);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), EBUSY);
	assert_int_equal(fd, -1);
	bench_close(bench, 1, first);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), 0);
	close(fd);
}

static void a_camera_that_is_behind_is_not_buried_under_sessions(void **state)
{
	struct bench *bench = *state;
	struct camera_session session;
	unsigned int error = 0;
	int fd;

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	for (int i = 0; i < 2000 && error == 0; i++) {
		error = bench_try_open(bench, 1);
		if (error == 0)
			bench_close(bench, 1,
				    bench->broker->sessions.last_serial);
	}
	assert_int_equal(error, EBUSY);
	/* It catches up, and all is as before. */
	while (fake_child_receive(bench_camera("rear"), &session,
				  sizeof(session), &fd) > 0) {
		if (fd >= 0)
			close(fd);
		bench_settle(bench);
	}
	assert_int_equal(bench_try_open(bench, 1), 0);
}

static void the_end_of_many_does_not_bury_a_camera_that_is_behind(
	void **state)
{
	struct bench *bench = *state;
	char message[4096];
	int fd, len;

	bench->config.limits.limit[QUOTA_SESSIONS] = 128;
	bench_start_with_guests(bench, 4);
	for (unsigned int i = 0; i < 3 * 128; i++) {
		bench_must_open(bench, 1 + i % 3);
		bench_drop(bench_camera("rear"));
	}
	/* It reads no more. */
	while (bench_try_open(bench, 4) == 0)
		bench_close(bench, 4, bench->broker->sessions.last_serial);
	for (unsigned int domid = 1; domid <= 3; domid++)
		fake_child_end(bench_guest(domid), SIGSEGV);
	bench_settle(bench);
	while ((len = fake_child_receive(bench_camera("rear"), message,
					 sizeof(message), &fd)) > 0) {
		if (fd >= 0)
			close(fd);
		bench_settle(bench);
	}
	/* Nothing more, but no end of file */
	assert_int_equal(len, -1);
	assert_int_equal(bench_try_open(bench, 4), 0);
}

/* Its process should have slowed it long before: a guest took it over. */
static void who_opens_far_more_often_than_it_may_is_killed(void **state)
{
	const struct guest_open open = { .hdr.type = GUEST_OPEN };
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_COMMANDS] = 10;
	bench_start_with_guests(bench, 1);
	bench_flood(bench, &open, sizeof(open));
}

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void a_guest_that_opens_and_closes_does_not_fill_the_log(void **state)
{
	struct bench *bench = *state;
	struct guest_closed wrong = { .hdr.type = GUEST_CLOSED };
	char text[16384];

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	bench_log_begin(bench, LOG_INFO);
	for (int i = 0; i < 100; i++) {
		bench_close(bench, 1, bench_must_open(bench, 1));
		bench_drop(bench_camera("rear"));
	}
	for (int i = 0; i < 100; i++)
		fake_child_send(bench_guest(1), &wrong, sizeof(wrong));
	bench_settle(bench);
	/* Ten a second, and the machine may be slow. */
	bench_log_end(bench, text, sizeof(text));
	assert_in_range(count_lines(text), 2, 50);
}

static void a_guests_death_frees_its_quota(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;
	int fd;

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), 0);
		close(fd);
	}
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), 0);
	close(fd);
}

static void a_guest_cannot_close_anothers_session(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;
	int fd;

	bench_start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	bench_domain(bench, 2, 1);
	assert_int_equal(bench_open(bench, 2, 0, &serial, &fd), 0);
	close(fd);
	bench_close(bench, 1, serial);
	assert_true(fake_child_killed(bench_guest(1)));
	assert_false(list_empty(&bench->broker->sessions.list));
}

static void a_refused_device_does_not_shift_the_cameras(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_domain(bench, 1, 2);
	fake_xs_set("backend/virtio/1/0/base", "0x0");
	bench_start(bench);
	bench_present(bench, "left", "Left");
	bench_next(bench_guest(1), GUEST_CAMERA, &attach,
		   sizeof(struct guest_camera));
	assert_int_equal(attach.devid, 1);
}

static void without_cameras_the_hosts_nodes_are_listed(void **state)
{
	struct bench *bench = *state;
	struct guest_camera camera;
	struct child *list;

	bench->config.host_cameras = true;
	bench->config.num_cameras = 0;
	bench_start(bench);
	bench_domain(bench, 1, 2);
	list = bench_list();
	fake_child_print(list, "/dev/video0\tFirst\n/dev/video4\tSe");
	bench_settle(bench);
	fake_child_print(list, "cond\n");
	fake_child_end(list, EXITED(0));
	bench_settle(bench);
	assert_string_equal(fake_child_arg(bench_camera("video4"), "--source"),
			    "/dev/video4");
	/* Each was told that it has a camera now, if an absent one. */
	bench_next(bench_guest(1), GUEST_CAMERA, &camera, sizeof(camera));
	bench_next(bench_guest(1), GUEST_CAMERA, &camera, sizeof(camera));
	bench_present(bench, "video4", "Second");
	bench_next(bench_guest(1), GUEST_CAMERA, &camera, sizeof(camera));
	assert_int_equal(camera.devid, 1);
	assert_string_equal(camera.identity.card, "Second");
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(devices_get_the_cameras_in_order),
		flow_test(an_unlisted_domain_has_devices_without_cameras),
		flow_test(a_guest_learns_of_its_cameras_coming_and_going),
		flow_test(open_gives_each_side_an_end_of_one_socket),
		flow_test(a_camera_that_is_absent_cannot_be_opened),
		flow_test(an_open_that_comes_after_the_stop_is_not_heard),
		flow_test(two_guests_share_a_camera),
		flow_test(the_quota_refuses_until_a_session_is_closed),
		flow_test(a_camera_that_is_behind_is_not_buried_under_sessions),
		flow_test(
			the_end_of_many_does_not_bury_a_camera_that_is_behind),
		flow_test(who_opens_far_more_often_than_it_may_is_killed),
		flow_test(a_guest_that_opens_and_closes_does_not_fill_the_log),
		flow_test(a_guests_death_frees_its_quota),
		flow_test(a_guest_cannot_close_anothers_session),
		flow_test(a_refused_device_does_not_shift_the_cameras),
		flow_test(without_cameras_the_hosts_nodes_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
