// SPDX-License-Identifier: GPL-2.0-only
#include "camera_fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct camera_fake *camera_fake_create(int fd)
{
	struct camera_fake *camera = calloc(1, sizeof(*camera));

	assert_non_null(camera);
	camera->fd = fd;
	camera_fake_set_format(camera, 64 * 48 * 2, 0);
	return camera;
}

static void drop_slots(struct camera_fake *camera)
{
	for (unsigned int i = 0; i < camera->num_slots; i++) {
		for (unsigned int j = 0; j < camera->num_planes; j++)
			munmap(camera->slots[i][j], camera->plane_size[j]);
	}
	camera->num_slots = 0;
}

void camera_fake_destroy(struct camera_fake *camera)
{
	if (!camera)
		return;
	if (camera->forget)
		camera->forget(camera);
	drop_slots(camera);
	camera_fake_die(camera);
	free(camera);
}

void camera_fake_die(struct camera_fake *camera)
{
	if (camera->fd >= 0)
		close(camera->fd);
	camera->fd = -1;
}

void camera_fake_set_format(struct camera_fake *camera, uint32_t sizeimage,
			    unsigned int num_planes)
{
	struct v4l2_pix_format_mplane *mp = &camera->format.fmt.pix_mp;

	drop_slots(camera);
	memset(&camera->format, 0, sizeof(camera->format));
	camera->num_planes = num_planes ? num_planes : 1;
	for (unsigned int i = 0; i < camera->num_planes; i++)
		camera->plane_size[i] = sizeimage / camera->num_planes;
	if (num_planes == 0) {
		camera->format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
		camera->format.fmt.pix.width = 64;
		camera->format.fmt.pix.height = 48;
		camera->format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
		camera->format.fmt.pix.sizeimage = sizeimage;
		return;
	}
	camera->format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	mp->width = 64;
	mp->height = 48;
	mp->pixelformat = V4L2_PIX_FMT_NV12M;
	mp->num_planes = num_planes;
	for (unsigned int i = 0; i < num_planes; i++)
		mp->plane_fmt[i].sizeimage = camera->plane_size[i];
}

/* Return: false at the end, or if nothing waits. */
static bool receive(struct camera_fake *camera, void *buf, size_t room,
		    size_t *len)
{
	ssize_t got;

	if (camera->fd < 0)
		return false;
	got = recv(camera->fd, buf, room, MSG_DONTWAIT);
	if (got == 0 || (got < 0 && errno == ECONNRESET))
		camera->closed = true;
	if (got <= 0)
		return false;
	*len = got;
	return true;
}

bool camera_fake_take_call(struct camera_fake *camera)
{
	static union {
		struct session_header hdr;
		struct session_ioctl ioctl;
		struct session_release release;
		uint8_t bytes[160 * 1024];
	} msg;
	size_t len;

	while (receive(camera, &msg, sizeof(msg), &len)) {
		if (msg.hdr.type == SESSION_RELEASE) {
			assert_int_equal(len, sizeof(msg.release));
			camera->release = msg.release;
			camera->releases++;
			if (camera->released)
				camera->released(camera);
			continue;
		}
		assert_int_equal(msg.hdr.type, SESSION_IOCTL);
		assert_true(len >= sizeof(msg.ioctl));
		camera->call.head = msg.ioctl;
		camera->call.data_len = len - sizeof(msg.ioctl);
		memcpy(camera->call.data, msg.bytes + sizeof(msg.ioctl),
		       camera->call.data_len);
		camera->calls++;
		return true;
	}
	return false;
}

void camera_fake_send(struct camera_fake *camera, const void *data, size_t len,
		      const int *fds, unsigned int nfds)
{
	struct iovec iov = {(void *)data, len};
	char control[CMSG_SPACE(192 * sizeof(int))] = {0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cmsg;
	ssize_t sent;

	if (nfds > 0) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, nfds * sizeof(int));
	}
	sent = sendmsg(camera->fd, &msg, MSG_NOSIGNAL);
	/* A session may end while it is answered. */
	if (sent < 0 && errno == EPIPE)
		camera->closed = true;
	else
		assert_int_equal(sent, len);
}

void camera_fake_reply(struct camera_fake *camera, uint32_t tag, uint32_t error,
		       uint32_t payload_len, const void *data, size_t len)
{
	const struct session_reply head = {
		.hdr = {.type = SESSION_REPLY, .tag = tag},
		.error = error,
		.len = payload_len,
	};
	uint8_t *msg = malloc(sizeof(head) + len);

	assert_non_null(msg);
	memcpy(msg, &head, sizeof(head));
	if (len > 0)
		memcpy(msg + sizeof(head), data, len);
	camera_fake_send(camera, msg, sizeof(head) + len, NULL, 0);
	free(msg);
}

void camera_fake_obey(struct camera_fake *camera)
{
	const struct camera_fake_call *call = &camera->call;

	if (camera->obey)
		camera->obey(camera);
	else if (call->head.nr == _IOC_NR(VIDIOC_G_FMT))
		camera_fake_reply(camera, call->head.hdr.tag, 0,
				  sizeof(camera->format), &camera->format,
				  sizeof(camera->format));
	else
		camera_fake_reply(camera, call->head.hdr.tag, 0, call->head.len,
				  call->data, call->data_len);
}

void camera_fake_refuse(struct camera_fake *camera, uint32_t error)
{
	camera_fake_reply(camera, camera->call.head.hdr.tag, error, 0, NULL, 0);
}

static uint8_t *make_plane(uint32_t size, int *fd)
{
	uint8_t *bytes;

	*fd = memfd_create("slot", MFD_CLOEXEC);
	assert_int_equal(ftruncate(*fd, size), 0);
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	return bytes;
}

struct session_slots camera_fake_make_slots(struct camera_fake *camera,
					    unsigned int num_slots, int *fds)
{
	struct session_slots slots = {
		.hdr.type = SESSION_SLOTS,
		.generation = camera->generation,
		.first = camera->num_slots,
		.num_slots = num_slots,
		.num_planes = camera->num_planes,
		.dma_buf = camera->dma_bufs,
	};

	memcpy(slots.plane_size, camera->plane_size, sizeof(slots.plane_size));
	for (unsigned int i = 0; i < num_slots; i++) {
		uint8_t **planes = camera->slots[camera->num_slots++];

		for (unsigned int j = 0; j < camera->num_planes; j++)
			planes[j] = make_plane(camera->plane_size[j], fds++);
	}
	return slots;
}

void camera_fake_grow_slots(struct camera_fake *camera, unsigned int num_slots)
{
	unsigned int nfds = num_slots * camera->num_planes;
	int fds[SESSION_MAX_SLOTS * VIRTIO_MEDIA_MAX_PLANES];
	const struct session_slots slots =
		camera_fake_make_slots(camera, num_slots, fds);

	camera_fake_send(camera, &slots, sizeof(slots), fds, nfds);
	while (nfds > 0)
		close(fds[--nfds]);
}

void camera_fake_send_slots(struct camera_fake *camera, uint32_t generation,
			    unsigned int num_slots)
{
	drop_slots(camera);
	camera->generation = generation;
	camera_fake_grow_slots(camera, num_slots);
}

struct session_frame camera_fake_frame(const struct camera_fake *camera,
				       unsigned int slot, uint32_t sequence)
{
	struct session_frame frame = {
		.hdr.type = SESSION_FRAME,
		.generation = camera->generation,
		.slot = slot,
		.sequence = sequence,
		.field = V4L2_FIELD_NONE,
		.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
		.timestamp_sec = 1000 + sequence,
		.timestamp_usec = 40000,
	};

	for (unsigned int i = 0; i < camera->num_planes; i++)
		frame.bytesused[i] = camera->plane_size[i];
	return frame;
}

void camera_fake_send_frame(struct camera_fake *camera, unsigned int slot,
			    uint32_t sequence)
{
	const struct session_frame frame =
		camera_fake_frame(camera, slot, sequence);

	camera_fake_send(camera, &frame, sizeof(frame), NULL, 0);
}

void camera_fake_send_event(struct camera_fake *camera, uint32_t type,
			    uint32_t id)
{
	const struct session_event event = {
		.hdr.type = SESSION_EVENT,
		.event = {.type = type, .id = id},
	};

	camera_fake_send(camera, &event, sizeof(event), NULL, 0);
}

void camera_fake_send_error(struct camera_fake *camera, uint32_t error)
{
	const struct session_error message = {
		.hdr.type = SESSION_ERROR,
		.error = error,
	};

	camera_fake_send(camera, &message, sizeof(message), NULL, 0);
}
