// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc/link.h"

struct peer {
	struct event_base *base;
	struct link *link;
	int other; /* the other end, used raw */
	unsigned int messages;
	unsigned int closed;
	size_t last_len;
	uint8_t last[LINK_MAX_MESSAGE];
	int kept_fd;
	bool keep_fd;
	bool destroy_in_message;
	bool destroy_in_closed;
	bool pause_in_message;
	bool yield_in_message;
};

static void on_message(void *owner, struct link_message *msg)
{
	struct peer *peer = owner;

	peer->messages++;
	peer->last_len = msg->len;
	memcpy(peer->last, msg->data, msg->len);
	if (peer->keep_fd && msg->nfds > 0) {
		peer->kept_fd = msg->fds[0];
		msg->fds[0] = -1;
	}
	if (peer->pause_in_message)
		link_pause(peer->link);
	if (peer->yield_in_message)
		link_yield(peer->link);
	if (peer->destroy_in_message) {
		link_destroy(peer->link);
		peer->link = NULL;
	}
}

static void on_closed(void *owner)
{
	struct peer *peer = owner;

	peer->closed++;
	if (peer->destroy_in_closed) {
		link_destroy(peer->link);
		peer->link = NULL;
	}
}

static const struct link_ops peer_ops = { on_message, on_closed };

static int setup(void **state)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	int fds[2];

	peer->kept_fd = -1;
	peer->base = event_base_new();
	if (link_pair(fds) < 0)
		return -1;
	peer->other = fds[1];
	*state = peer;
	return link_create(peer->base, fds[0], &peer_ops, peer, &peer->link);
}

static int teardown(void **state)
{
	struct peer *peer = *state;

	link_destroy(peer->link);
	if (peer->other >= 0)
		close(peer->other);
	if (peer->kept_fd >= 0)
		close(peer->kept_fd);
	event_base_free(peer->base);
	free(peer);
	return 0;
}

static void run_loop(struct peer *peer)
{
	event_base_loop(peer->base, EVLOOP_NONBLOCK);
}

static int send_text(struct peer *peer, const char *text, const int *fds,
		     unsigned int nfds)
{
	struct iovec iov = { (void *)text, strlen(text) };

	return link_send(peer->link, &iov, 1, fds, nfds);
}

static void hang_up(struct peer *peer)
{
	close(peer->other);
	peer->other = -1;
}

static void send_raw_with_fd(struct peer *peer, int fd)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space),
	};

	CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
	CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
	CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), &fd, sizeof(fd));
	assert_int_equal(sendmsg(peer->other, &msg, 0), 1);
}

static void a_message_arrives_whole(void **state)
{
	struct peer *peer = *state;

	assert_int_equal(send(peer->other, "hello", 5, 0), 5);
	run_loop(peer);
	assert_int_equal(peer->messages, 1);
	assert_int_equal(peer->last_len, 5);
	assert_memory_equal(peer->last, "hello", 5);
}

static void the_largest_message_crosses(void **state)
{
	struct peer *peer = *state;
	uint8_t *data = calloc(1, LINK_MAX_MESSAGE);
	struct iovec iov = { data, LINK_MAX_MESSAGE };

	assert_int_equal(link_send(peer->link, &iov, 1, NULL, 0), 0);
	assert_int_equal(recv(peer->other, peer->last, LINK_MAX_MESSAGE, 0),
			 LINK_MAX_MESSAGE);
	free(data);
}

static void a_message_that_is_too_large_is_refused(void **state)
{
	struct peer *peer = *state;
	struct iovec iov = { peer->last, LINK_MAX_MESSAGE };
	struct iovec two[2] = { iov, { peer->last, 1 } };

	assert_int_equal(link_send(peer->link, two, 2, NULL, 0), -EMSGSIZE);
}

static void a_peer_that_sends_too_much_is_closed(void **state)
{
	struct peer *peer = *state;
	uint8_t *data = calloc(1, LINK_MAX_MESSAGE + 1);

	assert_int_equal(send(peer->other, data, LINK_MAX_MESSAGE + 1, 0),
			 LINK_MAX_MESSAGE + 1);
	run_loop(peer);
	assert_int_equal(peer->messages, 0);
	assert_int_equal(peer->closed, 1);
	free(data);
}

static void a_descriptor_that_is_kept_stays_open(void **state)
{
	struct peer *peer = *state;

	peer->keep_fd = true;
	send_raw_with_fd(peer, STDERR_FILENO);
	run_loop(peer);
	assert_true(fcntl(peer->kept_fd, F_GETFD) >= 0);
}

static void a_descriptor_that_nobody_keeps_is_closed(void **state)
{
	struct peer *peer = *state;
	int next = dup(STDERR_FILENO);

	close(next);
	send_raw_with_fd(peer, STDERR_FILENO);
	run_loop(peer);
	assert_int_equal(peer->messages, 1);
	assert_int_equal(fcntl(next, F_GETFD), -1);
}

static void the_end_of_the_peer_is_told_once(void **state)
{
	struct peer *peer = *state;

	hang_up(peer);
	run_loop(peer);
	run_loop(peer);
	assert_int_equal(peer->closed, 1);
}

static void what_a_peer_said_before_it_left_is_heard(void **state)
{
	struct peer *peer = *state;

	/* Our unread message makes the kernel reset the socket. */
	assert_int_equal(send_text(peer, "unread", NULL, 0), 0);
	assert_int_equal(send(peer->other, "bye", 3, 0), 3);
	hang_up(peer);
	run_loop(peer);
	run_loop(peer);
	assert_int_equal(peer->messages, 1);
	assert_int_equal(peer->closed, 1);
}

static void a_slow_reader_gets_every_message_in_order(void **state)
{
	struct peer *peer = *state;
	const unsigned int count = 100;
	static uint8_t large[8192];
	struct iovec iov = { large, sizeof(large) };

	for (unsigned int i = 0; i < count; i++) {
		memcpy(large, &i, sizeof(i));
		assert_int_equal(link_send(peer->link, &iov, 1, NULL, 0), 0);
	}
	for (unsigned int i = 0; i < count; i++) {
		unsigned int number;

		run_loop(peer);
		assert_int_equal(recv(peer->other, large, sizeof(large), 0),
				 sizeof(large));
		memcpy(&number, large, sizeof(number));
		assert_int_equal(number, i);
	}
}

static void a_message_that_may_be_lost_does_not_wait(void **state)
{
	struct peer *peer = *state;
	static uint8_t large[8192];
	int err = 0;

	for (int i = 0; i < 200 && err == 0; i++)
		err = link_try_send(peer->link, large, sizeof(large), NULL, 0);
	assert_int_equal(err, -EAGAIN);
}

static void a_reader_that_never_reads_is_closed(void **state)
{
	struct peer *peer = *state;
	static uint8_t large[8192];
	struct iovec iov = { large, sizeof(large) };
	int err = 0;

	for (int i = 0; i < 10000 && err == 0; i++)
		err = link_send(peer->link, &iov, 1, NULL, 0);
	assert_int_equal(err, -EPIPE);
	assert_int_equal(peer->closed, 0);
	run_loop(peer);
	assert_int_equal(peer->closed, 1);
}

static unsigned int lines_in(int fd)
{
	unsigned int lines = 0;
	char byte;

	while (read(fd, &byte, 1) == 1)
		lines += byte == '\n';
	return lines;
}

/* A guest's process can have as many links as it may open cameras. */
static void many_that_never_read_do_not_fill_the_log(void **state)
{
	const int before = dup(STDERR_FILENO);
	int fds[2];

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	for (int i = 0; i < 60; i++) {
		a_reader_that_never_reads_is_closed(state);
		teardown(state);
		setup(state);
	}
	dup2(before, STDERR_FILENO);
	close(before);
	assert_true(lines_in(fds[0]) < 40);
	close(fds[0]);
}

static void a_reader_that_lets_descriptors_pile_up_is_closed(void **state)
{
	struct peer *peer = *state;
	struct iovec iov = { peer->last, 1 };
	static uint8_t large[8192];
	int fds[LINK_MAX_FDS];
	int sent = 0;

	for (int i = 0; i < LINK_MAX_FDS; i++)
		fds[i] = STDERR_FILENO;
	while (link_try_send(peer->link, large, sizeof(large), NULL, 0) == 0)
		;
	while (sent < 10 && link_send(peer->link, &iov, 1, fds,
				      LINK_MAX_FDS) == 0)
		sent++;
	assert_in_range(sent, 1, 9);
	run_loop(peer);
	assert_int_equal(peer->closed, 1);
}

/* Its peer reads nothing, and descriptors wait for it. */
static void pile_up(struct peer *peer)
{
	struct iovec iov = { peer->last, 1 };
	static uint8_t large[8192];
	int fds[40];

	for (int i = 0; i < 40; i++)
		fds[i] = STDERR_FILENO;
	while (link_try_send(peer->link, large, sizeof(large), NULL, 0) == 0)
		;
	link_send(peer->link, &iov, 1, fds, 40);
}

static unsigned int descriptors_left(void)
{
	unsigned int left = 0;
	int fds[256];

	while (left < 256 && (fds[left] = dup(STDERR_FILENO)) >= 0)
		left++;
	for (unsigned int i = 0; i < left; i++)
		close(fds[i]);
	return left;
}

/* A guest's process can have as many links as it may open cameras. */
static void many_that_let_descriptors_pile_up_leave_some(void **state)
{
	struct rlimit before, few;
	void *peers[8];

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 256;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(setup(&peers[i]), 0);
		pile_up(peers[i]);
	}
	assert_true(descriptors_left() > 80);
	for (int i = 0; i < 8; i++)
		teardown(&peers[i]);
	setrlimit(RLIMIT_NOFILE, &before);
}

static void a_link_may_be_destroyed_in_its_message(void **state)
{
	struct peer *peer = *state;

	peer->destroy_in_message = true;
	assert_int_equal(send(peer->other, "a", 1, 0), 1);
	assert_int_equal(send(peer->other, "b", 1, 0), 1);
	run_loop(peer);
	assert_int_equal(peer->messages, 1);
}

static void a_link_may_be_destroyed_in_closed(void **state)
{
	struct peer *peer = *state;

	peer->destroy_in_closed = true;
	hang_up(peer);
	run_loop(peer);
	assert_null(peer->link);
}

static void a_paused_link_reads_nothing_until_it_is_resumed(void **state)
{
	struct peer *peer = *state;

	link_pause(peer->link);
	assert_int_equal(send(peer->other, "a", 1, 0), 1);
	assert_int_equal(send(peer->other, "b", 1, 0), 1);
	run_loop(peer);
	assert_int_equal(peer->messages, 0);
	link_resume(peer->link);
	run_loop(peer);
	assert_int_equal(peer->messages, 2);
	assert_memory_equal(peer->last, "b", 1);
}

static void a_link_that_pauses_in_its_message_reads_no_other(void **state)
{
	struct peer *peer = *state;

	peer->pause_in_message = true;
	assert_int_equal(send(peer->other, "a", 1, 0), 1);
	assert_int_equal(send(peer->other, "b", 1, 0), 1);
	run_loop(peer);
	run_loop(peer);
	assert_int_equal(peer->messages, 1);
	link_resume(peer->link);
	run_loop(peer);
	assert_int_equal(peer->messages, 2);
}

static void a_link_that_yields_reads_a_message_a_round(void **state)
{
	struct peer *peer = *state;

	peer->yield_in_message = true;
	assert_int_equal(send(peer->other, "a", 1, 0), 1);
	assert_int_equal(send(peer->other, "b", 1, 0), 1);
	event_base_loop(peer->base, EVLOOP_ONCE);
	assert_int_equal(peer->messages, 1);
	event_base_loop(peer->base, EVLOOP_ONCE);
	assert_int_equal(peer->messages, 2);
}

static void a_paused_link_still_sends(void **state)
{
	struct peer *peer = *state;
	char data[8];

	link_pause(peer->link);
	assert_int_equal(send_text(peer, "hello", NULL, 0), 0);
	assert_int_equal(recv(peer->other, data, sizeof(data), 0), 5);
}

static void a_paused_link_has_nobody_wait_in_the_loop(void **state)
{
	struct peer *peer = *state;

	link_pause(peer->link);
	assert_int_equal(send(peer->other, "a", 1, 0), 1);
	/* 1: nothing is pending that could ever happen. */
	assert_int_equal(event_base_loop(peer->base, EVLOOP_NONBLOCK), 1);
}

static void the_end_of_a_paused_links_peer_is_told_when_it_is_resumed(
	void **state)
{
	struct peer *peer = *state;

	link_pause(peer->link);
	hang_up(peer);
	run_loop(peer);
	assert_int_equal(peer->closed, 0);
	link_resume(peer->link);
	run_loop(peer);
	assert_int_equal(peer->closed, 1);
}

static void a_paused_link_that_cannot_be_written_is_closed(void **state)
{
	struct peer *peer = *state;

	link_pause(peer->link);
	hang_up(peer);
	assert_int_equal(send_text(peer, "hello", NULL, 0), -EPIPE);
	run_loop(peer);
	run_loop(peer);
	assert_int_equal(peer->closed, 1);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_message_arrives_whole),
		STORY(the_largest_message_crosses),
		STORY(a_message_that_is_too_large_is_refused),
		STORY(a_peer_that_sends_too_much_is_closed),
		STORY(a_descriptor_that_is_kept_stays_open),
		STORY(a_descriptor_that_nobody_keeps_is_closed),
		STORY(the_end_of_the_peer_is_told_once),
		STORY(what_a_peer_said_before_it_left_is_heard),
		STORY(a_slow_reader_gets_every_message_in_order),
		STORY(a_message_that_may_be_lost_does_not_wait),
		STORY(a_reader_that_never_reads_is_closed),
		STORY(many_that_never_read_do_not_fill_the_log),
		STORY(a_reader_that_lets_descriptors_pile_up_is_closed),
		cmocka_unit_test(many_that_let_descriptors_pile_up_leave_some),
		STORY(a_link_may_be_destroyed_in_its_message),
		STORY(a_link_may_be_destroyed_in_closed),
		STORY(a_paused_link_reads_nothing_until_it_is_resumed),
		STORY(a_link_that_pauses_in_its_message_reads_no_other),
		STORY(a_link_that_yields_reads_a_message_a_round),
		STORY(a_paused_link_still_sends),
		STORY(a_paused_link_has_nobody_wait_in_the_loop),
		STORY(the_end_of_a_paused_links_peer_is_told_when_it_is_resumed),
		STORY(a_paused_link_that_cannot_be_written_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
