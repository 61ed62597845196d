/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device_state.h - a virtio-media device from within: for media/ only.
 */
#ifndef MEDIA_DEVICE_STATE_H
#define MEDIA_DEVICE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <vmedia/virtio_media.h>

#include "base/list.h"
#include "base/log.h"
#include "media/ahead.h"
#include "media/calls.h"
#include "media/device.h"
#include "media/events.h"
#include "media/mapping.h"
#include "media/pace.h"

struct session;
struct vq;

/* Sessions of a device, broken ones that wait for their CLOSE included */
#define MEDIA_MAX_SESSIONS 256

/* Commands of a device that wait for the camera */
#define MEDIA_MAX_COMMANDS 64

/**
 * struct device_config - the configuration space
 * @clock: as it was read last; no change of it is a change of the configuration
 */
struct device_config {
	struct virtio_media_config media;
	struct virtio_media_clock clock;
};

/**
 * struct media_device - see device.h
 * @params: as given; identity is NULL
 * @virtio: owned
 * @commandq: borrowed from @virtio
 * @paused: waits for the pace that @commandq may be taken from
 * @events: the eventq and what waits for it
 * @config: what the driver reads
 * @shared: sessions that are opened now share one capture; else they are direct
 * @sessions: of struct session
 * @num_sessions: on @sessions
 * @next_session_id: where the search for a free one begins
 * @num_commands: waiting for the camera, all sessions
 * @calls: of these, at the camera
 * @num_streams: sessions that have buffers, or wait for some; quota `streams`
 * @ahead: maps the buffers of all sessions
 * @mappings: that the guest made in the window
 * @limit: lines in the log that the guest can cause
 * @refusals: of these, what a quota refused
 */
struct media_device {
	struct media_device_params params;
	struct virtio_dev *virtio;
	struct vq *commandq;
	struct pace_waiter paused;
	struct events events;
	struct device_config config;
	bool shared;
	struct list sessions;
	unsigned int num_sessions;
	uint32_t next_session_id;
	unsigned int num_commands;
	struct calls calls;
	unsigned int num_streams;
	struct ahead ahead;
	struct mappings mappings;
	struct log_limit limit;
	struct log_limit refusals;
};

/** media_device_is_draft() - it speaks as the draft of June 2024 has it */
static inline bool media_device_is_draft(const struct media_device *device)
{
	return device->params.device_id == VIRTIO_MEDIA_DRAFT_DEVICE_ID;
}

#endif /* MEDIA_DEVICE_STATE_H */
