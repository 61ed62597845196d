// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/util.h"
#include "ctl/field.h"
#include "ctl/options.h"
#include "ctl/receive.h"
#include "ctl/request.h"
#include "ipc/link.h"
#include "ipc/session_proto.h"

#define MAX_FDS (SESSION_MAX_SLOTS * VIRTIO_MEDIA_MAX_PLANES)

/* A camera that says nothing for so long has a fault. */
#define PATIENCE_MS 10000

struct plane {
	int fd;
	void *data;
	size_t size;
};

struct capture {
	int socket;
	uint32_t type; /* enum v4l2_buf_type */
	const char *directory;
	unsigned int left; /* frames */
	bool json;
	bool dma_buf;
	uint32_t generation;
	uint32_t num_planes;
	uint32_t num_slots;
	struct plane planes[MAX_FDS]; /* slot by slot */
	union {
		struct session_header hdr;
		struct session_reply reply;
		struct session_slots slots;
		struct session_frame frame;
		struct session_error error;
		uint8_t bytes[LINK_MAX_MESSAGE];
	} in;
	size_t in_len;
	int fds[LINK_MAX_FDS];
	unsigned int nfds;
};

/* Return: @err, for the caller to pass on. */
static int complain(int err, const char *what)
{
	fprintf(stderr, "vmediactl: %s: %s\n", what, strerror(-err));
	return err;
}

/* The same, of what the camera said. */
static int complain_of_camera(int err, const char *what)
{
	const char *why = strerror(-err);

	if (err == -EACCES)
		why = "the session was evicted";
	else if (err == -ENODEV || err == -EPIPE || err == -ECONNRESET)
		why = "the camera went away";
	else if (err == -ENOSPC)
		why = "the camera's limit of bytes/s is reached";
	fprintf(stderr, "vmediactl: %s: %s\n", what, why);
	return err;
}

static void close_fds(struct capture *cap)
{
	for (unsigned int i = 0; i < cap->nfds; i++)
		close(cap->fds[i]);
	cap->nfds = 0;
}

static int next_message(struct capture *cap)
{
	struct pollfd pollfd = { .fd = cap->socket, .events = POLLIN };
	int len;

	close_fds(cap);
	if (poll(&pollfd, 1, PATIENCE_MS) == 0)
		return -ETIMEDOUT;
	len = receive(cap->socket, &cap->in, sizeof(cap->in), cap->fds,
		      LINK_MAX_FDS, &cap->nfds);
	if (len <= 0)
		return len < 0 ? len : -ENODEV;
	cap->in_len = len;
	if (cap->in_len < sizeof(cap->in.hdr))
		return -EPROTO;
	if (cap->in.hdr.type == SESSION_ERROR)
		return cap->in_len < sizeof(cap->in.error) ?
			       -EPROTO : -(int)cap->in.error.error;
	return 0;
}

static int send_all(struct capture *cap, const void *data, size_t len)
{
	struct pollfd pollfd = { .fd = cap->socket, .events = POLLOUT };

	if (poll(&pollfd, 1, PATIENCE_MS) == 0)
		return -ETIMEDOUT;
	return send(cap->socket, data, len, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void unmap_slots(struct capture *cap)
{
	for (size_t i = 0; i < (size_t)cap->num_slots * cap->num_planes; i++) {
		munmap(cap->planes[i].data, cap->planes[i].size);
		close(cap->planes[i].fd);
	}
	cap->num_slots = 0;
}

static bool slots_make_sense(const struct capture *cap)
{
	const struct session_slots *slots = &cap->in.slots;

	if (cap->in_len < sizeof(*slots) || slots->num_planes == 0 ||
	    slots->num_planes > VIRTIO_MEDIA_MAX_PLANES ||
	    slots->num_slots > SESSION_MAX_SLOTS ||
	    slots->num_slots * slots->num_planes != cap->nfds)
		return false;
	if (slots->first == 0)
		return true;
	return slots->first == cap->num_slots &&
	       slots->first + slots->num_slots <= SESSION_MAX_SLOTS &&
	       slots->generation == cap->generation &&
	       slots->num_planes == cap->num_planes;
}

/* The descriptors of the message become the pool's, or are added to it. */
static int map_slots(struct capture *cap)
{
	const struct session_slots *slots = &cap->in.slots;
	struct plane *planes;
	size_t count = 0;

	if (!slots_make_sense(cap))
		return -EPROTO;
	if (slots->first == 0)
		unmap_slots(cap);
	planes = &cap->planes[slots->first * slots->num_planes];
	for (; count < cap->nfds; count++) {
		struct plane *plane = &planes[count];

		plane->fd = cap->fds[count];
		plane->size = slots->plane_size[count % slots->num_planes];
		plane->data = mmap(NULL, plane->size, PROT_READ, MAP_SHARED,
				   plane->fd, 0);
		if (plane->data == MAP_FAILED)
			goto err_unmap;
	}
	cap->nfds = 0;
	cap->generation = slots->generation;
	cap->dma_buf = slots->dma_buf;
	cap->num_planes = slots->num_planes;
	cap->num_slots = slots->first + slots->num_slots;
	return 0;

err_unmap:
	while (count-- > 0)
		munmap(planes[count].data, planes[count].size);
	return -ENOMEM;
}

static void sync_plane(const struct capture *cap, const struct plane *plane,
		       uint64_t when)
{
	struct dma_buf_sync sync = { .flags = when | DMA_BUF_SYNC_READ };

	if (cap->dma_buf)
		ioctl(plane->fd, DMA_BUF_IOCTL_SYNC, &sync);
}

static int write_planes(struct capture *cap, FILE *file)
{
	const struct session_frame *frame = &cap->in.frame;

	for (uint32_t i = 0; i < cap->num_planes; i++) {
		const struct plane *plane =
			&cap->planes[frame->slot * cap->num_planes + i];
		size_t len = MIN((size_t)frame->bytesused[i], plane->size);
		size_t written;

		sync_plane(cap, plane, DMA_BUF_SYNC_START);
		written = fwrite(plane->data, 1, len, file);
		sync_plane(cap, plane, DMA_BUF_SYNC_END);
		if (written != len)
			return -EIO;
	}
	return 0;
}

static int write_frame(struct capture *cap)
{
	const struct session_frame *frame = &cap->in.frame;
	char path[4096];
	FILE *file;
	int err;

	snprintf(path, sizeof(path), "%s/%u.raw", cap->directory,
		 frame->sequence);
	file = fopen(path, "wb");
	if (!file)
		return complain(-errno, path);
	err = write_planes(cap, file);
	if (fclose(file) != 0 && err == 0)
		err = -errno;
	if (err < 0)
		return complain(err, path);
	printf(cap->json ? "{\"sequence\":%u,\"timestamp\":%" PRId64
			   ".%06" PRId64 "}\n" :
			   "frame %u at %" PRId64 ".%06" PRId64 "\n",
	       frame->sequence, frame->timestamp_sec, frame->timestamp_usec);
	return 0;
}

static int take_frame(struct capture *cap)
{
	struct session_release release = { .hdr.type = SESSION_RELEASE };
	const struct session_frame *frame = &cap->in.frame;
	int err;

	if (cap->in_len < sizeof(*frame) ||
	    frame->generation != cap->generation ||
	    frame->slot >= cap->num_slots)
		return complain(-EPROTO, "a frame of the camera");
	if (cap->left > 0) {
		err = write_frame(cap);
		if (err < 0)
			return err;
		cap->left--;
	}
	release.generation = frame->generation;
	release.slot = frame->slot;
	err = send_all(cap, &release, sizeof(release));
	return err < 0 ? complain_of_camera(err, "giving a frame back") : 0;
}

/* What is wrong with it is said. */
static int take_message(struct capture *cap)
{
	int err;

	if (cap->in.hdr.type == SESSION_FRAME)
		return take_frame(cap);
	if (cap->in.hdr.type != SESSION_SLOTS)
		return 0;
	err = map_slots(cap);
	return err < 0 ? complain(err, "the slots of the camera") : 0;
}

/* Frames that come in between are taken. */
static int run_ioctl(struct capture *cap, uint32_t nr, void *payload,
		     uint32_t len)
{
	struct {
		struct session_ioctl head;
		uint8_t payload[sizeof(struct v4l2_format)];
	} request = {
		.head = { .hdr.type = SESSION_IOCTL, .nr = nr, .len = len },
	};
	int err;

	memcpy(request.payload, payload, len);
	err = send_all(cap, &request, sizeof(request.head) + len);
	while (err == 0) {
		err = next_message(cap);
		if (err == 0 && cap->in.hdr.type == SESSION_REPLY)
			break;
		if (err == 0)
			err = take_message(cap);
	}
	if (err < 0)
		return err;
	if (cap->in_len < sizeof(cap->in.reply) + cap->in.reply.len)
		return -EPROTO;
	memcpy(payload, cap->in.bytes + sizeof(cap->in.reply),
	       MIN(len, cap->in.reply.len));
	return -(int)cap->in.reply.error;
}

static int tell_mode(struct capture *cap)
{
	struct v4l2_format format = { .type = cap->type };
	const struct v4l2_pix_format *pix = &format.fmt.pix;
	const struct v4l2_pix_format_mplane *mp = &format.fmt.pix_mp;
	const bool multi = cap->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	uint32_t fourcc;
	int err;

	err = run_ioctl(cap, _IOC_NR(VIDIOC_G_FMT), &format, sizeof(format));
	if (err < 0)
		return complain_of_camera(err, "the camera's mode");
	fourcc = multi ? mp->pixelformat : pix->pixelformat;
	/* Whether it is big-endian is in a bit that is no letter. */
	fourcc &= 0x7fffffff;
	printf(cap->json ? "{\"width\":%u,\"height\":%u,\"format\":\"%.4s\"}\n" :
			   "mode %ux%u %.4s\n", multi ? mp->width : pix->width,
	       multi ? mp->height : pix->height, (const char *)&fourcc);
	return 0;
}

static int start(struct capture *cap)
{
	struct v4l2_requestbuffers req = {
		.count = 2,
		.type = cap->type,
		.memory = V4L2_MEMORY_USERPTR,
	};
	int type = cap->type;
	int err;

	err = run_ioctl(cap, _IOC_NR(VIDIOC_REQBUFS), &req, sizeof(req));
	if (err < 0)
		return complain_of_camera(err, "asking for buffers");
	err = run_ioctl(cap, _IOC_NR(VIDIOC_STREAMON), &type, sizeof(type));
	if (err < 0)
		return complain_of_camera(err, "starting the stream");
	return 0;
}

static int capture_frames(struct capture *cap)
{
	int err = tell_mode(cap);

	if (err == 0)
		err = start(cap);
	while (err == 0 && cap->left > 0) {
		err = next_message(cap);
		if (err < 0)
			complain_of_camera(err, "waiting for a frame");
		else
			err = take_message(cap);
	}
	/* Closing the session ends everything that it had. */
	unmap_slots(cap);
	close_fds(cap);
	close(cap->socket);
	return err;
}

int capture_run(const struct options *options, char *const *words)
{
	struct json_object *question = request_new("capture");
	struct capture *cap = calloc(1, sizeof(*cap));
	struct json_object *answer;
	int err;

	if (!cap)
		return complain(-ENOMEM, "no memory");
	/* Whoever reads our output through a pipe waits for each frame. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	request_add(question, "camera", words[0]);
	err = request(options->run_dir, question, &cap->socket, &answer);
	if (err == 0) {
		cap->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
		if (field_number(answer, "device_caps") &
		    V4L2_CAP_VIDEO_CAPTURE_MPLANE)
			cap->type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
		cap->directory = options->to;
		cap->left = MAX(options->count, 1u);
		cap->json = options->json;
		json_object_put(answer);
		err = capture_frames(cap);
	}
	free(cap);
	return err;
}
