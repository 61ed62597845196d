// SPDX-License-Identifier: GPL-2.0-only
/* Events and the configuration space are the golden bytes of tests/vectors. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <vmedia/virtio_media.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "wire.h"

#define LEN (64 * 48 * 2)

static struct virtio_media_event_header header(uint32_t event)
{
	return (struct virtio_media_event_header){
		.event = cpu_to_le32(event),
		.session_id = cpu_to_le32(WIRE_SESSION),
	};
}

static struct virtio_media_event_dqbuf dequeued(uint32_t type)
{
	return (struct virtio_media_event_dqbuf){
		.hdr = header(VIRTIO_MEDIA_EVT_DQBUF),
		.buffer.type = type,
		.buffer.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
		.buffer.field = V4L2_FIELD_NONE,
		.buffer.timestamp.tv_sec = WIRE_SECONDS,
		.buffer.timestamp.tv_usec = WIRE_FRACTION,
		.buffer.sequence = 7,
		.buffer.memory = V4L2_MEMORY_USERPTR,
	};
}

static void dqbuf(struct wire *wire)
{
	struct virtio_media_event_dqbuf event =
		dequeued(V4L2_BUF_TYPE_VIDEO_CAPTURE);

	event.buffer.bytesused = LEN;
	event.buffer.length = LEN;
	WIRE_PUT(wire, "event", event);
}

static void dqbuf_mplane(struct wire *wire)
{
	struct virtio_media_event_dqbuf event =
		dequeued(V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE);

	event.buffer.length = 2;
	for (int i = 0; i < 2; i++) {
		event.planes[i].bytesused = LEN;
		event.planes[i].length = LEN;
	}
	WIRE_PUT(wire, "event", event);
}

static void error(struct wire *wire)
{
	const struct virtio_media_event_error event = {
		.hdr = header(VIRTIO_MEDIA_EVT_ERROR),
		.error = cpu_to_le32(ENODEV),
	};

	WIRE_PUT(wire, "event", event);
}

static void event(struct wire *wire)
{
	const struct virtio_media_event_event event = {
		.hdr = header(VIRTIO_MEDIA_EVT_EVENT),
		.event.type = V4L2_EVENT_SOURCE_CHANGE,
		.event.u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION,
		.event.sequence = 5,
		.event.timestamp.tv_sec = WIRE_SECONDS,
		.event.timestamp.tv_nsec = WIRE_FRACTION,
		.event.id = 3,
	};

	WIRE_PUT(wire, "event", event);
}

static void config(struct wire *wire)
{
	const struct virtio_media_config made = {
		.device_caps = cpu_to_le32(V4L2_CAP_VIDEO_CAPTURE |
					   V4L2_CAP_STREAMING),
		.card = "fake",
	};

	WIRE_PUT(wire, "config", made);
}

static void config_clock(struct wire *wire)
{
	const struct virtio_media_clock clock = {
		.low = cpu_to_le32(WIRE_CLOCK & 0xffffffff),
		.high = cpu_to_le32(WIRE_CLOCK >> 32),
	};

	config(wire);
	WIRE_PUT(wire, "config", clock);
}

int main(void)
{
	static const struct wire_case cases[] = {
		{"config", config}, {"config-clock", config_clock},
		{"dqbuf", dqbuf},   {"dqbuf-mplane", dqbuf_mplane},
		{"error", error},   {"event", event},
	};

	return wire_run("events", cases, ARRAY_SIZE(cases));
}
