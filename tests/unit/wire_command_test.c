// SPDX-License-Identifier: GPL-2.0-only
/* Commands are the golden bytes of tests/vectors/commands. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <vmedia/virtio_media.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "wire.h"

#define LEN (64 * 48 * 2)

static void command(struct wire *wire, uint32_t cmd)
{
	const struct virtio_media_cmd_header hdr = {.cmd = cpu_to_le32(cmd)};

	WIRE_PUT(wire, "driver", hdr);
}

static void open(struct wire *wire)
{
	const struct virtio_media_cmd_open cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_OPEN),
	};
	const struct virtio_media_resp_open resp = {
		.session_id = cpu_to_le32(WIRE_SESSION),
	};

	WIRE_PUT(wire, "driver", cmd);
	WIRE_PUT(wire, "device", resp);
}

static void open_refused(struct wire *wire)
{
	command(wire, VIRTIO_MEDIA_CMD_OPEN);
	wire_status(wire, EACCES);
}

static void close(struct wire *wire)
{
	const struct virtio_media_cmd_close cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_CLOSE),
		.session_id = cpu_to_le32(WIRE_SESSION),
	};

	WIRE_PUT(wire, "driver", cmd);
	wire_put(wire, "device", NULL, 0);
}

static void unknown_command(struct wire *wire)
{
	command(wire, VIRTIO_MEDIA_CMD_MUNMAP + 1);
	wire_status(wire, ENOTTY);
}

static void unknown_session(struct wire *wire)
{
	const struct virtio_media_cmd_ioctl cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_IOCTL),
		.session_id = cpu_to_le32(0xdeadbeef),
		.code = cpu_to_le32(_IOC_NR(VIDIOC_G_INPUT)),
	};

	WIRE_PUT(wire, "driver", cmd);
	wire_status(wire, EINVAL);
}

static void mapped(struct wire *wire)
{
	const struct virtio_media_resp_mmap resp = {
		.driver_addr = cpu_to_le64(WIRE_ADDRESS),
		.len = cpu_to_le64(LEN),
	};

	WIRE_PUT(wire, "device", resp);
}

static void mmap(struct wire *wire)
{
	const struct virtio_media_cmd_mmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(WIRE_SESSION),
		.flags = cpu_to_le32(VIRTIO_MEDIA_MMAP_FLAG_RW),
		.offset = cpu_to_le32(WIRE_OFFSET),
	};

	WIRE_PUT(wire, "driver", cmd);
	mapped(wire);
}

static void mmap_draft(struct wire *wire)
{
	const struct virtio_media_draft_cmd_mmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(WIRE_SESSION),
		.flags = cpu_to_le32(VIRTIO_MEDIA_MMAP_FLAG_RW),
		.offset = cpu_to_le64(WIRE_OFFSET),
	};

	WIRE_PUT(wire, "driver", cmd);
	mapped(wire);
}

static void mmap_grants(struct wire *wire)
{
	const struct virtio_media_cmd_mmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(WIRE_SESSION),
		.offset = cpu_to_le32(WIRE_OFFSET),
	};
	const struct virtio_media_resp_mmap_grants resp = {
		.mmap.driver_addr = cpu_to_le64(WIRE_ADDRESS),
		.mmap.len = cpu_to_le64(LEN),
		.gref_count = cpu_to_le32(2),
		.gref_page_size = cpu_to_le32(4096),
	};
	const __le32 refs[] = {cpu_to_le32(WIRE_REFERENCE),
			       cpu_to_le32(WIRE_OTHER_REFERENCE)};

	WIRE_PUT(wire, "driver", cmd);
	WIRE_PUT(wire, "device", resp);
	WIRE_PUT(wire, "device", refs);
}

static void unmap(struct wire *wire, uint64_t address)
{
	const struct virtio_media_cmd_munmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MUNMAP),
		.driver_addr = cpu_to_le64(address),
	};

	WIRE_PUT(wire, "driver", cmd);
}

static void munmap(struct wire *wire)
{
	const struct virtio_media_resp_munmap resp = {0};

	unmap(wire, WIRE_ADDRESS);
	WIRE_PUT(wire, "device", resp);
}

static void munmap_refused(struct wire *wire)
{
	unmap(wire, 0x0fff0000);
	wire_status(wire, EINVAL);
}

int main(void)
{
	static const struct wire_case cases[] = {
		{"close", close},
		{"mmap", mmap},
		{"mmap-draft", mmap_draft},
		{"mmap-grants", mmap_grants},
		{"munmap", munmap},
		{"munmap-refused", munmap_refused},
		{"open", open},
		{"open-refused", open_refused},
		{"unknown-command", unknown_command},
		{"unknown-session", unknown_session},
	};

	return wire_run("commands", cases, ARRAY_SIZE(cases));
}
