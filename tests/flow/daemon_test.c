// SPDX-License-Identifier: GPL-2.0-only
/* The life of nodes, guests and cameras, as vmediad lives it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>
#include <json-c/json.h>

#include "base/util.h"
#include "daemon/guest.h"
#include "daemon/report.h"
#include "daemon_bench.h"

#define EXITED(status) ((status) << 8)

/* Once vmediad told @child to stop, and before it has. */
static void assert_told_to_stop(struct child *child)
{
	struct daemon_header stop;

	bench_next(child, GUEST_STOP, &stop, sizeof(stop));
}

/* Domain 1 with one device, which is live. */
static void start_with_a_guest(struct bench *bench)
{
	bench_start(bench);
	bench_domain(bench, 1, 1);
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_new_device_is_attached(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;
	struct child *child;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	child = bench_guest(1);
	assert_non_null(child);
	assert_string_equal(fake_child_arg(child, "--name"), "guest-1");
	assert_null(fake_child_arg(child, "--ioreq-server"));
	bench_next(child, GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.devid, 0);
	assert_int_equal(attach.device_id, 48);
	assert_int_equal(attach.irq, 33);
	assert_int_equal(attach.base, 0x2000000);
	assert_string_equal(fake_xs_written(), "");
}

static void limits_are_told_before_the_first_device(void **state)
{
	struct bench *bench = *state;
	struct guest_limits limits;
	int fd;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	assert_int_equal(fake_child_receive(bench_guest(1), &limits,
					    sizeof(limits), &fd),
			 sizeof(limits));
	assert_int_equal(limits.hdr.type, GUEST_LIMITS);
}

static void a_live_device_is_recorded_and_then_connected(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_written(),
			    "1/0/ioreq-server=3 1/0/state=4 ");
}

static void one_process_serves_all_devices_of_a_guest(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start(bench);
	bench_domain(bench, 1, 2);
	assert_int_equal(fake_child_count(), 3);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.devid, 1);
	assert_int_equal(attach.irq, 34);
}

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

	start_with_a_guest(bench);
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

static void a_camera_that_dies_is_started_again(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	for (int i = 0; i < 20; i++) {
		fake_child_end(bench_camera("rear"), EXITED(1));
		bench_settle(bench);
		bench_wait(bench, 3);
		assert_non_null(bench_camera("rear"));
	}
}

static void open_gives_each_side_an_end_of_one_socket(void **state)
{
	struct bench *bench = *state;
	struct camera_session session;
	int guest_fd, camera_fd;
	uint64_t serial;
	char byte = 0;

	start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	assert_int_equal(bench_open(bench, 1, 0, &serial, &guest_fd), 0);
	camera_fd = bench_next(bench_camera("rear"), CAMERA_SESSION, &session,
			       sizeof(session));
	assert_true(guest_fd >= 0 && camera_fd >= 0);
	assert_int_equal(session.serial, serial);
	assert_int_equal(session.domid, 1);
	assert_string_equal(session.guest, "guest-1");
	assert_true(session.held >= 1);
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

	start_with_a_guest(bench);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), ENODEV);
	assert_int_equal(fd, -1);
	bench_present(bench, "rear", "Rear");
	fake_child_end(bench_camera("rear"), EXITED(1));
	bench_settle(bench);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), ENODEV);
}

static void two_guests_share_a_camera(void **state)
{
	struct bench *bench = *state;
	uint64_t first, second;
	int fd;

	start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	bench_domain(bench, 2, 1);
	bench_live(bench, 2, 0, 0);
	assert_int_equal(bench_open(bench, 1, 0, &first, &fd), 0);
	close(fd);
	assert_int_equal(bench_open(bench, 2, 0, &second, &fd), 0);
	close(fd);
	assert_int_not_equal(first, second);
}

static void close_session(struct bench *bench, uint64_t serial)
{
	struct guest_closed closed = {
		.hdr.type = GUEST_CLOSED,
		.serial = serial,
	};

	fake_child_send(bench_guest(1), &closed, sizeof(closed));
	bench_settle(bench);
}

static void the_quota_refuses_until_a_session_is_closed(void **state)
{
	struct bench *bench = *state;
	uint64_t first, serial;
	int fd;

	start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	assert_int_equal(bench_open(bench, 1, 0, &first, &fd), 0);
	close(fd);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), 0);
	close(fd);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), EBUSY);
	assert_int_equal(fd, -1);
	close_session(bench, first);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), 0);
	close(fd);
}

static void a_guests_death_frees_its_quota(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;
	int fd;

	start_with_a_guest(bench);
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

static void the_node_closes_only_when_the_process_has_ended(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	assert_told_to_stop(child);
	assert_string_equal(fake_xs_state(1, 0), "5");
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void all_nodes_of_a_guest_close_once_each(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start(bench);
	bench_domain(bench, 1, 2);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_string_equal(fake_xs_written(), "1/0/state=6 ");
	fake_xs_unplug(1, 1);
	bench_settle(bench);
	fake_xs_set("backend/virtio/1/1/online", "0");
	bench_settle(bench);
	assert_string_equal(fake_xs_written(), "1/0/state=6 1/1/state=6 ");
}

static void a_process_that_does_not_stop_is_killed(void **state)
{
	struct bench *bench = *state;

	start_with_a_guest(bench);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	assert_false(fake_child_killed(bench_guest(1)));
	bench_wait(bench, 60);
	assert_true(fake_child_killed(bench_guest(1)));
	assert_string_equal(fake_xs_state(1, 0), "5");
	fake_child_end(bench_guest(1), SIGKILL);
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void a_guest_that_is_released_is_forgotten(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	fake_xs_remove("backend/virtio/1");
	fake_xs_domain(1, false);
	bench_settle(bench);
	assert_true(list_empty(&bench->broker->guests.list));
	assert_null(bench_guest(1));
}

static void a_vanished_node_stops_the_process_and_stays_gone(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	assert_told_to_stop(child);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_null(fake_xs_get("backend/virtio/1/0/state"));
	assert_true(list_empty(&bench->broker->guests.list));
}

static void libxl_removes_the_node(void)
{
	fake_xs_remove("backend/virtio/1");
}

static void a_node_removed_while_it_is_closed_does_not_come_back(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_xs_before_commit(libxl_removes_the_node);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_null(fake_xs_get("backend/virtio/1/0/state"));
}

static void libxl_unplugs(void)
{
	fake_xs_unplug(1, 0);
}

static void a_device_unplugged_while_it_goes_live_is_not_connected(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	fake_xs_before_commit(libxl_unplugs);
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_state(1, 0), "5");
	assert_told_to_stop(bench_guest(1));
}

static void somebody_writes_elsewhere(void)
{
	fake_xs_set("/local/domain/9/name", "other");
}

static void a_disturbed_transaction_is_tried_again(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	fake_xs_before_commit(somebody_writes_elsewhere);
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_dying_domain_is_released_though_its_nodes_stay(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_domain(1, false);
	bench_settle(bench);
	assert_told_to_stop(child);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_int_equal(fake_child_count(), 3);
}

static void a_dead_process_is_started_again_by_its_record(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	start_with_a_guest(bench);
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_non_null(bench_guest(1));
	assert_string_equal(fake_child_arg(bench_guest(1), "--ioreq-server"),
			    "3");
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.base, 0x2000000);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void what_a_process_said_last_is_heard(void **state)
{
	struct guest_live live = {
		.hdr.type = GUEST_LIVE,
		.ioreq_server = 5,
	};
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	fake_child_send(bench_guest(1), &live, sizeof(live));
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_string_equal(fake_child_arg(bench_guest(1), "--ioreq-server"),
			    "5");
}

static void die_until_given_up(struct bench *bench)
{
	for (int i = 0; i < 100 && bench_guest(1); i++) {
		fake_child_end(bench_guest(1), SIGSEGV);
		bench_settle(bench);
		bench_wait(bench, 5);
	}
	assert_null(bench_guest(1));
}

static void a_process_that_keeps_dying_is_given_up(void **state)
{
	struct bench *bench = *state;

	start_with_a_guest(bench);
	die_until_given_up(bench);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_guest_that_was_given_up_is_destroyed_quickly(void **state)
{
	struct bench *bench = *state;

	start_with_a_guest(bench);
	die_until_given_up(bench);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void without_ioreq_servers_nodes_close_and_nothing_is_retried(
	void **state)
{
	struct bench *bench = *state;
	unsigned int started;

	bench_start(bench);
	bench_domain(bench, 1, 2);
	started = fake_child_count();
	fake_child_end(bench_guest(1), EXITED(GUEST_EXIT_NO_IOREQ_SERVER));
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_string_equal(fake_xs_written(), "1/0/state=6 1/1/state=6 ");
	assert_int_equal(fake_child_count(), started);
}

static void a_process_that_talks_nonsense_is_killed(void **state)
{
	static const struct {
		struct daemon_header hdr;
		uint32_t body[4];
		size_t len;
	} nonsense[] = {
		{ .hdr.type = GUEST_LIVE, .len = 8 },
		{ .hdr.type = GUEST_LIVE, .body = { 9, 0 }, .len = 16 },
		{ .hdr.type = GUEST_LIVE, .body = { 0, 0x10000 }, .len = 16 },
		{ .hdr.type = GUEST_OPEN, .body = { 0, 1 }, .len = 16 },
		{ .hdr.type = GUEST_CLOSED, .body = { 1, 0 }, .len = 16 },
		{ .hdr.type = GUEST_STOP, .len = 8 },
		{ .len = 3 },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		start_with_a_guest(bench);
		fake_child_send(bench_guest(1), &nonsense[i], nonsense[i].len);
		bench_settle(bench);
		assert_true(fake_child_killed(bench_guest(1)));
		bench_kill(bench);
		fake_xs_reset();
	}
}

static void a_guest_cannot_close_anothers_session(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;
	int fd;

	start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	bench_domain(bench, 2, 1);
	assert_int_equal(bench_open(bench, 2, 0, &serial, &fd), 0);
	close(fd);
	close_session(bench, serial);
	assert_true(fake_child_killed(bench_guest(1)));
	assert_false(list_empty(&bench->broker->sessions.list));
}

static void a_successor_takes_over_by_the_record(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	start_with_a_guest(bench);
	bench_kill(bench);
	bench_start(bench);
	assert_string_equal(fake_child_arg(bench_guest(1), "--ioreq-server"),
			    "3");
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_successor_finishes_a_removal(void **state)
{
	struct bench *bench = *state;

	start_with_a_guest(bench);
	bench_kill(bench);
	fake_xs_unplug(1, 0);
	bench_start(bench);
	assert_null(bench_guest(1));
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void a_closed_node_is_left_alone(void **state)
{
	struct bench *bench = *state;

	bench_domain(bench, 1, 1);
	fake_xs_set("backend/virtio/1/0/state", "6");
	bench_start(bench);
	assert_null(bench_guest(1));
	fake_xs_set("backend/virtio/1/0/online", "0");
	bench_settle(bench);
	assert_string_equal(fake_xs_written(), "");
}

static void a_foreign_device_is_never_written(void **state)
{
	struct bench *bench = *state;

	bench_domain(bench, 1, 1);
	fake_xs_set("backend/virtio/1/0/type", "virtio,device1a");
	bench_start(bench);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	assert_string_equal(fake_xs_written(), "");
	assert_true(list_empty(&bench->broker->guests.list));
}

static void a_refused_device_closes_when_xl_asks(void **state)
{
	struct bench *bench = *state;

	bench_domain(bench, 1, 1);
	fake_xs_set("backend/virtio/1/0/base", "0x0");
	bench_start(bench);
	assert_null(bench_guest(1));
	assert_string_equal(fake_xs_written(), "");
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
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

static void an_orderly_stop_leaves_the_nodes_to_a_successor(void **state)
{
	struct bench *bench = *state;
	char message[256];
	int fd, len;

	start_with_a_guest(bench);
	broker_stop(bench->broker);
	do {
		len = fake_child_receive(bench_guest(1), message,
					 sizeof(message), &fd);
	} while (len > 0);
	assert_int_equal(len, 0);
	fake_child_end(bench_guest(1), EXITED(0));
	fake_child_end(bench_camera("rear"), EXITED(0));
	fake_child_end(bench_camera("left"), EXITED(0));
	/* Leaves the loop by itself, or the test never ends. */
	event_base_dispatch(bench->base);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_rebooted_guest_is_another_domain(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_domain(bench, 2, 1);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	bench_live(bench, 2, 0, 0);
	assert_string_equal(fake_xs_state(2, 0), "4");
	assert_null(bench_guest(1));
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
	bench_present(bench, "video4", "Second");
	bench_next(bench_guest(1), GUEST_CAMERA, &camera, sizeof(camera));
	assert_int_equal(camera.devid, 1);
	assert_string_equal(camera.identity.card, "Second");
}

static void what_is_listed_is_json_for_scripts(void **state)
{
	struct bench *bench = *state;
	struct json_object *report;
	uint64_t serial;
	int fd;

	start_with_a_guest(bench);
	bench_present(bench, "rear", "Rear");
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), 0);
	close(fd);
	report = report_list(bench->broker);
	assert_string_equal(
		json_object_to_json_string_ext(report, JSON_C_TO_STRING_PLAIN),
		"{\"ok\":true,\"guests\":[{\"domid\":1,\"name\":\"guest-1\","
		"\"uuid\":\"00000000-0000-0000-0000-000000000001\","
		"\"state\":\"running\",\"pid\":1003,\"sessions\":1,"
		"\"sessions_limit\":2,\"sessions_refused\":0}],"
		"\"devices\":[{\"domid\":1,\"guest\":\"guest-1\",\"devid\":0,"
		"\"state\":\"live\",\"base\":33554432,\"irq\":33,"
		"\"camera\":\"rear\"}],"
		"\"sessions\":[{\"serial\":1,\"domid\":1,\"guest\":\"guest-1\","
		"\"devid\":0,\"camera\":\"rear\",\"age\":0}],"
		"\"cameras\":[{\"name\":\"rear\",\"source\":\"\\/dev\\/video0\","
		"\"present\":true,\"card\":\"Rear\",\"state\":\"running\","
		"\"pid\":1001,\"sessions\":1},{\"name\":\"left\","
		"\"source\":\"pattern:64x48\",\"present\":false,\"card\":\"\","
		"\"state\":\"running\",\"pid\":1002,\"sessions\":0}]}");
	json_object_put(report);
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(a_new_device_is_attached),
		flow_test(limits_are_told_before_the_first_device),
		flow_test(a_live_device_is_recorded_and_then_connected),
		flow_test(one_process_serves_all_devices_of_a_guest),
		flow_test(devices_get_the_cameras_in_order),
		flow_test(an_unlisted_domain_has_devices_without_cameras),
		flow_test(a_guest_learns_of_its_cameras_coming_and_going),
		flow_test(a_camera_that_dies_is_started_again),
		flow_test(open_gives_each_side_an_end_of_one_socket),
		flow_test(a_camera_that_is_absent_cannot_be_opened),
		flow_test(two_guests_share_a_camera),
		flow_test(the_quota_refuses_until_a_session_is_closed),
		flow_test(a_guests_death_frees_its_quota),
		flow_test(the_node_closes_only_when_the_process_has_ended),
		flow_test(all_nodes_of_a_guest_close_once_each),
		flow_test(a_process_that_does_not_stop_is_killed),
		flow_test(a_guest_that_is_released_is_forgotten),
		flow_test(a_vanished_node_stops_the_process_and_stays_gone),
		flow_test(a_node_removed_while_it_is_closed_does_not_come_back),
		flow_test(
			a_device_unplugged_while_it_goes_live_is_not_connected),
		flow_test(a_disturbed_transaction_is_tried_again),
		flow_test(a_dying_domain_is_released_though_its_nodes_stay),
		flow_test(a_dead_process_is_started_again_by_its_record),
		flow_test(what_a_process_said_last_is_heard),
		flow_test(a_process_that_keeps_dying_is_given_up),
		flow_test(a_guest_that_was_given_up_is_destroyed_quickly),
		flow_test(
			without_ioreq_servers_nodes_close_and_nothing_is_retried),
		flow_test(a_process_that_talks_nonsense_is_killed),
		flow_test(a_guest_cannot_close_anothers_session),
		flow_test(a_successor_takes_over_by_the_record),
		flow_test(a_successor_finishes_a_removal),
		flow_test(a_closed_node_is_left_alone),
		flow_test(a_foreign_device_is_never_written),
		flow_test(a_refused_device_closes_when_xl_asks),
		flow_test(a_refused_device_does_not_shift_the_cameras),
		flow_test(an_orderly_stop_leaves_the_nodes_to_a_successor),
		flow_test(a_rebooted_guest_is_another_domain),
		flow_test(without_cameras_the_hosts_nodes_are_listed),
		flow_test(what_is_listed_is_json_for_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
