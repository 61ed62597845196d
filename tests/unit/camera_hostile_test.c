// SPDX-License-Identifier: GPL-2.0-only
/* Controls, whose length a session chooses, and what no honest one sends */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vmedia/limits.h>

#include <cmocka.h>

#include "pair_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define CTRL_POINTER 0x00a00001
#define CTRL_PLAIN 0x00980900

static int setup(void **state)
{
	struct scene *scene;

	scene_setup(state);
	scene = *state;
	scene->fake.pointer_ctrl = CTRL_POINTER;
	return 0;
}

static int set_size(struct camera_client *client, unsigned long request,
		    unsigned int width, unsigned int *got)
{
	struct v4l2_format format = {
		.type = CAPTURE,
		.fmt.pix = {
			.width = width,
			.height = 4,
			.pixelformat = V4L2_PIX_FMT_YUYV,
			.field = V4L2_FIELD_NONE,
		},
	};
	int ret;

	ret = client_ioctl(client, request, &format);
	*got = format.fmt.pix.width;
	return ret;
}

/* An ext controls ioctl, laid out by hand */
struct ctrls_message {
	struct session_ioctl request;
	struct v4l2_ext_controls payload;
	uint8_t tail[70 * 1024];
};

static struct ctrls_message *ctrls_message(unsigned int count)
{
	struct ctrls_message *message = calloc(1, sizeof(*message));

	message->request.hdr.type = SESSION_IOCTL;
	message->request.nr = _IOC_NR(VIDIOC_S_EXT_CTRLS);
	message->request.len = sizeof(message->payload);
	message->payload.count = count;
	message->payload.controls = (void *)0xdeadbeef;
	return message;
}

static struct v4l2_ext_control *ctrls_of(struct ctrls_message *message)
{
	return (struct v4l2_ext_control *)message->tail;
}

static const struct session_reply *send_ctrls(struct camera_client *client,
					      struct ctrls_message *message,
					      size_t tail_len)
{
	unsigned int replies = client->replies;

	client_send(client, message,
		    offsetof(struct ctrls_message, tail) + tail_len);
	free(message);
	return client->replies > replies ? (const void *)client->reply : NULL;
}

static void a_plain_control_is_passed_and_comes_back(void **state)
{
	struct scene *scene = *state;
	struct ctrls_message *message = ctrls_message(1);
	const struct session_reply *reply;
	const struct v4l2_ext_controls *payload;
	const struct v4l2_ext_control *control;

	ctrls_of(message)->id = CTRL_PLAIN;
	ctrls_of(message)->value = 5;
	reply = send_ctrls(&scene->one, message, 20);
	assert_non_null(reply);
	assert_int_equal(reply->error, 0);
	assert_int_equal(reply->len, sizeof(*payload));
	payload = (const void *)(reply + 1);
	control = (const void *)(payload + 1);
	assert_null(payload->controls);
	assert_int_equal(scene->fake.last_ctrls[0].value, 5);
	assert_int_equal(control->value, 77);
}

static void a_pointer_control_takes_its_data_along(void **state)
{
	struct scene *scene = *state;
	struct ctrls_message *message = ctrls_message(2);
	struct v4l2_ext_control *controls = ctrls_of(message);
	const struct session_reply *reply;
	const struct v4l2_ext_control *answered;

	controls[0].id = CTRL_PLAIN;
	controls[0].value = 5;
	controls[1].id = CTRL_POINTER;
	controls[1].size = 6;
	memcpy(controls + 2, "hello", 6);
	reply = send_ctrls(&scene->one, message, 2 * 20 + 6);
	assert_non_null(reply);
	assert_memory_equal(scene->fake.last_data, "hello", 6);

	assert_int_equal(scene->one.reply_len, 16 + 32 + 2 * 20 + 6);
	answered = (const void *)(scene->one.reply + 16 + 32);
	assert_int_equal(answered[1].size, 6);
	assert_memory_equal(answered + 2, "kkkkkk", 6);
	/* Where our memory is, is nobody's business. */
	assert_null(answered[1].ptr);
}

static void a_size_does_not_make_a_control_a_pointer(void **state)
{
	struct scene *scene = *state;
	struct ctrls_message *message = ctrls_message(1);
	const struct v4l2_ext_control *answered;

	ctrls_of(message)->id = CTRL_PLAIN;
	ctrls_of(message)->size = 8;
	ctrls_of(message)->value = 5;
	assert_non_null(send_ctrls(&scene->one, message, 20 + 8));
	assert_int_equal(scene->fake.last_ctrls[0].value, 5);
	answered = (const void *)(scene->one.reply + 16 + 32);
	assert_int_equal(answered->size, 8);
	assert_int_equal(answered->value, 77);
}

static void controls_come_back_from_a_failure(void **state)
{
	struct scene *scene = *state;
	struct ctrls_message *message = ctrls_message(1);
	const struct session_reply *reply;
	const struct v4l2_ext_controls *payload;

	scene->fake.fail_ioctl = ERANGE;
	ctrls_of(message)->id = CTRL_PLAIN;
	reply = send_ctrls(&scene->one, message, 20);
	assert_non_null(reply);
	assert_int_equal(reply->error, ERANGE);
	payload = (const void *)(reply + 1);
	assert_int_equal(payload->error_idx, 1);
}

static void no_control_at_all_is_fine(void **state)
{
	struct scene *scene = *state;
	const struct session_reply *reply;

	reply = send_ctrls(&scene->one, ctrls_message(0), 0);
	assert_non_null(reply);
	assert_int_equal(reply->error, 0);
}

static void requests_do_not_cross(void **state)
{
	struct scene *scene = *state;
	struct ctrls_message *message = ctrls_message(1);
	const struct session_reply *reply;
	const struct v4l2_ext_controls *payload;

	message->payload.which = V4L2_CTRL_WHICH_REQUEST_VAL;
	message->payload.request_fd = 5;
	ctrls_of(message)->id = CTRL_PLAIN;
	reply = send_ctrls(&scene->one, message, 20);
	assert_non_null(reply);
	assert_int_equal(reply->error, EINVAL);
	payload = (const void *)(reply + 1);
	assert_null(payload->controls);
	assert_int_equal(scene->fake.last_ctrls[0].id, 0);
}

/* Each of these is a message that no honest process sends. */

static void assert_thrown_out(struct scene *scene)
{
	unsigned int got;

	client_pump(&scene->one);
	assert_int_equal(scene->one.error, EPROTO);
	assert_true(scene->one.closed);
	/* The other one lives. */
	assert_int_equal(set_size(&scene->two, VIDIOC_S_FMT, 128, &got), 0);
}

static void controls_shorter_than_announced_end_the_session(void **state)
{
	struct scene *scene = *state;

	send_ctrls(&scene->one, ctrls_message(3), 59);
	assert_thrown_out(scene);
}

static void controls_longer_than_announced_end_the_session(void **state)
{
	struct scene *scene = *state;

	send_ctrls(&scene->one, ctrls_message(3), 61);
	assert_thrown_out(scene);
}

static void too_many_controls_end_the_session(void **state)
{
	struct scene *scene = *state;

	send_ctrls(&scene->one, ctrls_message(VMEDIA_MAX_EXT_CTRLS + 1),
		   (VMEDIA_MAX_EXT_CTRLS + 1) * 20);
	assert_thrown_out(scene);
}

static void a_count_that_wraps_ends_the_session(void **state)
{
	struct scene *scene = *state;

	send_ctrls(&scene->one, ctrls_message(0xffffffff), 0);
	assert_thrown_out(scene);
}

static void sizes_that_wrap_end_the_session(void **state)
{
	struct scene *scene = *state;
	struct ctrls_message *message = ctrls_message(3);

	for (int i = 0; i < 3; i++) {
		ctrls_of(message)[i].id = CTRL_POINTER;
		ctrls_of(message)[i].size = i ? 0x80000000 : 4;
	}
	send_ctrls(&scene->one, message, 3 * 20 + 4);
	assert_thrown_out(scene);
}

static void too_many_bytes_end_the_session(void **state)
{
	struct scene *scene = *state;
	struct ctrls_message *message = ctrls_message(1);

	ctrls_of(message)->id = CTRL_POINTER;
	ctrls_of(message)->size = VMEDIA_MAX_CTRL_BYTES + 1;
	send_ctrls(&scene->one, message, 20 + VMEDIA_MAX_CTRL_BYTES + 1);
	assert_thrown_out(scene);
}

static void the_most_bytes_are_taken(void **state)
{
	struct scene *scene = *state;
	struct ctrls_message *message = ctrls_message(1);

	ctrls_of(message)->id = CTRL_POINTER;
	ctrls_of(message)->size = VMEDIA_MAX_CTRL_BYTES;
	assert_non_null(send_ctrls(&scene->one, message,
				   20 + VMEDIA_MAX_CTRL_BYTES));
}

static void an_unknown_message_ends_the_session(void **state)
{
	struct scene *scene = *state;
	struct session_header hdr = { .type = SESSION_FRAME };

	client_send(&scene->one, &hdr, sizeof(hdr));
	assert_thrown_out(scene);
}

static void half_a_header_ends_the_session(void **state)
{
	struct scene *scene = *state;

	client_send(&scene->one, "abc", 3);
	assert_thrown_out(scene);
}

static void half_an_ioctl_ends_the_session(void **state)
{
	struct scene *scene = *state;
	struct session_ioctl request = { .hdr.type = SESSION_IOCTL };

	client_send(&scene->one, &request, sizeof(request) - 1);
	assert_thrown_out(scene);
}

static void send_payload(struct camera_client *client, uint32_t len,
			 size_t real)
{
	struct {
		struct session_ioctl request;
		uint8_t payload[512];
	} message = {
		.request.hdr.type = SESSION_IOCTL,
		.request.nr = _IOC_NR(VIDIOC_G_FMT),
		.request.len = len,
	};

	client_send(client, &message, sizeof(message.request) + real);
}

static void a_payload_of_another_length_ends_the_session(void **state)
{
	struct scene *scene = *state;

	send_payload(&scene->one, 207, 207);
	assert_thrown_out(scene);
}

static void a_payload_that_is_not_there_ends_the_session(void **state)
{
	struct scene *scene = *state;

	send_payload(&scene->one, 208, 207);
	assert_thrown_out(scene);
}

static void a_payload_with_more_behind_it_ends_the_session(void **state)
{
	struct scene *scene = *state;

	send_payload(&scene->one, 208, 209);
	assert_thrown_out(scene);
}

static void half_a_release_ends_the_session(void **state)
{
	struct scene *scene = *state;
	struct session_release release = { .hdr.type = SESSION_RELEASE };

	client_send(&scene->one, &release, sizeof(release) - 4);
	assert_thrown_out(scene);
}

static void a_descriptor_nobody_asked_for_ends_the_session(void **state)
{
	struct scene *scene = *state;
	struct session_release release = { .hdr.type = SESSION_RELEASE };
	struct iovec iov = { &release, sizeof(release) };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS,
				  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int fd = 0;

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(scene->one.fd, &msg, 0), sizeof(release));
	assert_thrown_out(scene);
}

static void random_messages_hurt_nobody_else(void **state)
{
	struct scene *scene = *state;
	struct camera_state told;
	uint32_t data[80];
	unsigned int got;

	srand(1);
	for (int i = 0; i < 3000; i++) {
		for (size_t j = 0; j < 80; j++)
			data[j] = rand() % (rand() % 3 ? 128 : RAND_MAX);
		data[0] = rand() % 3;
		client_send(&scene->one, data, rand() % sizeof(data) + 1);
		if (scene->one.closed) {
			client_close(&scene->one);
			client_open(&scene->one, &scene->world, 2);
			/* vmediad reads what it is told. */
			while (world_state(&scene->world, &told))
				;
		}
	}
	client_close(&scene->one);
	assert_int_equal(set_size(&scene->two, VIDIOC_S_FMT, 128, &got), 0);
}

/* It told vmediad that it is closed, and keeps the socket. */
static void a_session_that_vmediad_ends_is_over(void **state)
{
	struct scene *scene = *state;
	const struct camera_end end = {
		.hdr.type = CAMERA_END,
		.serial = scene->world.last_serial,
	};

	assert_int_equal(send(scene->world.daemon, &end, sizeof(end), 0),
			 sizeof(end));
	client_pump(&scene->two);
	client_pump(&scene->one);
	assert_true(scene->two.closed);
	assert_false(scene->one.closed);
}

#define HOSTILE(test) \
	cmocka_unit_test_setup_teardown(test, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOSTILE(a_plain_control_is_passed_and_comes_back),
		HOSTILE(a_pointer_control_takes_its_data_along),
		HOSTILE(a_size_does_not_make_a_control_a_pointer),
		HOSTILE(controls_come_back_from_a_failure),
		HOSTILE(no_control_at_all_is_fine),
		HOSTILE(requests_do_not_cross),
		HOSTILE(controls_shorter_than_announced_end_the_session),
		HOSTILE(controls_longer_than_announced_end_the_session),
		HOSTILE(too_many_controls_end_the_session),
		HOSTILE(a_count_that_wraps_ends_the_session),
		HOSTILE(sizes_that_wrap_end_the_session),
		HOSTILE(too_many_bytes_end_the_session),
		HOSTILE(the_most_bytes_are_taken),
		HOSTILE(an_unknown_message_ends_the_session),
		HOSTILE(half_a_header_ends_the_session),
		HOSTILE(half_an_ioctl_ends_the_session),
		HOSTILE(a_payload_of_another_length_ends_the_session),
		HOSTILE(a_payload_that_is_not_there_ends_the_session),
		HOSTILE(a_payload_with_more_behind_it_ends_the_session),
		HOSTILE(half_a_release_ends_the_session),
		HOSTILE(a_descriptor_nobody_asked_for_ends_the_session),
		HOSTILE(random_messages_hurt_nobody_else),
		HOSTILE(a_session_that_vmediad_ends_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
