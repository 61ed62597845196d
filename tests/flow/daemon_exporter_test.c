// SPDX-License-Identifier: GPL-2.0-only
/* By what slots were granted, and how long that is kept for a guest. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon_bench.h"

/* What is gntdev to vmediad; nothing else of this program has it open. */
#define GNTDEV "/dev/zero"

static void send_file(struct bench *bench, const char *path)
{
	const struct daemon_header message = { .type = GUEST_EXPORTER };
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	fake_child_send_fds(bench_guest(1), &message, sizeof(message), &fd, 1);
	close(fd);
	bench_settle(bench);
}

/* Domain 1 has a device, and its process has said by what it grants. */
static void start(struct bench *bench)
{
	bench_start_with_guests(bench, 1);
	bench->broker->guests.exporters.path = GNTDEV;
	send_file(bench, GNTDEV);
}

static unsigned int count_kept(void)
{
	struct stat gntdev, info;
	unsigned int count = 0;

	assert_int_equal(stat(GNTDEV, &gntdev), 0);
	for (int fd = 0; fd < 256; fd++) {
		count += fstat(fd, &info) == 0 && S_ISCHR(info.st_mode) &&
			 info.st_rdev == gntdev.st_rdev;
	}
	return count;
}

/* xl destroys domain 1: its device goes, and vmediad lets go of it. */
static void take_device_down(struct bench *bench)
{
	struct child *child = bench_guest(1);

	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_child_end(child, 0);
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void it_is_kept_until_the_domain_is_gone(void **state)
{
	struct bench *bench = *state;

	start(bench);
	take_device_down(bench);
	assert_int_equal(count_kept(), 1);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	assert_int_equal(count_kept(), 1);
	fake_xs_domain(1, false);
	bench_settle(bench);
	assert_int_equal(count_kept(), 0);
}

static void it_is_not_kept_when_the_domain_went_first(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	start(bench);
	child = bench_guest(1);
	fake_xs_domain(1, false);
	bench_settle(bench);
	fake_child_end(child, 0);
	bench_settle(bench);
	assert_int_equal(count_kept(), 0);
}

/* Who may be able to let go still gets its memory back, slowly. */
static void it_is_not_kept_of_a_process_that_dies(void **state)
{
	struct bench *bench = *state;

	start(bench);
	bench_guest_dies(bench, 1);
	assert_int_equal(count_kept(), 0);
}

static void nothing_is_kept_when_vmediad_ends(void **state)
{
	struct bench *bench = *state;

	start(bench);
	take_device_down(bench);
	bench_kill(bench);
	assert_int_equal(count_kept(), 0);
}

static void a_process_that_has_another_file_kept_is_killed(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench->broker->guests.exporters.path = GNTDEV;
	send_file(bench, "/dev/null");
	assert_true(fake_child_killed(bench_guest(1)));
}

static void a_process_that_has_two_kept_is_killed(void **state)
{
	struct bench *bench = *state;

	start(bench);
	assert_false(fake_child_killed(bench_guest(1)));
	send_file(bench, GNTDEV);
	assert_true(fake_child_killed(bench_guest(1)));
	assert_int_equal(count_kept(), 1);
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(it_is_kept_until_the_domain_is_gone),
		flow_test(it_is_not_kept_when_the_domain_went_first),
		flow_test(it_is_not_kept_of_a_process_that_dies),
		flow_test(nothing_is_kept_when_vmediad_ends),
		flow_test(a_process_that_has_another_file_kept_is_killed),
		flow_test(a_process_that_has_two_kept_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
