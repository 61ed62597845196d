// SPDX-License-Identifier: GPL-2.0-only
/* hyp/xen*: what a guest's vCPU waits for comes, whatever happens. */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hyp/hyp.h"
#include "hyp/xen.h"
#include "xenlibs_fake.h"

struct fixture {
	struct event_base *base;
	struct hyp *hyp;
	struct hyp_access last; /* as it came */
	unsigned int accesses;
	unsigned int state; /* of vCPU 0's slot meanwhile */
	unsigned int invalidations;
	uint64_t answer;
};

static void on_access(void *owner, struct hyp_access *access)
{
	struct fixture *f = owner;

	f->last = *access;
	f->accesses++;
	f->state = xenlibs_fake.slots[0].state;
	if (!access->write)
		access->data = f->answer;
}

static void on_invalidated(void *owner)
{
	struct fixture *f = owner;

	f->invalidations++;
}

static const struct hyp_listener listener = {
	.access = on_access,
	.invalidated = on_invalidated,
};

static int open_hyp(struct fixture *f, bool attach)
{
	const struct hyp_xen_params params = {
		.domid = XENLIBS_DOMID,
		.attach = attach,
		.ioreq_server = XENLIBS_SERVER,
	};
	int ret;

	ret = hyp_xen_open(f->base, &params, &f->hyp);
	if (ret == 0)
		hyp_listen(f->hyp, &listener, f);
	return ret;
}

static void run(struct fixture *f)
{
	event_base_loop(f->base, EVLOOP_NONBLOCK);
}

static int set_up_closed(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	xenlibs_fake_reset();
	f.base = event_base_new();
	*state = &f;
	return 0;
}

static int set_up(void **state)
{
	set_up_closed(state);
	assert_int_equal(open_hyp(*state, false), 0);
	run(*state);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	hyp_xen_close(f->hyp, true);
	event_base_free(f->base);
	assert_int_equal(xenlibs_fake.handles, 0);
	assert_int_equal(xenlibs_fake.bound, 0);
	assert_false(xenlibs_fake.slots_mapped);
	return 0;
}

static const struct ioreq a_read = {
	.addr = 0x2000004,
	.size = 4,
	.count = 1,
	.dir = IOREQ_READ,
	.type = IOREQ_TYPE_COPY,
};

static const struct ioreq a_write = {
	.addr = 0x2000070,
	.size = 2,
	.count = 1,
	.dir = IOREQ_WRITE,
	.type = IOREQ_TYPE_COPY,
	.data = 0xffff1234,
};

static void assert_answered(unsigned int vcpu)
{
	assert_int_equal(xenlibs_fake.slots[vcpu].state, STATE_IORESP_READY);
	assert_int_equal(xenlibs_fake.notified[vcpu], 1);
}

static void what_an_answer_takes_is_counted(void **state)
{
	struct fixture *f = *state;
	uint64_t before = f->hyp->counts.calls;

	xenlibs_fake_request(1, &a_read);
	run(f);
	/* Unmask the event channel, then notify */
	assert_int_equal(f->hyp->counts.calls - before, 2);
}

static void a_read_is_answered(void **state)
{
	struct fixture *f = *state;

	f->answer = 0xffffffff00000002;
	xenlibs_fake_request(1, &a_read);
	run(f);
	assert_answered(1);
	assert_int_equal(f->last.addr, 0x2000004);
	assert_int_equal(xenlibs_fake.slots[1].data, 2);
}

static void a_write_arrives_with_the_bytes_that_were_written(void **state)
{
	struct fixture *f = *state;

	xenlibs_fake_request(0, &a_write);
	run(f);
	assert_answered(0);
	assert_true(f->last.write);
	assert_int_equal(f->last.size, 2);
	assert_int_equal(f->last.data, 0x1234);
}

static void a_request_is_in_process_until_it_is_answered(void **state)
{
	struct fixture *f = *state;

	xenlibs_fake_request(0, &a_read);
	run(f);
	assert_int_equal(f->state, STATE_IOREQ_INPROCESS);
}

static void an_event_that_cannot_be_taken_is_tried_again(void **state)
{
	struct fixture *f = *state;

	xenlibs_fake.fail_call = xenlibs_fake.calls + 1;
	xenlibs_fake.fail_errno = EIO;
	xenlibs_fake_request(0, &a_read);
	run(f);
	assert_answered(0);
}

static void every_vcpu_is_answered(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < XENLIBS_VCPUS; i++)
		xenlibs_fake_request(i, &a_read);
	run(f);
	for (unsigned int i = 0; i < XENLIBS_VCPUS; i++)
		assert_answered(i);
}

static void an_event_without_a_request_is_ignored(void **state)
{
	struct fixture *f = *state;
	const unsigned int unmasked = xenlibs_fake.unmasked;

	xenlibs_fake_send_event(0);
	run(f);
	assert_int_equal(f->accesses, 0);
	assert_int_equal(xenlibs_fake.notified[0], 0);
	assert_int_equal(xenlibs_fake.unmasked, unmasked + 1);
}

static void a_request_at_work_is_not_answered_twice(void **state)
{
	struct fixture *f = *state;

	xenlibs_fake_request(0, &a_read);
	xenlibs_fake.slots[0].state = STATE_IOREQ_INPROCESS;
	run(f);
	assert_int_equal(f->accesses, 0);
}

static void an_invalidation_is_told_and_answered(void **state)
{
	const struct ioreq request = {
		.addr = 0xfffffffffe000000,
		.size = 4,
		.dir = IOREQ_WRITE,
		.data = UINT64_MAX,
		.type = IOREQ_TYPE_INVALIDATE,
	};
	struct fixture *f = *state;

	xenlibs_fake_request(2, &request);
	run(f);
	assert_answered(2);
	assert_int_equal(f->invalidations, 1);
	assert_int_equal(f->accesses, 0);
}

static void an_unknown_request_is_answered_with_all_ones(void **state)
{
	struct fixture *f = *state;
	struct ioreq request = a_read;

	request.type = 200;
	xenlibs_fake_request(0, &request);
	run(f);
	assert_answered(0);
	assert_int_equal(xenlibs_fake.slots[0].data, UINT64_MAX);
	assert_int_equal(f->accesses, 0);
}

static void data_by_address_is_answered_and_not_followed(void **state)
{
	struct fixture *f = *state;
	struct ioreq request = a_read;

	request.data_is_ptr = 1;
	xenlibs_fake_request(0, &request);
	run(f);
	assert_answered(0);
	assert_int_equal(f->accesses, 0);
}

static void without_a_listener_there_is_an_answer(void **state)
{
	struct fixture *f = *state;

	hyp_listen(f->hyp, NULL, NULL);
	xenlibs_fake_request(0, &a_read);
	run(f);
	assert_answered(0);
	assert_int_equal(xenlibs_fake.slots[0].data, UINT32_MAX);
}

static void poll_answers_before_the_event_is_taken(void **state)
{
	struct fixture *f = *state;
	const unsigned int unmasked = xenlibs_fake.unmasked;

	xenlibs_fake_request(0, &a_read);
	hyp_poll(f->hyp);
	assert_answered(0);
	assert_int_equal(xenlibs_fake.unmasked, unmasked);
	run(f);
	assert_int_equal(f->accesses, 1);
	assert_int_equal(xenlibs_fake.unmasked, unmasked + 1);
}

static void an_interrupt_raises_its_line(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hyp_interrupt(f->hyp, 33), 0);
	assert_int_equal(xenlibs_fake.irq, 33);
}

static void a_range_is_mapped_to_its_last_byte(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hyp_map_io(f->hyp, 0x2000000, 0x200), 0);
	assert_int_equal(xenlibs_fake.io_first, 0x2000000);
	assert_int_equal(xenlibs_fake.io_last, 0x20001ff);
}

static void a_range_of_another_is_an_error(void **state)
{
	struct fixture *f = *state;

	xenlibs_fake.fail_call = xenlibs_fake.calls + 1;
	xenlibs_fake.fail_errno = EEXIST;
	assert_int_equal(hyp_map_io(f->hyp, 0x2000000, 0x200), -EEXIST);
}

static void the_process_is_restricted_to_its_guest(void **state)
{
	assert_int_equal(xenlibs_fake.restricted, XENLIBS_DOMID);
}

static void pages_are_mapped(void **state)
{
	static const uint64_t gfns[2] = { 0x40000, 0x40001 };
	struct fixture *f = *state;
	void *pages;

	assert_int_equal(hyp_map_pages(f->hyp, gfns, 2, &pages), 0);
	assert_int_equal(xenlibs_fake.pages_mapped, 2);
	hyp_unmap_pages(f->hyp, pages, 2);
	assert_int_equal(xenlibs_fake.pages_mapped, 0);
}

static void one_bad_page_spoils_the_mapping(void **state)
{
	static const uint64_t gfns[2] = { 0x40000, 0x40001 };
	struct fixture *f = *state;
	void *pages;

	xenlibs_fake.bad_page = 1;
	assert_int_equal(hyp_map_pages(f->hyp, gfns, 2, &pages), -EFAULT);
	assert_int_equal(xenlibs_fake.pages_mapped, 0);
}

static void want_of_memory_is_told_as_such(void **state)
{
	static const uint64_t gfn = 0x40000;
	struct fixture *f = *state;
	void *pages;

	xenlibs_fake.fail_call = xenlibs_fake.calls + 1;
	xenlibs_fake.fail_errno = ENOMEM;
	assert_int_equal(hyp_map_pages(f->hyp, &gfn, 1, &pages), -ENOMEM);
}

static void a_vcpu_that_waits_is_answered_before_the_server_goes(void **state)
{
	struct fixture *f = *state;

	/* xenlibs_fake fails if it was not. */
	xenlibs_fake_request(0, &a_read);
	hyp_xen_close(f->hyp, true);
	f->hyp = NULL;
	assert_answered(0);
	assert_false(xenlibs_fake.server_exists);
}

static void a_living_guest_keeps_its_server(void **state)
{
	struct fixture *f = *state;

	hyp_xen_close(f->hyp, false);
	f->hyp = NULL;
	assert_true(xenlibs_fake.server_exists);
}

static void a_successor_answers_what_was_begun(void **state)
{
	struct fixture *f = *state;

	hyp_xen_close(f->hyp, false);
	xenlibs_fake_request(1, &a_read);
	xenlibs_fake.slots[1].state = STATE_IOREQ_INPROCESS;
	assert_int_equal(open_hyp(f, true), 0);
	run(f);
	assert_int_equal(f->accesses, 1);
	assert_answered(1);

	/* Only what the predecessor began is begun anew. */
	xenlibs_fake.slots[1].state = STATE_IOREQ_INPROCESS;
	xenlibs_fake_send_event(1);
	run(f);
	assert_int_equal(f->accesses, 1);
}

static void a_successor_answers_what_nobody_saw(void **state)
{
	struct fixture *f = *state;

	hyp_xen_close(f->hyp, false);
	xenlibs_fake_request(1, &a_read);
	assert_int_equal(open_hyp(f, true), 0);
	run(f);
	assert_answered(1);
}

static void a_successor_tells_of_an_answer_that_nobody_heard(void **state)
{
	struct fixture *f = *state;

	hyp_xen_close(f->hyp, false);
	xenlibs_fake.slots[1].state = STATE_IORESP_READY;
	assert_int_equal(open_hyp(f, true), 0);
	run(f);
	assert_int_equal(f->accesses, 0);
	assert_answered(1);
}

static void a_successor_destroys_what_it_inherits(void **state)
{
	struct fixture *f = *state;

	hyp_xen_close(f->hyp, false);
	assert_int_equal(open_hyp(f, true), 0);
	hyp_xen_close(f->hyp, true);
	f->hyp = NULL;
	assert_false(xenlibs_fake.server_exists);
}

static void a_successor_finds_its_range_mapped(void **state)
{
	struct fixture *f = *state;

	hyp_xen_close(f->hyp, false);
	assert_int_equal(open_hyp(f, true), 0);
	assert_int_equal(hyp_xen_ioreq_server(f->hyp), XENLIBS_SERVER);
	xenlibs_fake.fail_call = xenlibs_fake.calls + 1;
	xenlibs_fake.fail_errno = EEXIST;
	assert_int_equal(hyp_map_io(f->hyp, 0x2000000, 0x200), 0);
}

static void a_hypervisor_without_ioreq_servers_is_told_apart(void **state)
{
	static const int errors[] = { ENOSYS, EOPNOTSUPP };
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		/* Three handles, then the server. */
		xenlibs_fake.fail_call = xenlibs_fake.calls + 4;
		xenlibs_fake.fail_errno = errors[i];
		assert_int_equal(open_hyp(f, false), -EOPNOTSUPP);
	}
}

static void more_vcpus_than_fit_in_a_frame_are_refused(void **state)
{
	struct fixture *f = *state;

	xenlibs_fake.num_vcpus = 129;
	assert_int_equal(open_hyp(f, false), -EOVERFLOW);
}

/* tear_down() finds what the failure left behind. */
static void whatever_fails_nothing_is_left_open(void **state)
{
	struct fixture *f = *state;
	unsigned int needed;

	assert_int_equal(open_hyp(f, false), 0);
	hyp_xen_close(f->hyp, true);
	f->hyp = NULL;
	needed = xenlibs_fake.calls;
	for (unsigned int i = 1; i <= needed; i++) {
		xenlibs_fake.fail_call = xenlibs_fake.calls + i;
		xenlibs_fake.fail_errno = EPERM;
		assert_int_equal(open_hyp(f, false), -EPERM);
		assert_false(xenlibs_fake.server_exists);
		assert_int_equal(xenlibs_fake.handles, 0);
		assert_int_equal(xenlibs_fake.bound, 0);
	}
}

static void a_server_that_cannot_be_taken_over_stays(void **state)
{
	struct fixture *f = *state;

	xenlibs_fake.server_exists = true;
	/* Three handles, the number of vCPUs, then the mapping. */
	xenlibs_fake.fail_call = 5;
	xenlibs_fake.fail_errno = EPERM;
	assert_int_equal(open_hyp(f, true), -EPERM);
	assert_true(xenlibs_fake.server_exists);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_CLOSED(name) \
	cmocka_unit_test_setup_teardown(name, set_up_closed, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_read_is_answered),
		TEST(what_an_answer_takes_is_counted),
		TEST(a_write_arrives_with_the_bytes_that_were_written),
		TEST(a_request_is_in_process_until_it_is_answered),
		TEST(an_event_that_cannot_be_taken_is_tried_again),
		TEST(every_vcpu_is_answered),
		TEST(an_event_without_a_request_is_ignored),
		TEST(a_request_at_work_is_not_answered_twice),
		TEST(an_invalidation_is_told_and_answered),
		TEST(an_unknown_request_is_answered_with_all_ones),
		TEST(data_by_address_is_answered_and_not_followed),
		TEST(without_a_listener_there_is_an_answer),
		TEST(poll_answers_before_the_event_is_taken),
		TEST(an_interrupt_raises_its_line),
		TEST(a_range_is_mapped_to_its_last_byte),
		TEST(a_range_of_another_is_an_error),
		TEST(the_process_is_restricted_to_its_guest),
		TEST(pages_are_mapped),
		TEST(one_bad_page_spoils_the_mapping),
		TEST(want_of_memory_is_told_as_such),
		TEST(a_vcpu_that_waits_is_answered_before_the_server_goes),
		TEST(a_living_guest_keeps_its_server),
		TEST(a_successor_answers_what_was_begun),
		TEST(a_successor_answers_what_nobody_saw),
		TEST(a_successor_tells_of_an_answer_that_nobody_heard),
		TEST(a_successor_destroys_what_it_inherits),
		TEST(a_successor_finds_its_range_mapped),
		TEST_CLOSED(a_hypervisor_without_ioreq_servers_is_told_apart),
		TEST_CLOSED(more_vcpus_than_fit_in_a_frame_are_refused),
		TEST_CLOSED(whatever_fails_nothing_is_left_open),
		TEST_CLOSED(a_server_that_cannot_be_taken_over_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
