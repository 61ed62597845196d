// SPDX-License-Identifier: GPL-2.0-only
/* Ioctls of buffers are the golden bytes of tests/vectors/buffers. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <vmedia/virtio_media.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "wire.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

/* Pointers that only the driver knows the meaning of */
#define POINTER 0xfed0ba9876543210
#define USERPTR 0x7f0012345000

#define LEN (64 * 48 * 2)

#define CAPABILITIES                                                  \
	(V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_USERPTR | \
	 V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS)

static void streamon(struct wire *wire)
{
	const int type = CAPTURE;

	wire_ioctl(wire, VIDIOC_STREAMON, 0);
	WIRE_PUT(wire, "driver", type);
}

static void streamoff(struct wire *wire)
{
	const int type = CAPTURE;

	wire_ioctl(wire, VIDIOC_STREAMOFF, 0);
	WIRE_PUT(wire, "driver", type);
}

static void reqbufs(struct wire *wire, uint32_t type, uint32_t memory)
{
	struct v4l2_requestbuffers request = {
		.count = 2,
		.type = type,
		.memory = memory,
	};

	wire_ioctl(wire, VIDIOC_REQBUFS, 0);
	WIRE_PUT(wire, "driver", request);
	request.capabilities = CAPABILITIES;
	/* Offered as soon as there is an object */
	if (memory == V4L2_MEMORY_DMABUF)
		request.capabilities |= V4L2_BUF_CAP_SUPPORTS_DMABUF;
	WIRE_PUT(wire, "device", request);
}

static void reqbufs_shared_pages(struct wire *wire)
{
	reqbufs(wire, CAPTURE, V4L2_MEMORY_USERPTR);
}

static void reqbufs_shared_pages_mplane(struct wire *wire)
{
	reqbufs(wire, MPLANE, V4L2_MEMORY_USERPTR);
}

static void reqbufs_mmap(struct wire *wire)
{
	reqbufs(wire, CAPTURE, V4L2_MEMORY_MMAP);
}

static void reqbufs_mmap_mplane(struct wire *wire)
{
	reqbufs(wire, MPLANE, V4L2_MEMORY_MMAP);
}

static void reqbufs_object(struct wire *wire)
{
	reqbufs(wire, CAPTURE, V4L2_MEMORY_DMABUF);
}

static void reqbufs_object_mplane(struct wire *wire)
{
	reqbufs(wire, MPLANE, V4L2_MEMORY_DMABUF);
}

static void create_bufs(struct wire *wire)
{
	struct v4l2_create_buffers create = {
		.count = 1,
		.memory = V4L2_MEMORY_USERPTR,
		.format.type = CAPTURE,
		.format.fmt.pix.width = 64,
		.format.fmt.pix.height = 48,
		.format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV,
		.format.fmt.pix.field = V4L2_FIELD_NONE,
		.format.fmt.pix.bytesperline = 128,
		.format.fmt.pix.sizeimage = LEN,
	};

	wire_ioctl(wire, VIDIOC_CREATE_BUFS, 0);
	WIRE_PUT(wire, "driver", create);
	create.capabilities = CAPABILITIES;
	WIRE_PUT(wire, "device", create);
}

/* A buffer in both parts; @m: of it, or of its planes */

static void buffer(struct wire *wire, const char *part, uint32_t memory,
		   uint64_t m, uint32_t flags)
{
	struct v4l2_buffer made = {
		.type = CAPTURE,
		.memory = memory,
		.m.userptr = m,
		.length = LEN,
		.flags = flags,
		.field = flags ? V4L2_FIELD_NONE : V4L2_FIELD_ANY,
	};

	wire_put(wire, part, &made, sizeof(made));
}

static void planes(struct wire *wire, const char *part, uint32_t memory,
		   const uint64_t *m, uint32_t flags)
{
	const struct v4l2_buffer made = {
		.type = MPLANE,
		.memory = memory,
		.m.planes = (void *)POINTER,
		.length = 2,
		.flags = flags,
		.field = flags ? V4L2_FIELD_NONE : V4L2_FIELD_ANY,
	};

	wire_put(wire, part, &made, sizeof(made));
	for (int i = 0; i < 2; i++) {
		const struct v4l2_plane plane = {
			.length = LEN,
			.m.userptr = m[i],
		};

		wire_put(wire, part, &plane, sizeof(plane));
	}
}

#define QUEUED (V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)

static void qbuf(struct wire *wire, uint32_t memory, uint64_t m)
{
	wire_ioctl(wire, VIDIOC_QBUF, 0);
	buffer(wire, "driver", memory, m, 0);
	buffer(wire, "device", memory, m, QUEUED);
}

static void qbuf_planes(struct wire *wire, uint32_t memory, const uint64_t *m)
{
	wire_ioctl(wire, VIDIOC_QBUF, 0);
	planes(wire, "driver", memory, m, 0);
	planes(wire, "device", memory, m, QUEUED);
}

static void querybuf_mmap(struct wire *wire)
{
	const struct v4l2_buffer question = {
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	wire_ioctl(wire, VIDIOC_QUERYBUF, 0);
	WIRE_PUT(wire, "driver", question);
	buffer(wire, "device", V4L2_MEMORY_MMAP, WIRE_OFFSET,
	       V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
}

static void querybuf_mmap_mplane(struct wire *wire)
{
	static const uint64_t offsets[2] = {WIRE_OFFSET, WIRE_SECOND};
	const struct v4l2_plane none[2] = {0};
	const struct v4l2_buffer question = {
		.type = MPLANE,
		.memory = V4L2_MEMORY_MMAP,
		.m.planes = (void *)POINTER,
		.length = 2,
	};

	wire_ioctl(wire, VIDIOC_QUERYBUF, 0);
	WIRE_PUT(wire, "driver", question);
	WIRE_PUT(wire, "driver", none);
	planes(wire, "device", V4L2_MEMORY_MMAP, offsets,
	       V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
}

static void qbuf_shared_pages(struct wire *wire)
{
	qbuf(wire, V4L2_MEMORY_USERPTR, USERPTR);
	wire_sg(wire, WIRE_PAGE, 4096);
	wire_sg(wire, WIRE_OTHER, 2048);
}

static void qbuf_shared_pages_mplane(struct wire *wire)
{
	static const uint64_t pointers[2] = {USERPTR, USERPTR + 0x2000};

	qbuf_planes(wire, V4L2_MEMORY_USERPTR, pointers);
	wire_sg(wire, WIRE_PAGE, 4096);
	wire_sg(wire, WIRE_OTHER, 2048);
	wire_sg(wire, WIRE_THIRD, LEN);
}

static void qbuf_mmap(struct wire *wire)
{
	qbuf(wire, V4L2_MEMORY_MMAP, WIRE_OFFSET);
}

static void qbuf_object(struct wire *wire)
{
	qbuf(wire, V4L2_MEMORY_DMABUF, 42);
	WIRE_PUT(wire, "driver", wire_uuid);
	WIRE_PUT(wire, "device", wire_uuid);
}

static void qbuf_object_mplane(struct wire *wire)
{
	static const uint64_t fds[2] = {42, 43};

	qbuf_planes(wire, V4L2_MEMORY_DMABUF, fds);
	WIRE_PUT(wire, "driver", wire_uuid);
	WIRE_PUT(wire, "driver", wire_second_uuid);
	WIRE_PUT(wire, "device", wire_uuid);
	WIRE_PUT(wire, "device", wire_second_uuid);
}

static void prepare_buf(struct wire *wire)
{
	wire_ioctl(wire, VIDIOC_PREPARE_BUF, 0);
	buffer(wire, "driver", V4L2_MEMORY_USERPTR, USERPTR, 0);
	wire_sg(wire, WIRE_PAGE, LEN);
	buffer(wire, "device", V4L2_MEMORY_USERPTR, USERPTR,
	       V4L2_BUF_FLAG_PREPARED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
}

static void export(struct wire *wire, uint32_t type, uint32_t plane,
		   const uint8_t *uuid)
{
	const struct v4l2_exportbuffer request = {
		.type = type,
		.plane = plane,
		.flags = O_RDWR,
		.fd = -1,
	};
	const uint8_t none[16] = {0};

	wire_ioctl(wire, VIDIOC_EXPBUF, 0);
	WIRE_PUT(wire, "driver", request);
	WIRE_PUT(wire, "driver", none);
	WIRE_PUT(wire, "device", request);
	wire_put(wire, "device", uuid, 16);
}

static void expbuf(struct wire *wire)
{
	export(wire, CAPTURE, 0, wire_uuid);
}

static void expbuf_mplane(struct wire *wire)
{
	export(wire, MPLANE, 0, wire_uuid);
}

static void expbuf_mplane_second(struct wire *wire)
{
	export(wire, MPLANE, 1, wire_second_uuid);
}

int main(void)
{
	static const struct wire_case cases[] = {
		{"create-bufs", create_bufs},
		{"expbuf", expbuf},
		{"expbuf-mplane", expbuf_mplane},
		{"expbuf-mplane-second", expbuf_mplane_second},
		{"prepare-buf", prepare_buf},
		{"qbuf-mmap", qbuf_mmap},
		{"qbuf-object", qbuf_object},
		{"qbuf-object-mplane", qbuf_object_mplane},
		{"qbuf-shared-pages", qbuf_shared_pages},
		{"qbuf-shared-pages-mplane", qbuf_shared_pages_mplane},
		{"querybuf-mmap", querybuf_mmap},
		{"querybuf-mmap-mplane", querybuf_mmap_mplane},
		{"reqbufs-mmap", reqbufs_mmap},
		{"reqbufs-mmap-mplane", reqbufs_mmap_mplane},
		{"reqbufs-object", reqbufs_object},
		{"reqbufs-object-mplane", reqbufs_object_mplane},
		{"reqbufs-shared-pages", reqbufs_shared_pages},
		{"reqbufs-shared-pages-mplane", reqbufs_shared_pages_mplane},
		{"streamoff", streamoff},
		{"streamon", streamon},
	};

	return wire_run("buffers", cases, ARRAY_SIZE(cases));
}
