// SPDX-License-Identifier: GPL-2.0-only
/* vmediad's part of media_world.h. */
#include "media_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc/link.h"

struct guest_attach world_window_device(uint32_t devid, uint32_t device_caps)
{
	return (struct guest_attach){
		.hdr.type = GUEST_ATTACH,
		.devid = devid,
		.device_id = VIRTIO_MEDIA_DEVICE_ID,
		.irq = WORLD_IRQ + devid - 1,
		.base = WORLD_ADDR + (devid - 1) * 0x200,
		.window = HYP_FAKE_WINDOW +
			  (devid - 1) * (HYP_FAKE_WINDOW_LEN / 2),
		.window_len = HYP_FAKE_WINDOW_LEN / 2,
		.identity =
			{
				.present = 1,
				.shared = 1,
				.device_caps = device_caps,
				.card = "fake",
			},
	};
}

struct guest_attach world_device(uint32_t device_caps)
{
	struct guest_attach attach = world_window_device(1, device_caps);

	attach.window = 0;
	attach.window_len = 0;
	return attach;
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

void world_populated(struct world *world, uint32_t error)
{
	const struct guest_populate *asked = &world->last_populate;
	const struct guest_attach device = world_window_device(asked->devid, 0);
	const struct guest_populated answer = {
		.hdr.type = GUEST_POPULATED,
		.tag = asked->tag,
		.error = error,
	};

	if (error == 0)
		hyp_fake_populate(world->fake, device.window + asked->offset,
				  asked->len);
	assert_int_equal(
		send(world->daemon, &answer, sizeof(answer), MSG_NOSIGNAL),
		sizeof(answer));
}

union to_daemon {
	struct daemon_header hdr;
	struct guest_live live;
	struct guest_open open;
	struct guest_closed closed;
	struct guest_populate populate;
	struct guest_granted granted;
	struct guest_session_report session;
	struct guest_report report;
};

/* Return: as recv(). @nfds: how many descriptors were beside it. */
static ssize_t receive(struct world *world, union to_daemon *msg,
		       unsigned int *nfds)
{
	char control[CMSG_SPACE(LINK_MAX_FDS * sizeof(int))];
	struct iovec iov = {msg, sizeof(*msg)};
	struct msghdr header = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t len = recvmsg(world->daemon, &header, MSG_DONTWAIT);
	const struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
	int fd;

	*nfds = 0;
	if (len <= 0 || !rights)
		return len;
	*nfds = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
	for (unsigned int i = 0; i < *nfds; i++) {
		memcpy(&fd, CMSG_DATA(rights) + i * sizeof(fd), sizeof(fd));
		close(fd);
	}
	return len;
}

static struct world_session *find_serial(struct world *world, uint64_t serial)
{
	for (unsigned int i = 0; i < world->num_sessions; i++) {
		if (world->sessions[i].serial == serial)
			return &world->sessions[i];
	}
	fail_msg("vmediad knows no session %llu", (unsigned long long)serial);
	return NULL;
}

static void take_message(struct world *world, const union to_daemon *msg,
			 unsigned int nfds)
{
	switch (msg->hdr.type) {
	case GUEST_OPEN:
		assert_true(world->num_opens < 8);
		world->opens[world->num_opens++] = msg->open;
		break;
	case GUEST_LIVE:
		world->live++;
		world->last_live = msg->live;
		break;
	case GUEST_CLOSED:
		world->closed++;
		world->last_closed = msg->closed.serial;
		break;
	case GUEST_POPULATE:
		world->populates++;
		world->last_populate = msg->populate;
		if (world->populating)
			world_populated(world, 0);
		break;
	case GUEST_EXPORTER:
		assert_int_equal(world->granted, 0);
		world->exporters += nfds;
		break;
	case GUEST_GRANTED:
		world->granted++;
		world->kept = nfds;
		world->last_granted = msg->granted;
		find_serial(world, msg->granted.serial)->granted = true;
		break;
	case GUEST_UNGRANTED:
		world->ungranted++;
		world->last_granted = msg->granted;
		find_serial(world, msg->granted.serial)->granted = false;
		break;
	default:
		fail_msg("message %u to vmediad", msg->hdr.type);
	}
}

bool world_serve(struct world *world)
{
	union to_daemon msg;
	unsigned int nfds;
	bool busy = false;

	while (world->daemon >= 0 &&
	       recv(world->daemon, &msg, sizeof(msg), MSG_DONTWAIT | MSG_PEEK) >
		       0 &&
	       msg.hdr.type != GUEST_SESSION_REPORT &&
	       msg.hdr.type != GUEST_REPORT) {
		receive(world, &msg, &nfds);
		take_message(world, &msg, nfds);
		busy = true;
	}
	return busy;
}

bool world_asked(struct world *world, struct guest_open *question)
{
	world_settle(world);
	if (world->num_opens == 0)
		return false;
	*question = world->opens[0];
	world->num_opens--;
	memmove(&world->opens[0], &world->opens[1],
		world->num_opens * sizeof(world->opens[0]));
	return true;
}

struct guest_report world_query(struct world *world,
				struct guest_session_report *sessions,
				unsigned int room, unsigned int *count)
{
	const struct daemon_query query = {.hdr.type = GUEST_QUERY, .tag = 77};
	union to_daemon msg;
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
		.transfer = world->transfer,
	};
	struct camera_fake link = {0};
	int fds[2];

	assert_true(world->num_sessions++ < WORLD_MAX_SESSIONS);
	assert_int_equal(link_pair(fds), 0);
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
