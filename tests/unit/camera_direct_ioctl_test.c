// SPDX-License-Identifier: GPL-2.0-only
/* What sessions may ask of a node that they do not share */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <vmedia/limits.h>

#include <cmocka.h>

#include "base/util.h"
#include "direct_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define SOURCE V4L2_BUF_TYPE_VIDEO_OUTPUT
#define SOURCE_MPLANE V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE

/* Those that have no tail, and are not about buffers, controls or priorities */
static const unsigned long plain[] = {
	VIDIOC_ENUM_FMT,	VIDIOC_G_FMT,
	VIDIOC_S_FMT,		VIDIOC_TRY_FMT,
	VIDIOC_G_PARM,		VIDIOC_S_PARM,
	VIDIOC_G_STD,		VIDIOC_S_STD,
	VIDIOC_ENUMSTD,		VIDIOC_QUERYSTD,
	VIDIOC_ENUM_DV_TIMINGS, VIDIOC_QUERY_DV_TIMINGS,
	VIDIOC_G_DV_TIMINGS,	VIDIOC_S_DV_TIMINGS,
	VIDIOC_DV_TIMINGS_CAP,	VIDIOC_ENUMINPUT,
	VIDIOC_G_INPUT,		VIDIOC_S_INPUT,
	VIDIOC_ENUMOUTPUT,	VIDIOC_G_OUTPUT,
	VIDIOC_S_OUTPUT,	VIDIOC_ENUMAUDIO,
	VIDIOC_G_AUDIO,		VIDIOC_S_AUDIO,
	VIDIOC_ENUMAUDOUT,	VIDIOC_G_AUDOUT,
	VIDIOC_S_AUDOUT,	VIDIOC_G_TUNER,
	VIDIOC_S_TUNER,		VIDIOC_G_MODULATOR,
	VIDIOC_S_MODULATOR,	VIDIOC_G_FREQUENCY,
	VIDIOC_S_FREQUENCY,	VIDIOC_ENUM_FREQ_BANDS,
	VIDIOC_S_HW_FREQ_SEEK,	VIDIOC_CROPCAP,
	VIDIOC_G_CROP,		VIDIOC_S_CROP,
	VIDIOC_G_SELECTION,	VIDIOC_S_SELECTION,
	VIDIOC_G_SLICED_VBI_CAP, VIDIOC_ENCODER_CMD,
	VIDIOC_TRY_ENCODER_CMD, VIDIOC_DECODER_CMD,
	VIDIOC_TRY_DECODER_CMD, VIDIOC_ENUM_FRAMESIZES,
	VIDIOC_ENUM_FRAMEINTERVALS, VIDIOC_SUBSCRIBE_EVENT,
	VIDIOC_UNSUBSCRIBE_EVENT,
};

static void every_ioctl_reaches_the_node(void **state)
{
	struct scene *scene = *state;
	uint32_t payload[128];

	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		memset(payload, 0, sizeof(payload));
		payload[0] = CAPTURE;
		assert_int_equal(client_ioctl(&scene->one, plain[i], payload),
				 0);
		assert_int_equal(scene->fake.last_request, plain[i]);
	}
}

static void the_nodes_errno_is_the_answer(void **state)
{
	struct scene *scene = *state;
	uint32_t payload[128];

	scene->fake.fail_errno = ENODATA;
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		memset(payload, 0, sizeof(payload));
		payload[0] = CAPTURE;
		scene->fake.fail_request = plain[i];
		assert_int_equal(client_ioctl(&scene->one, plain[i], payload),
				 ENODATA);
	}
}

static void what_is_not_in_the_table_never_reaches_it(void **state)
{
	static const unsigned long requests[] = {
		VIDIOC_QUERYCAP, VIDIOC_DQBUF, VIDIOC_QUERYBUF,
		VIDIOC_PREPARE_BUF, VIDIOC_EXPBUF, VIDIOC_DQEVENT,
		VIDIOC_LOG_STATUS, VIDIOC_G_FBUF, VIDIOC_OVERLAY,
	};
	struct scene *scene = *state;
	uint32_t payload[128] = { CAPTURE };

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		assert_int_equal(client_ioctl(&scene->one, requests[i],
					      payload), ENOTTY);
	assert_int_equal(scene->fake.last_request, 0);
	assert_int_equal(scene->fake.num_exports, 0);
}

/* Their formats point to memory, and it would be ours. */
static void formats_of_overlays_do_not_reach_it(void **state)
{
	static const unsigned long requests[] = {
		VIDIOC_G_FMT, VIDIOC_S_FMT, VIDIOC_TRY_FMT,
	};
	struct scene *scene = *state;
	struct v4l2_format format = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		format.type = V4L2_BUF_TYPE_VIDEO_OVERLAY;
		assert_int_equal(client_ioctl(&scene->one, requests[i],
					      &format), EINVAL);
		format.type = V4L2_BUF_TYPE_VIDEO_OUTPUT_OVERLAY;
		assert_int_equal(client_ioctl(&scene->one, requests[i],
					      &format), EINVAL);
	}
	assert_int_equal(scene->fake.last_request, 0);
}

static void read_and_write_have_no_buffers(void **state)
{
	struct v4l2_streamparm parm = { .type = SOURCE };
	struct scene *scene = *state;

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_G_PARM, &parm), 0);
	assert_int_equal(parm.parm.output.writebuffers, 0);
	parm.type = CAPTURE;
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_G_PARM, &parm), 0);
	assert_int_equal(parm.parm.capture.readbuffers, 0);
}

static void radio_data_is_promised_by_a_node_that_has_it(void **state)
{
	struct scene *scene = *state;
	struct v4l2_modulator modulator = {
		.capability = V4L2_TUNER_CAP_LOW | V4L2_TUNER_CAP_RDS,
		.txsubchans = V4L2_TUNER_SUB_MONO | V4L2_TUNER_SUB_RDS,
	};
	struct v4l2_tuner tuner = {
		.capability = V4L2_TUNER_CAP_LOW | V4L2_TUNER_CAP_RDS_BLOCK_IO,
		.rxsubchans = V4L2_TUNER_SUB_MONO | V4L2_TUNER_SUB_RDS,
	};

	scene->fake.source.identity.device_caps |= V4L2_CAP_RDS_OUTPUT;
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_G_MODULATOR,
				      &modulator), 0);
	assert_int_equal(modulator.capability,
			 V4L2_TUNER_CAP_LOW | V4L2_TUNER_CAP_RDS);
	assert_int_equal(modulator.txsubchans,
			 V4L2_TUNER_SUB_MONO | V4L2_TUNER_SUB_RDS);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_G_TUNER, &tuner), 0);
	assert_int_equal(tuner.capability, V4L2_TUNER_CAP_LOW);
	assert_int_equal(tuner.rxsubchans, V4L2_TUNER_SUB_MONO);
}

static void all_kinds_of_events_can_be_had(void **state)
{
	static const uint32_t types[] = {
		V4L2_EVENT_VSYNC, V4L2_EVENT_EOS, V4L2_EVENT_FRAME_SYNC,
		V4L2_EVENT_SOURCE_CHANGE, V4L2_EVENT_MOTION_DET,
		V4L2_EVENT_CTRL,
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct v4l2_event_subscription sub = { .type = types[i] };
		struct v4l2_event event = { .type = types[i] };

		assert_int_equal(client_ioctl(&scene->one,
					      VIDIOC_SUBSCRIBE_EVENT, &sub), 0);
		direct_fake_send_event(&scene->fake, 0, &event);
		client_pump(&scene->one);
		assert_int_equal(scene->one.events, i + 1);
		assert_int_equal(scene->one.event.type, types[i]);
	}
	assert_int_equal(scene->two.events, 0);
}

static int set_brightness(struct camera_client *client)
{
	struct v4l2_control control = { .id = FAKE_BRIGHTNESS, .value = 3 };

	return client_ioctl(client, VIDIOC_S_CTRL, &control);
}

static void each_session_of_a_codec_sets_its_own_controls(void **state)
{
	struct scene *scene = *state;

	scene->fake.ctrls = &scene->ctrls;
	assert_int_equal(set_brightness(&scene->one), 0);
	assert_int_equal(set_brightness(&scene->two), 0);
}

static void controls_that_are_everybodys_are_the_primarys_to_set(void **state)
{
	struct scene *scene = *state;

	scene->fake.ctrls = &scene->ctrls;
	assert_int_equal(set_brightness(&scene->one), 0);
	assert_int_equal(set_brightness(&scene->two), EACCES);
}

static int set_priority(struct camera_client *client, uint32_t priority)
{
	return client_ioctl(client, VIDIOC_S_PRIORITY, &priority);
}

static int set_format(struct camera_client *client)
{
	struct v4l2_format format = { .type = SOURCE };

	return client_ioctl(client, VIDIOC_S_FMT, &format);
}

static void a_priority_at_a_codec_counts_for_its_own_guest(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(set_priority(&scene->one, V4L2_PRIORITY_RECORD), 0);
	assert_int_equal(set_format(&scene->two), 0);
	/* The host's kernel, which would tell all of them, is not told. */
	assert_int_not_equal(scene->fake.last_request, VIDIOC_S_PRIORITY);
}

static void a_priority_of_the_primarys_counts_for_all_elsewhere(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(set_priority(&scene->one, V4L2_PRIORITY_RECORD), 0);
	assert_int_equal(set_format(&scene->two), EBUSY);
}

static void edid_blocks_go_there_and_come_back(void **state)
{
	uint8_t blocks[2 * 128];
	struct v4l2_edid edid = { .blocks = 2, .edid = (void *)0xdeadbeef };
	struct scene *scene = *state;

	memset(blocks, 7, sizeof(blocks));
	assert_int_equal(client_ioctl_tail(&scene->one, VIDIOC_S_EDID, &edid,
					   blocks, sizeof(blocks)), 0);
	assert_null(edid.edid);
	assert_int_equal(blocks[255], 7);
	assert_int_equal(scene->fake.last_request, VIDIOC_S_EDID);
}

static void an_edid_that_is_refused_comes_back_too(void **state)
{
	uint8_t blocks[128] = { 0 };
	struct v4l2_edid edid = { .blocks = 1 };
	struct scene *scene = *state;

	scene->fake.fail_request = VIDIOC_S_EDID;
	scene->fake.fail_errno = E2BIG;
	assert_int_equal(client_ioctl_tail(&scene->one, VIDIOC_S_EDID, &edid,
					   blocks, sizeof(blocks)), E2BIG);
	assert_int_equal(edid.blocks, 1);
}

static void an_edid_without_blocks_only_asks(void **state)
{
	struct v4l2_edid edid = { .pad = 1 };
	struct scene *scene = *state;

	assert_int_equal(client_ioctl_tail(&scene->one, VIDIOC_G_EDID, &edid,
					   NULL, 0), 0);
	assert_int_equal(scene->fake.last_request, VIDIOC_G_EDID);
}

/* Each of these is a message that no honest process sends. */

static void assert_thrown_out(struct scene *scene, int answer)
{
	assert_int_equal(answer, -1);
	client_pump(&scene->one);
	assert_int_equal(scene->one.error, EPROTO);
	assert_true(scene->one.closed);
	assert_false(scene->two.closed);
}

static void blocks_that_are_not_there_end_the_session(void **state)
{
	uint8_t blocks[256] = { 0 };
	struct v4l2_edid edid = { .blocks = 2 };
	struct scene *scene = *state;

	assert_thrown_out(scene,
			  client_ioctl_tail(&scene->one, VIDIOC_S_EDID, &edid,
					    blocks, 255));
}

static void more_blocks_than_there_can_be_end_the_session(void **state)
{
	static uint8_t blocks[(VMEDIA_MAX_EDID_BLOCKS + 1) * 128];
	struct v4l2_edid edid = { .blocks = VMEDIA_MAX_EDID_BLOCKS + 1 };
	struct scene *scene = *state;

	assert_thrown_out(scene,
			  client_ioctl_tail(&scene->one, VIDIOC_S_EDID, &edid,
					    blocks, sizeof(blocks)));
}

static void blocks_that_wrap_end_the_session(void **state)
{
	struct v4l2_edid edid = { .blocks = 0x02000000 };
	struct scene *scene = *state;

	assert_thrown_out(scene, client_ioctl_tail(&scene->one, VIDIOC_G_EDID,
						   &edid, NULL, 0));
}

static void planes_that_are_not_there_end_the_session(void **state)
{
	struct v4l2_plane planes[2] = { 0 };
	struct v4l2_buffer buffer = { .type = SOURCE_MPLANE, .length = 2 };
	struct scene *scene = *state;

	assert_thrown_out(scene,
			  client_ioctl_tail(&scene->one, VIDIOC_QBUF, &buffer,
					    planes, sizeof(planes) - 1));
}

static void more_planes_than_there_can_be_end_the_session(void **state)
{
	struct v4l2_plane planes[9] = { 0 };
	struct v4l2_buffer buffer = { .type = SOURCE_MPLANE, .length = 9 };
	struct scene *scene = *state;

	assert_thrown_out(scene,
			  client_ioctl_tail(&scene->one, VIDIOC_QBUF, &buffer,
					    planes, sizeof(planes)));
}

static void planes_of_a_single_planar_buffer_end_the_session(void **state)
{
	struct v4l2_plane plane = { 0 };
	struct v4l2_buffer buffer = { .type = SOURCE, .length = 1 };
	struct scene *scene = *state;

	assert_thrown_out(scene,
			  client_ioctl_tail(&scene->one, VIDIOC_QBUF, &buffer,
					    &plane, sizeof(plane)));
}

static void a_release_ends_the_session(void **state)
{
	struct session_frame frame = { 0 };
	struct scene *scene = *state;

	client_release(&scene->one, &frame);
	assert_thrown_out(scene, -1);
}

static unsigned long any_request(void)
{
	static const unsigned long others[] = {
		VIDIOC_REQBUFS, VIDIOC_CREATE_BUFS, VIDIOC_QBUF,
		VIDIOC_STREAMON, VIDIOC_STREAMOFF, VIDIOC_G_EDID,
		VIDIOC_S_PRIORITY, VIDIOC_S_EXT_CTRLS, VIDIOC_S_CTRL,
	};

	return rand() % 4 ? others[rand() % ARRAY_SIZE(others)] :
			    plain[rand() % ARRAY_SIZE(plain)];
}

/* Ioctls with the length that they have, and anything in them */
static void random_ioctls_hurt_nobody_else(void **state)
{
	struct {
		struct session_ioctl request;
		uint32_t data[128];
	} message;
	struct scene *scene = *state;
	struct camera_state told;

	srand(1);
	for (int i = 0; i < 5000; i++) {
		const unsigned long request = any_request();

		message.request = (struct session_ioctl){
			.hdr.type = SESSION_IOCTL,
			.nr = _IOC_NR(request),
			.len = _IOC_SIZE(request),
		};
		for (size_t j = 0; j < ARRAY_SIZE(message.data); j++)
			message.data[j] = rand() % (rand() % 8 ? 8 : RAND_MAX);
		client_send(&scene->one, &message,
			    sizeof(message.request) + message.request.len);
		direct_fake_poll(&scene->fake);
		if (!scene->one.closed)
			continue;
		client_close(&scene->one);
		client_open(&scene->one, &scene->world, 2);
		/* vmediad reads what it is told. */
		while (world_state(&scene->world, &told))
			;
	}
	assert_int_equal(set_format(&scene->two), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CODEC(every_ioctl_reaches_the_node),
		CODEC(the_nodes_errno_is_the_answer),
		CODEC(what_is_not_in_the_table_never_reaches_it),
		CODEC(formats_of_overlays_do_not_reach_it),
		CODEC(read_and_write_have_no_buffers),
		OUTPUT(radio_data_is_promised_by_a_node_that_has_it),
		CODEC(all_kinds_of_events_can_be_had),
		CODEC(each_session_of_a_codec_sets_its_own_controls),
		OUTPUT(controls_that_are_everybodys_are_the_primarys_to_set),
		CODEC(a_priority_at_a_codec_counts_for_its_own_guest),
		OUTPUT(a_priority_of_the_primarys_counts_for_all_elsewhere),
		CODEC(edid_blocks_go_there_and_come_back),
		CODEC(an_edid_that_is_refused_comes_back_too),
		CODEC(an_edid_without_blocks_only_asks),
		CODEC(blocks_that_are_not_there_end_the_session),
		CODEC(more_blocks_than_there_can_be_end_the_session),
		CODEC(blocks_that_wrap_end_the_session),
		MULTIPLANAR(planes_that_are_not_there_end_the_session),
		MULTIPLANAR(more_planes_than_there_can_be_end_the_session),
		CODEC(planes_of_a_single_planar_buffer_end_the_session),
		CODEC(a_release_ends_the_session),
		CODEC(random_ioctls_hurt_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
