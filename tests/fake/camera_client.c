// SPDX-License-Identifier: GPL-2.0-only
#include "camera_client.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "camera/domain.h"

static void send_admitted(struct camera_world *world, int error)
{
	const struct camera_admitted answer = {
		.hdr.type = CAMERA_ADMITTED,
		.serial = world->admit.serial,
		.error = error,
	};

	assert(send(world->daemon, &answer, sizeof(answer), MSG_NOSIGNAL) ==
	       sizeof(answer));
}

static void world_take(struct camera_world *world, const void *data, size_t len)
{
	const struct daemon_header *hdr = data;

	switch (hdr->type) {
	case CAMERA_STATE:
		assert(len == sizeof(world->states[0]));
		assert(world->num_states < WORLD_MAX_STATES);
		memcpy(&world->states[world->num_states++], data, len);
		break;
	case CAMERA_ADMIT:
		assert(len == sizeof(world->admit));
		memcpy(&world->admit, data, len);
		world->num_admits++;
		if (!world->holds)
			send_admitted(world, world->refuses);
		break;
	case CAMERA_RATE:
		assert(len == sizeof(world->rate));
		memcpy(&world->rate, data, len);
		world->num_rates++;
		break;
	case CAMERA_CLOSED:
		assert(len == sizeof(struct camera_closed));
		world->num_closed++;
		break;
	case CAMERA_SESSION_REPORT:
		assert(len == sizeof(world->sessions[0]));
		assert(world->num_sessions < WORLD_MAX_REPORTS);
		memcpy(&world->sessions[world->num_sessions++], data, len);
		break;
	case CAMERA_REPORT:
		assert(len == sizeof(world->report));
		memcpy(&world->report, data, len);
		world->num_reports++;
		break;
	default:
		assert(!"a message that vmediad does not know");
	}
}

static void give_time(struct camera_world *world)
{
	struct domain *domain, *tmp;

	list_for_each(domain, tmp, &world->camera.domains, link)
		budget_init(&domain->budget, domain_now());
}

void world_pump(struct camera_world *world)
{
	uint64_t data[512];
	ssize_t len;

	for (int i = 0; i < 8; i++) {
		if (!world->counts_time)
			give_time(world);
		event_base_loop(world->base, EVLOOP_NONBLOCK);
		while ((len = recv(world->daemon, data, sizeof(data), 0)) > 0)
			world_take(world, data, len);
	}
}

void world_tell(struct camera_world *world, const void *data, size_t len)
{
	assert(send(world->daemon, data, len, MSG_NOSIGNAL) == (ssize_t)len);
	world_pump(world);
}

void world_set_primary(struct camera_world *world, uint32_t domid)
{
	const struct camera_settings settings = {
		.hdr.type = CAMERA_SETTINGS,
		.primary = domid,
	};

	world_tell(world, &settings, sizeof(settings));
}

void world_init(struct camera_world *world, struct event_base *base,
		struct source *source)
{
	int fds[2];

	assert(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) ==
	       0);
	world->base = base;
	world->source = source;
	world->daemon = fds[1];
	assert(camera_init(&world->camera, base, "test", source, fds[0]) == 0);
	world_set_primary(world, WORLD_FIRST_DOMID);
}

void world_finish(struct camera_world *world)
{
	camera_finish(&world->camera);
	close(world->daemon);
}

bool world_state(struct camera_world *world, struct camera_state *state)
{
	world_pump(world);
	if (world->num_states == 0)
		return false;
	*state = world->states[0];
	memmove(world->states, world->states + 1,
		--world->num_states * sizeof(*state));
	return true;
}

void world_answer(struct camera_world *world, int error)
{
	send_admitted(world, error);
	world_pump(world);
}

void world_query(struct camera_world *world, uint32_t tag)
{
	const struct daemon_query query = {
		.hdr.type = CAMERA_QUERY,
		.tag = tag,
	};

	world->num_sessions = 0;
	world_tell(world, &query, sizeof(query));
}

void client_open_as(struct camera_client *client, struct camera_world *world,
		    const struct camera_guest *guest)
{
	struct camera_session intro = {
		.hdr.type = CAMERA_SESSION,
		.serial = ++world->last_serial,
		.guest = *guest,
	};
	struct iovec iov = { &intro, sizeof(intro) };
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
	int fds[2];

	memset(client, 0, sizeof(*client));
	client->world = world;
	assert(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) ==
	       0);
	client->fd = fds[1];
	memcpy(CMSG_DATA(&control.header), &fds[0], sizeof(int));
	assert(sendmsg(world->daemon, &msg, 0) == sizeof(intro));
	close(fds[0]);
	client_pump(client);
}

void client_open(struct camera_client *client, struct camera_world *world,
		 unsigned int held)
{
	const struct camera_guest guest = {
		.domid = world->domid ? world->domid :
				    WORLD_FIRST_DOMID + world->last_domid++,
		.held = held,
		.name = "guest",
	};

	client_open_as(client, world, &guest);
}

static void close_slots(struct camera_client *client)
{
	for (unsigned int i = 0; i < client->num_slot_fds; i++)
		close(client->slot_fds[i]);
	client->num_slot_fds = 0;
}

void client_close(struct camera_client *client)
{
	close_slots(client);
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	world_pump(client->world);
}

/* A pool that grows goes on where it ended; a new one replaces it. */
static void take_slots(struct camera_client *client, struct msghdr *msg,
		       const void *data)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(msg);
	struct session_slots slots;
	struct session_slots *pool;
	unsigned int nfds;

	memcpy(&slots, data, sizeof(slots));
	assert(slots.type < CLIENT_MAX_TYPES);
	pool = &client->pools[slots.type];
	if (slots.first == 0 || slots.type != client->slots.type)
		close_slots(client);
	if (slots.first > 0)
		assert(slots.first == pool->num_slots &&
		       slots.generation == pool->generation);
	*pool = slots;
	pool->num_slots += slots.first;
	client->slots = *pool;
	client->num_slots_messages++;

	assert(header);
	nfds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	assert(nfds == slots.num_slots * slots.num_planes);
	memcpy(client->slot_fds + client->num_slot_fds, CMSG_DATA(header),
	       nfds * sizeof(int));
	client->num_slot_fds += nfds;
}

static void take_frames(struct camera_client *client,
			const struct session_frame *data, size_t len)
{
	assert(len % sizeof(*data) == 0 && len / sizeof(*data) > 0 &&
	       len / sizeof(*data) <= SESSION_MAX_FRAMES);
	client->frame_messages++;
	for (size_t i = 0; i < len / sizeof(*data); i++) {
		assert(client->num_frames < CLIENT_MAX_FRAMES);
		assert(data[i].hdr.type == SESSION_FRAME);
		assert(data[i].type < CLIENT_MAX_TYPES);
		assert(data[i].slot < client->pools[data[i].type].num_slots);
		client->frames[client->num_frames++] = data[i];
	}
}

static void take(struct camera_client *client, struct msghdr *msg,
		 const uint8_t *data, size_t len)
{
	const struct session_header *hdr = (const void *)data;

	assert(len >= sizeof(*hdr));
	switch (hdr->type) {
	case SESSION_REPLY:
		memcpy(client->reply, data, len);
		client->reply_len = len;
		client->replies++;
		client->events_at_reply = client->events;
		client->slots_at_reply = client->num_slots_messages;
		break;
	case SESSION_SLOTS:
		assert(len == sizeof(client->slots));
		take_slots(client, msg, data);
		break;
	case SESSION_FRAME:
		take_frames(client, (const void *)data, len);
		break;
	case SESSION_EVENT:
		assert(len == sizeof(struct session_event));
		client->events++;
		client->event = ((const struct session_event *)data)->event;
		break;
	case SESSION_ERROR:
		assert(len == sizeof(struct session_error));
		client->error = ((const struct session_error *)data)->error;
		break;
	default:
		assert(!"a message that the protocol does not have");
	}
}

static bool take_one(struct camera_client *client)
{
	static uint64_t data[128 * 1024 / 8];
	static uint64_t control[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len;

	if (client->fd < 0 || client->closed)
		return false;
	len = recvmsg(client->fd, &msg, 0);
	if (len < 0 && errno == EAGAIN)
		return false;
	if (len <= 0) {
		client->closed = true;
		return false;
	}
	take(client, &msg, (const uint8_t *)data, len);
	return true;
}

void client_pump(struct camera_client *client)
{
	world_pump(client->world);
	while (take_one(client))
		;
}

bool client_wait_frame(struct camera_client *client)
{
	for (int i = 0; i < 400 && client->num_frames == 0; i++) {
		struct timeval tv = { 0, 5000 };

		event_base_loopexit(client->world->base, &tv);
		event_base_dispatch(client->world->base);
		while (take_one(client))
			;
	}
	return client->num_frames > 0;
}

struct session_frame client_take_frame(struct camera_client *client)
{
	struct session_frame frame = client->frames[0];

	assert(client->num_frames > 0);
	memmove(client->frames, client->frames + 1,
		--client->num_frames * sizeof(frame));
	return frame;
}

void client_send(struct camera_client *client, const void *data, size_t len)
{
	assert(send(client->fd, data, len, MSG_NOSIGNAL) == (ssize_t)len);
	client_pump(client);
}

void client_release(struct camera_client *client,
		    const struct session_frame *frame)
{
	struct session_release release = {
		.hdr.type = SESSION_RELEASE,
		.generation = frame->generation,
		.slot = frame->slot,
	};

	client_send(client, &release, sizeof(release));
}

/* Return: the reply; NULL if there was none. */
static const struct session_reply *run_ioctl(struct camera_client *client,
					     unsigned long request,
					     const void *payload,
					     const void *tail, size_t tail_len)
{
	static struct {
		struct session_ioctl request;
		uint8_t data[64 * 1024];
	} message;
	const struct session_reply *reply = (const void *)client->reply;
	const size_t size = _IOC_SIZE(request);
	unsigned int replies = client->replies;

	message.request = (struct session_ioctl){
		.hdr.type = SESSION_IOCTL,
		.hdr.tag = 1000 + replies,
		.nr = _IOC_NR(request),
		.len = size,
	};
	memcpy(message.data, payload, size);
	if (tail_len > 0)
		memcpy(message.data + size, tail, tail_len);
	client_send(client, &message,
		    sizeof(message.request) + size + tail_len);
	if (client->replies != replies + 1)
		return NULL;
	assert(reply->hdr.tag == 1000 + replies);
	assert(reply->len == 0 || reply->len == size);
	return reply;
}

int client_ioctl_tail(struct camera_client *client, unsigned long request,
		      void *payload, void *tail, size_t tail_len)
{
	const struct session_reply *reply =
		run_ioctl(client, request, payload, tail, tail_len);
	const uint8_t *data = (const void *)(reply + 1);

	if (!reply)
		return -1;
	if (reply->len == 0)
		return client->reply_len == sizeof(*reply) ? (int)reply->error :
							     -1;
	if (client->reply_len != sizeof(*reply) + reply->len + tail_len)
		return -1;
	memcpy(payload, data, reply->len);
	if (tail_len > 0)
		memcpy(tail, data + reply->len, tail_len);
	return reply->error;
}

int client_ioctl(struct camera_client *client, unsigned long request,
		 void *payload)
{
	const struct session_reply *reply =
		run_ioctl(client, request, payload, NULL, 0);

	if (!reply)
		return -1;
	assert(client->reply_len == sizeof(*reply) + reply->len);
	memcpy(payload, reply + 1, reply->len);
	return reply->error;
}

int client_stream(struct camera_client *client)
{
	struct v4l2_requestbuffers req = {
		.count = 4,
		.type = source_buf_type(client->world->source),
		.memory = V4L2_MEMORY_USERPTR,
	};
	int type = req.type;
	int ret;

	ret = client_ioctl(client, VIDIOC_REQBUFS, &req);
	if (ret)
		return ret;
	return client_ioctl(client, VIDIOC_STREAMON, &type);
}

int client_stop(struct camera_client *client)
{
	int type = source_buf_type(client->world->source);

	return client_ioctl(client, VIDIOC_STREAMOFF, &type);
}
