// SPDX-License-Identifier: GPL-2.0-only
#include "media/device.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/byteorder.h"
#include "media/clock.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/ioctl.h"
#include "media/lending.h"
#include "media/mapping.h"
#include "media/session.h"
#include "media/window.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

/* Commands taken before the rest of the loop has its turn */
#define COMMANDS_PER_ROUND 32

/* CLOSE has no response; who makes room for a header gets one. */
static void run_close(struct media_device *device, struct vq_chain *chain)
{
	struct virtio_media_cmd_close cmd;
	struct session *session;
	uint32_t id;
	int ret;

	ret = vq_chain_read(chain, &cmd.session_id, sizeof(cmd.session_id));
	if (ret < 0) {
		chain_answer(chain, -EINVAL);
		return;
	}
	id = le32_to_cpu(cmd.session_id);
	session = session_find(device, id);
	/* Who closes it itself need not be told any more that it is closed. */
	if (!session)
		session = session_find_gone(device, id);
	if (session) {
		session_close(session);
		calls_go_on(&device->calls);
	}
	chain_answer(chain, 0);
}

static void run_command(struct media_device *device, struct vq_chain *chain)
{
	struct virtio_media_cmd_header cmd;

	if (vq_chain_read(chain, &cmd, sizeof(cmd)) < 0) {
		chain_answer(chain, -EINVAL);
		return;
	}
	switch (le32_to_cpu(cmd.cmd)) {
	case VIRTIO_MEDIA_CMD_OPEN:
		session_open(device, chain);
		break;
	case VIRTIO_MEDIA_CMD_CLOSE:
		run_close(device, chain);
		break;
	case VIRTIO_MEDIA_CMD_IOCTL:
		ioctl_run(device, chain);
		break;
	case VIRTIO_MEDIA_CMD_MMAP:
		mapping_map(device, chain);
		break;
	case VIRTIO_MEDIA_CMD_MUNMAP:
		mapping_unmap(device, chain);
		break;
	default:
		chain_answer(chain, -ENOTTY);
	}
}

/* A guest in a hurry is kept waiting by its ring: chains stay in it. */
static void run_commands(void *owner)
{
	struct media_device *device = owner;
	struct vq_chain *chain;

	for (unsigned int i = 0; i < COMMANDS_PER_ROUND; i++) {
		if (vq_peek(device->commandq) < 0)
			return;
		if (!pace_take(device->params.pace, &device->paused))
			return;
		if (vq_pop(device->commandq, &chain) < 0)
			return;
		run_command(device, chain);
		if (!virtio_dev_yield(device->virtio))
			return;
	}
	vq_again(device->commandq);
}

static void close_all(struct media_device *device)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &device->sessions, link)
		session_close(session);
}

static void on_started(void *owner)
{
	struct media_device *device = owner;

	if (log_allowed(&device->limit))
		log_info("%s: driver ready", device->params.name);
}

static void on_reset(void *owner)
{
	struct media_device *device = owner;

	if (log_allowed(&device->limit))
		log_info("%s: reset", device->params.name);
	pace_forget(device->params.pace, &device->paused);
	close_all(device);
	mappings_finish(&device->mappings);
}

static void on_notified(void *owner, unsigned int index)
{
	struct media_device *device = owner;

	if (index == VIRTIO_MEDIA_COMMANDQ)
		run_commands(device);
	else
		events_flush(&device->events);
}

static void on_config_read(void *owner, size_t offset, size_t len)
{
	struct media_device *device = owner;
	const bool negotiated = virtio_dev_negotiated(device->virtio,
						      VIRTIO_MEDIA_F_CLOCK);

	media_clock_update(&device->config.clock, negotiated, offset);
}

static const struct virtio_dev_ops virtio_ops = {
	.started = on_started,
	.reset = on_reset,
	.notified = on_notified,
	.config_read = on_config_read,
};

static void make_config(const struct camera_identity *identity,
			struct virtio_media_config *config)
{
	memset(config, 0, sizeof(*config));
	config->device_caps = cpu_to_le32(identity->device_caps);
	config->device_type = cpu_to_le32(identity->device_type);
	memcpy(config->card, identity->card, sizeof(config->card));
}

/*
 * Bit 63 is of use where many look at one capture. A camera that was never seen
 * may be one. Names of slots begin where a window must have ended.
 */
static bool offers_grants(const struct media_device_params *params)
{
	return params->may_grant &&
	       (params->identity->shared ||
		params->identity->device_caps == 0) &&
	       (!params->window ||
		window_len(params->window) <= LENDING_FIRST_NAME);
}

static uint64_t features_of(const struct media_device_params *params)
{
	uint64_t features = UINT64_C(1) << VIRTIO_MEDIA_F_CLOCK;

	if (offers_grants(params))
		features |= UINT64_C(1) << VIRTIO_MEDIA_F_GNTREF;
	return features;
}

static int create_virtio(struct media_device *device, uint64_t features)
{
	const struct media_device_params *params = &device->params;
	struct virtio_dev_params virtio = {
		.base = params->base,
		.hyp = params->hyp,
		.mem = params->mem,
		.device_id = params->device_id,
		.features = features,
		.irq = params->irq,
		.num_queues = VIRTIO_MEDIA_NUM_QUEUES,
		.config = &device->config,
		.config_len = sizeof(device->config),
		.ops = &virtio_ops,
		.owner = device,
		.needs_reset = params->needs_reset,
	};

	if (params->window) {
		virtio.shm[VIRTIO_MEDIA_SHM_MMAP].base =
			window_base(params->window);
		virtio.shm[VIRTIO_MEDIA_SHM_MMAP].len =
			window_len(params->window);
	}
	return virtio_dev_create(&virtio, &device->virtio);
}

int media_device_create(const struct media_device_params *params,
			struct media_device **out)
{
	struct media_device *device = calloc(1, sizeof(*device));
	int ret;

	if (!device)
		return -ENOMEM;
	device->params = *params;
	device->params.identity = NULL;
	device->next_session_id = 1;
	pace_waiter_init(&device->paused, run_commands, device);
	calls_init(&device->calls);
	list_init(&device->sessions);
	mappings_init(&device->mappings);
	device->shared = params->identity->shared;
	make_config(params->identity, &device->config.media);
	ret = ahead_init(&device->ahead, device);
	if (ret == 0)
		ret = create_virtio(device, features_of(params));
	if (ret < 0) {
		ahead_finish(&device->ahead);
		free(device);
		return ret;
	}
	device->commandq = virtio_dev_queue(device->virtio,
					    VIRTIO_MEDIA_COMMANDQ);
	events_init(&device->events,
		    virtio_dev_queue(device->virtio, VIRTIO_MEDIA_EVENTQ));
	*out = device;
	return 0;
}

void media_device_destroy(struct media_device *device)
{
	if (!device)
		return;
	pace_forget(device->params.pace, &device->paused);
	close_all(device);
	mappings_finish(&device->mappings);
	assert(device->num_commands == 0 && device->calls.sent == 0);
	virtio_dev_destroy(device->virtio);
	ahead_finish(&device->ahead);
	free(device);
}

struct virtio_dev *media_device_virtio(struct media_device *device)
{
	return device->virtio;
}

void media_device_set_identity(struct media_device *device,
			       const struct camera_identity *identity)
{
	struct virtio_media_config config;

	device->shared = identity->shared;
	make_config(identity, &config);
	if (memcmp(&config, &device->config.media, sizeof(config)) == 0)
		return;
	device->config.media = config;
	virtio_dev_config_changed(device->virtio);
}

bool media_device_opened(struct media_device *device,
			 const struct guest_session *answer, int *fd)
{
	struct session *session = session_find_opening(device, answer->tag);

	if (!session)
		return false;
	session_opened(session, answer, fd);
	return true;
}

void media_device_report(const struct media_device *device,
			 void (*each)(void *owner,
				      const struct guest_session_report *report),
			 void *owner)
{
	struct guest_session_report report;
	struct session *session, *tmp;

	list_for_each(session, tmp, &device->sessions, link) {
		if (!session->camera)
			continue;
		session_report(session, &report);
		each(owner, &report);
	}
}
