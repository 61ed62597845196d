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

static int open_hyp(void *owner, struct guest_hyp *out)
{
	struct world *world = owner;

	out->hyp = hyp_fake_hyp(world->fake);
	out->ioreq_server = 7;
	return world->open_error;
}

static void ended(void *owner, enum guest_end how)
{
	struct world *world = owner;

	assert_int_equal(world->ended, -1);
	world->ended = how;
}

static void make_pair(int fds[2])
{
	assert_int_equal(
		socketpair(AF_UNIX,
			   SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			   fds),
		0);
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
	make_pair(fds);
	world->fake = hyp_fake_create();
	world->daemon = fds[0];
	world->ended = -1;
	world->obedient = true;
	params.base = hyp_fake_base(world->fake);
	params.link_fd = fds[1];
	assert_int_equal(guest_create(&params, &world->guest), 0);
	world_limit(world, QUOTA_STREAMS, 1);
	return world;
}

void world_tell(struct world *world, const void *message, size_t len)
{
	assert_int_equal(send(world->daemon, message, len, MSG_NOSIGNAL), len);
	world_settle(world);
}

void world_limit(struct world *world, enum quota_kind kind, uint64_t limit)
{
	struct guest_limits message = {.hdr.type = GUEST_LIMITS};

	world->limits.limit[kind] = limit;
	message.limits = world->limits;
	world_tell(world, &message, sizeof(message));
}

struct guest_attach world_device(uint32_t device_caps)
{
	return (struct guest_attach){
		.hdr.type = GUEST_ATTACH,
		.devid = 1,
		.device_id = VIRTIO_MEDIA_DEVICE_ID,
		.irq = WORLD_IRQ,
		.base = WORLD_ADDR,
		.identity =
			{
				.present = 1,
				.shared = 1,
				.device_caps = device_caps,
				.card = "fake",
			},
	};
}

void world_attach(struct world *world, uint32_t device_caps)
{
	const struct guest_attach attach = world_device(device_caps);

	world_tell(world, &attach, sizeof(attach));
}

void world_set_up_device(void **state, const struct guest_attach *attach)
{
	struct world *world = world_create(false);

	world_tell(world, attach, sizeof(*attach));
	world->driver = driver_fake_create(world->fake, WORLD_ADDR, WORLD_IRQ);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
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

/* vmediad's part: pages of the window */
static void populate(struct world *world, const struct guest_populate *question)
{
	const struct guest_populated answer = {
		.hdr.type = GUEST_POPULATED,
		.tag = question->tag,
	};

	hyp_fake_populate(world->fake, HYP_FAKE_WINDOW + question->offset,
			  question->len);
	world->populates++;
	assert_int_equal(send(world->daemon, &answer, sizeof(answer), 0),
			 sizeof(answer));
}

union daemon_message {
	struct daemon_header hdr;
	struct guest_live live;
	struct guest_open open;
	struct guest_closed closed;
	struct guest_populate populate;
};

/* Take what needs no test to answer it. Return: true if there was something. */
static bool take_news(struct world *world)
{
	union daemon_message msg;

	if (recv(world->daemon, &msg, sizeof(msg), MSG_DONTWAIT | MSG_PEEK) <=
	    0)
		return false;
	switch (msg.hdr.type) {
	case GUEST_LIVE:
		world->live++;
		world->last_live = msg.live;
		break;
	case GUEST_CLOSED:
		world->closed++;
		world->last_closed = msg.closed.serial;
		break;
	case GUEST_POPULATE:
		populate(world, &msg.populate);
		break;
	default:
		return false;
	}
	return recv(world->daemon, &msg, sizeof(msg), MSG_DONTWAIT) > 0;
}

void world_settle(struct world *world)
{
	bool busy;

	do {
		hyp_fake_settle(world->fake);
		busy = take_news(world);
		if (world->obedient)
			busy |= obey(world);
	} while (busy);
}

bool world_asked(struct world *world, struct guest_open *question)
{
	union daemon_message msg;

	world_settle(world);
	if (recv(world->daemon, &msg, sizeof(msg), MSG_DONTWAIT) <= 0)
		return false;
	assert_int_equal(msg.hdr.type, GUEST_OPEN);
	*question = msg.open;
	return true;
}

struct guest_report world_query(struct world *world,
				struct guest_session_report *sessions,
				unsigned int room, unsigned int *count)
{
	const struct daemon_query query = {.hdr.type = GUEST_QUERY, .tag = 77};
	union {
		struct daemon_header hdr;
		struct guest_session_report session;
		struct guest_report report;
	} msg;
	struct guest_open none;
	ssize_t len;

	assert_false(world_asked(world, &none));
	*count = 0;
	world_tell(world, &query, sizeof(query));
	for (;;) {
		len = recv(world->daemon, &msg, sizeof(msg), MSG_DONTWAIT);
		assert_true(len > 0);
		if (msg.hdr.type == GUEST_REPORT)
			break;
		assert_int_equal(msg.hdr.type, GUEST_SESSION_REPORT);
		assert_int_equal(len, sizeof(msg.session));
		assert_true(*count < room);
		sessions[(*count)++] = msg.session;
	}
	assert_int_equal(len, sizeof(msg.report));
	assert_int_equal(msg.report.tag, query.tag);
	return msg.report;
}

struct camera_fake *world_grant(struct world *world,
				const struct guest_open *question)
{
	struct world_session *session = &world->sessions[world->num_sessions];
	struct guest_session grant = {
		.hdr.type = GUEST_SESSION,
		.tag = question->tag,
		.serial = 1000 + world->num_sessions,
	};
	struct camera_fake link = {0};
	int fds[2];

	assert_true(world->num_sessions++ < WORLD_MAX_SESSIONS);
	make_pair(fds);
	session->serial = grant.serial;
	session->camera = camera_fake_create(fds[0]);
	link.fd = world->daemon;
	camera_fake_send(&link, &grant, sizeof(grant), &fds[1], 1);
	close(fds[1]);
	world_settle(world);
	return session->camera;
}

void world_refuse(struct world *world, const struct guest_open *question,
		  uint32_t error)
{
	const struct guest_session refusal = {
		.hdr.type = GUEST_SESSION,
		.tag = question->tag,
		.error = error,
	};

	world_tell(world, &refusal, sizeof(refusal));
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
