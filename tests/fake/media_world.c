// SPDX-License-Identifier: GPL-2.0-only
#include "media_world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "base/log.h"
#include "ipc/link.h"

static int open_hyp(void *owner, struct guest_hyp *out)
{
	struct world *world = owner;

	out->hyp = hyp_fake_hyp(world->fake);
	out->ioreq_server = 7;
	out->exporter = world->exporter;
	return world->open_error;
}

static void ended(void *owner, enum guest_end how)
{
	struct world *world = owner;

	assert_int_equal(world->ended, -1);
	world->ended = how;
}

struct world *world_create(bool restarted)
{
	struct world *world = calloc(1, sizeof(*world));
	struct guest_params params = {
		.restarted = restarted,
		.cache = 1024 * 1024,
		.open_hyp = open_hyp,
		.ended = ended,
		.owner = world,
	};
	int fds[2];

	assert_non_null(world);
	log_set_level(LOG_ERROR);
	assert_int_equal(link_pair(fds), 0);
	world->fake = hyp_fake_create();
	world->daemon = fds[0];
	world->ended = -1;
	world->exporter = -1;
	world->obedient = true;
	world->populating = true;
	params.base = hyp_fake_base(world->fake);
	params.link_fd = fds[1];
	assert_int_equal(guest_create(&params, &world->guest), 0);
	world_limit(world, QUOTA_STREAMS, 1);
	return world;
}

void world_attach(struct world *world, uint32_t device_caps)
{
	const struct guest_attach attach = world_device(device_caps);

	world_tell(world, &attach, sizeof(attach));
}

struct driver_fake *world_add_driver(struct world *world,
				     const struct guest_attach *attach)
{
	struct driver_fake *driver;

	world_tell(world, attach, sizeof(*attach));
	driver = driver_fake_create(world->fake, attach->base, attach->irq);
	driver_fake_start(driver, VIRTIO_MEDIA_NUM_QUEUES, DRIVER_FAKE_ALL);
	return driver;
}

void world_set_up_device(void **state, const struct guest_attach *attach)
{
	struct world *world = world_create(false);

	world->driver = world_add_driver(world, attach);
	*state = world;
}

static int set_up(void **state, uint32_t caps)
{
	const struct guest_attach attach =
		world_device(caps | V4L2_CAP_STREAMING);

	world_set_up_device(state, &attach);
	return 0;
}

int world_set_up(void **state)
{
	return set_up(state, V4L2_CAP_VIDEO_CAPTURE);
}

int world_set_up_multiplanar(void **state)
{
	return set_up(state, V4L2_CAP_VIDEO_CAPTURE_MPLANE);
}

int world_set_up_window(void **state)
{
	const struct guest_attach attach = world_window_device(
		1, V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING);

	world_set_up_device(state, &attach);
	return 0;
}

int world_set_up_draft(void **state)
{
	struct guest_attach attach = world_window_device(
		1, V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING);

	attach.device_id = VIRTIO_MEDIA_DRAFT_DEVICE_ID;
	world_set_up_device(state, &attach);
	return 0;
}

int world_set_up_codec(void **state)
{
	struct guest_attach attach = world_window_device(
		1, V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING);

	attach.identity.shared = 0;
	world_set_up_device(state, &attach);
	return 0;
}

int world_tear_down(void **state)
{
	struct world *world = *state;

	guest_destroy(world->guest);
	for (unsigned int i = 0; i < world->num_sessions; i++)
		camera_fake_destroy(world->sessions[i].camera);
	if (world->driver)
		driver_fake_destroy(world->driver);
	hyp_fake_destroy(world->fake);
	if (world->daemon >= 0)
		close(world->daemon);
	free(world);
	return 0;
}

/* Return: true if a camera had something to do. */
static bool obey(struct world *world)
{
	bool busy = false;

	for (unsigned int i = 0; i < world->num_sessions; i++) {
		struct camera_fake *camera = world->sessions[i].camera;

		while (camera && camera_fake_take_call(camera)) {
			camera_fake_obey(camera);
			busy = true;
		}
	}
	return busy;
}

void world_settle(struct world *world)
{
	bool busy;

	do {
		hyp_fake_settle(world->fake);
		busy = world_serve(world);
		busy |= world->obedient && obey(world);
	} while (busy);
}

uint32_t world_open(struct world *world)
{
	const struct virtio_media_cmd_open cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_OPEN),
	};
	struct world_session *session = &world->sessions[world->num_sessions];
	struct guest_open question;
	struct world_answer answer;
	uint32_t id;

	world_send(world, &cmd, sizeof(cmd),
		   sizeof(struct virtio_media_resp_open));
	assert_true(world_asked(world, &question));
	world_grant(world, &question);
	answer = world_answer(world);
	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.len, sizeof(struct virtio_media_resp_open));
	memcpy(&id, answer.payload, sizeof(id));
	session->id = le32toh(id);
	return session->id;
}

void world_close(struct world *world, uint32_t id)
{
	const struct virtio_media_cmd_close cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_CLOSE),
		.session_id = cpu_to_le32(id),
	};
	struct world_answer answer = world_command(world, &cmd, sizeof(cmd), 0);

	assert_int_equal(answer.len, 0);
}

struct camera_fake *camera_of(struct world *world, uint32_t id)
{
	for (unsigned int i = 0; i < world->num_sessions; i++) {
		if (world->sessions[i].id == id)
			return world->sessions[i].camera;
	}
	fail_msg("no session %u", id);
	return NULL;
}

struct camera_fake *world_last_camera(struct world *world)
{
	assert_true(world->num_sessions > 0);
	return world->sessions[world->num_sessions - 1].camera;
}

unsigned int world_send(struct world *world, const void *command, size_t len,
			size_t room)
{
	return driver_fake_send(world->driver, VIRTIO_MEDIA_COMMANDQ, command,
				len, room);
}

struct world_answer world_answer(struct world *world)
{
	struct world_answer answer = {.status = ~0u};
	struct driver_fake_answer used;
	uint32_t status;

	world_settle(world);
	if (!driver_fake_collect(world->driver, VIRTIO_MEDIA_COMMANDQ, &used))
		fail_msg("no answer");
	answer.len = used.len;
	if (used.len < sizeof(struct virtio_media_resp_header))
		return answer;
	memcpy(&status, used.data, sizeof(status));
	answer.status = le32toh(status);
	assert_true(used.len - 8 <= sizeof(answer.payload));
	memcpy(answer.payload, (const uint8_t *)used.data + 8, used.len - 8);
	return answer;
}

struct world_answer world_command(struct world *world, const void *command,
				  size_t len, size_t room)
{
	world_send(world, command, len, room);
	return world_answer(world);
}

unsigned int world_send_ioctl(struct world *world, uint32_t id, uint32_t nr,
			      const void *payload, size_t len, size_t room)
{
	const struct virtio_media_cmd_ioctl cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_IOCTL),
		.session_id = cpu_to_le32(id),
		.code = cpu_to_le32(nr),
	};
	uint8_t *bytes = malloc(sizeof(cmd) + len);
	unsigned int token;

	assert_non_null(bytes);
	memcpy(bytes, &cmd, sizeof(cmd));
	if (len > 0)
		memcpy(bytes + sizeof(cmd), payload, len);
	token = world_send(world, bytes, sizeof(cmd) + len, room);
	free(bytes);
	return token;
}

struct world_answer world_raw_ioctl(struct world *world, uint32_t id,
				    uint32_t nr, const void *payload,
				    size_t len, size_t room)
{
	world_send_ioctl(world, id, nr, payload, len, room);
	return world_answer(world);
}

uint32_t world_ioctl(struct world *world, uint32_t id, unsigned long request,
		     void *payload)
{
	const size_t size = _IOC_SIZE(request);
	const size_t out = _IOC_DIR(request) & _IOC_WRITE ? size : 0;
	const size_t in = _IOC_DIR(request) & _IOC_READ ? size : 0;
	struct world_answer answer;

	answer = world_raw_ioctl(world, id, _IOC_NR(request), payload, out,
				 8 + in);
	if (in > 0 && answer.len == 8 + in)
		memcpy(payload, answer.payload, in);
	return answer.status;
}

uint32_t world_reqbufs(struct world *world, uint32_t id, uint32_t *count)
{
	struct v4l2_requestbuffers request = {
		.count = *count,
		.type = camera_of(world, id)->format.type,
		.memory = V4L2_MEMORY_USERPTR,
	};
	const uint32_t status =
		world_ioctl(world, id, VIDIOC_REQBUFS, &request);

	*count = request.count;
	return status;
}

uint32_t world_qbuf_pieces(struct world *world, uint32_t id, uint32_t index,
			   uint32_t length,
			   const struct virtio_media_sg_entry *pieces,
			   unsigned int count)
{
	const struct v4l2_buffer buffer = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
		.m.userptr = 0x7f0012345000,
		.length = length,
	};
	const size_t len = sizeof(buffer) + count * sizeof(*pieces);
	uint8_t *bytes = malloc(len);
	struct world_answer answer;

	assert_non_null(bytes);
	memcpy(bytes, &buffer, sizeof(buffer));
	memcpy(bytes + sizeof(buffer), pieces, count * sizeof(*pieces));
	answer = world_raw_ioctl(world, id, _IOC_NR(VIDIOC_QBUF), bytes, len,
				 8 + sizeof(buffer));
	free(bytes);
	return answer.status;
}

uint32_t world_qbuf(struct world *world, uint32_t id, uint32_t index,
		    uint32_t length, uint64_t gpa)
{
	const struct virtio_media_sg_entry piece = {
		.start = cpu_to_le64(gpa),
		.len = cpu_to_le32(length),
	};

	return world_qbuf_pieces(world, id, index, length, &piece, 1);
}

void world_stream(struct world *world, uint32_t id, unsigned int num_buffers,
		  unsigned int num_slots)
{
	uint32_t count = num_buffers;

	assert_int_equal(world_reqbufs(world, id, &count), 0);
	assert_int_equal(count, num_buffers);
	camera_fake_send_slots(camera_of(world, id), 1, num_slots);
	assert_int_equal(world_stream_on(world, id), 0);
}

uint32_t world_stream_on(struct world *world, uint32_t id)
{
	int type = camera_of(world, id)->format.type;

	return world_ioctl(world, id, VIDIOC_STREAMON, &type);
}

uint32_t world_stream_off(struct world *world, uint32_t id)
{
	int type = camera_of(world, id)->format.type;

	return world_ioctl(world, id, VIDIOC_STREAMOFF, &type);
}

void world_post(struct world *world, unsigned int count)
{
	while (count-- > 0)
		driver_fake_post(world->driver, VIRTIO_MEDIA_EVENTQ,
				 sizeof(union world_event));
	world_settle(world);
}

bool world_event(struct world *world, union world_event *event, uint32_t *len)
{
	struct driver_fake_answer used;

	world_settle(world);
	if (!driver_fake_collect(world->driver, VIRTIO_MEDIA_EVENTQ, &used))
		return false;
	assert_true(used.len <= sizeof(*event));
	memset(event, 0, sizeof(*event));
	memcpy(event, used.data, used.len);
	*len = used.len;
	return true;
}

void world_assert_no_event(struct world *world)
{
	union world_event event;
	uint32_t len;

	assert_false(world_event(world, &event, &len));
}

uint32_t world_error(struct world *world, uint32_t id)
{
	union world_event event;
	uint32_t len;

	assert_true(world_event(world, &event, &len));
	assert_int_equal(len, sizeof(event.error));
	assert_int_equal(le32_to_cpu(event.hdr.event), VIRTIO_MEDIA_EVT_ERROR);
	assert_int_equal(le32_to_cpu(event.hdr.session_id), id);
	return le32_to_cpu(event.error.error);
}

struct virtio_media_event_dqbuf world_dequeued(struct world *world, uint32_t id)
{
	union world_event event;
	uint32_t len;

	if (!world_event(world, &event, &len))
		fail_msg("no event");
	assert_int_equal(len, sizeof(event.dqbuf));
	assert_int_equal(le32_to_cpu(event.hdr.event), VIRTIO_MEDIA_EVT_DQBUF);
	assert_int_equal(le32_to_cpu(event.hdr.session_id), id);
	return event.dqbuf;
}

uint64_t world_alloc_buffer(struct world *world)
{
	return hyp_fake_alloc(world->fake, 0, WORLD_FRAME_LEN);
}

uint32_t world_stream_with_a_buffer(struct world *world, uint64_t *gpa)
{
	const uint32_t id = world_open(world);

	*gpa = world_alloc_buffer(world);
	world_stream(world, id, 2, 4);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, *gpa), 0);
	world_post(world, 4);
	return id;
}
