// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_pattern.c - a camera without hardware.
 *
 * Slots are memfds that we map for writing and then seal, so that nobody who
 * gets one can shrink it under another reader or draw into it.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/pattern.h"
#include "camera/pattern_mode.h"
#include "camera/source.h"

#define PATTERN_PREFIX "pattern:"

/**
 * struct source_pattern - a pattern source
 * @mode: what is drawn
 * @running: between start and stop
 * @pattern: that its slots were prepared for
 * @pictures: its slots, mapped; NULL if none
 * @bytes: of each
 * @queued: bit per slot that may be drawn into
 * @next: slot to look at first, so that all are used in turn
 * @num_slots: that are prepared, 0 if none
 * @sequence: of the next picture
 * @tick: the next picture is due
 */
struct source_pattern {
	struct source source;
	struct pattern_mode mode;
	bool running;
	struct pattern pattern;
	uint8_t *pictures[SESSION_MAX_SLOTS];
	size_t bytes;
	uint32_t queued;
	unsigned int next;
	unsigned int num_slots;
	uint32_t sequence;
	struct event *tick;
};

static struct source_pattern *to_pattern(struct source *source)
{
	return container_of(source, struct source_pattern, source);
}

static int pattern_next_slot(struct source_pattern *self)
{
	for (unsigned int i = 0; i < self->num_slots; i++) {
		unsigned int slot = (self->next + i) % self->num_slots;

		if (self->queued & 1u << slot) {
			self->next = slot + 1;
			return slot;
		}
	}
	return -1;
}

static void pattern_fill(struct source_pattern *self, unsigned int slot,
			 uint32_t sequence)
{
	struct session_frame frame = {
		.slot = slot,
		.sequence = sequence,
		.field = V4L2_FIELD_NONE,
		.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC |
			 V4L2_BUF_FLAG_TSTAMP_SRC_EOF,
		.bytesused = { pattern_bytes(&self->pattern) },
	};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	pattern_draw(&self->pattern, self->pictures[slot], sequence,
		     now.tv_sec % (24 * 3600) * 1000 + now.tv_nsec / 1000000);

	clock_gettime(CLOCK_MONOTONIC, &now);
	frame.timestamp_sec = now.tv_sec;
	frame.timestamp_usec = now.tv_nsec / 1000;
	self->queued &= ~(1u << slot);
	if (self->source.listener)
		self->source.listener->filled(self->source.owner, &frame);
}

static void pattern_tick(evutil_socket_t fd, short what, void *arg)
{
	struct source_pattern *self = arg;
	/* A picture that finds no slot is lost, but counted, as in a driver. */
	uint32_t sequence = self->sequence++;
	int slot = pattern_next_slot(self);

	if (slot >= 0)
		pattern_fill(self, slot, sequence);
}

static void pattern_set_rate(struct source_pattern *self)
{
	struct timeval interval = {
		.tv_sec = self->mode.current_fps == 1,
		.tv_usec = 1000000 / self->mode.current_fps % 1000000,
	};

	event_add(self->tick, &interval);
}

static int pattern_make_slot(struct source_pattern *self, unsigned int slot,
			     struct pool *pool)
{
	uint8_t *picture;
	int fd, ret;

	fd = memfd_create("vmedia-slot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	pool_set_fd(pool, slot, 0, fd);
	if (ftruncate(fd, self->bytes) < 0)
		return -errno;

	picture = mmap(NULL, self->bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, 0);
	if (picture == MAP_FAILED)
		return -errno;
	self->pictures[slot] = picture;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
		  F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) < 0) {
		ret = -errno;
		log_error("a slot cannot be sealed: %s", strerror(-ret));
		return ret;
	}

	if (slot == 0)
		pattern_init(&self->pattern, self->mode.current_width,
			     self->mode.current_height, picture);
	else
		pattern_draw_bars(&self->pattern, picture);
	return 0;
}

static void pattern_unprepare(struct source *source)
{
	struct source_pattern *self = to_pattern(source);

	for (unsigned int i = 0; i < SESSION_MAX_SLOTS; i++) {
		if (self->pictures[i])
			munmap(self->pictures[i], self->bytes);
		self->pictures[i] = NULL;
	}
	self->num_slots = 0;
}

static int pattern_prepare(struct source *source, unsigned int num_slots,
			   struct pool *pool)
{
	struct source_pattern *self = to_pattern(source);
	size_t page = sysconf(_SC_PAGESIZE);
	uint32_t size;
	int ret;

	size = self->mode.current_width * self->mode.current_height * 2;
	ret = pool_layout(pool, num_slots, 1, &size);
	if (ret)
		return ret;

	/* Whole pages, for those who grant them */
	self->bytes = (size + page - 1) / page * page;
	for (unsigned int i = 0; i < num_slots; i++) {
		ret = pattern_make_slot(self, i, pool);
		if (ret) {
			pattern_unprepare(source);
			return ret;
		}
	}

	self->num_slots = num_slots;
	self->next = 0;
	return 0;
}

static int pattern_add_slot(struct source_pattern *self, struct pool *pool)
{
	unsigned int slot = pool->num_slots;
	int ret;

	ret = pool_add_slot(pool);
	if (ret)
		return ret;
	ret = pattern_make_slot(self, slot, pool);
	if (ret == 0) {
		self->num_slots++;
		return 0;
	}
	if (self->pictures[slot])
		munmap(self->pictures[slot], self->bytes);
	self->pictures[slot] = NULL;
	pool_drop_slot(pool);
	return ret;
}

static int pattern_grow(struct source *source, unsigned int num_slots,
			struct pool *pool)
{
	int ret = 0;

	for (unsigned int i = 0; i < num_slots && ret == 0; i++)
		ret = pattern_add_slot(to_pattern(source), pool);
	return ret;
}

static int pattern_start(struct source *source)
{
	struct source_pattern *self = to_pattern(source);

	self->sequence = 0;
	self->running = true;
	pattern_set_rate(self);
	return 0;
}

static int pattern_queue(struct source *source, unsigned int slot)
{
	struct source_pattern *self = to_pattern(source);

	self->queued |= 1u << slot;
	return 0;
}

static void pattern_stop(struct source *source)
{
	struct source_pattern *self = to_pattern(source);

	event_del(self->tick);
	self->queued = 0;
	self->running = false;
}

static int pattern_ioctl(struct source_handle *handle, unsigned long request,
			 void *payload)
{
	struct source_pattern *self = to_pattern(handle->source);
	int ret;

	ret = pattern_mode_ioctl(&self->mode, self->num_slots > 0, request,
				 payload);
	if (ret == 0 && request == VIDIOC_S_PARM && self->running)
		pattern_set_rate(self);
	return ret;
}

static int pattern_open(struct source *source,
			void (*event)(void *owner,
				      const struct v4l2_event *event),
			void *owner, struct source_handle **out)
{
	struct source_handle *handle = calloc(1, sizeof(*handle));

	if (!handle)
		return -ENOMEM;
	handle->source = source;
	handle->event = event;
	handle->owner = owner;
	*out = handle;
	return 0;
}

static void pattern_close(struct source_handle *handle)
{
	free(handle);
}

static void pattern_destroy(struct source *source)
{
	struct source_pattern *self = to_pattern(source);

	event_free(self->tick);
	free(self);
}

static const struct source_ops pattern_ops = {
	.destroy = pattern_destroy,
	.open = pattern_open,
	.close = pattern_close,
	.ioctl = pattern_ioctl,
	.prepare = pattern_prepare,
	.grow = pattern_grow,
	.start = pattern_start,
	.queue = pattern_queue,
	.stop = pattern_stop,
	.unprepare = pattern_unprepare,
};

int source_pattern_create(struct event_base *base, const char *spec,
			  struct source **out)
{
	struct source_pattern *self;
	struct pattern_mode mode;
	int ret;

	ret = pattern_mode_parse(&mode, spec + strlen(PATTERN_PREFIX));
	if (ret)
		return ret;

	self = calloc(1, sizeof(*self));
	if (!self)
		return -ENOMEM;
	self->tick = event_new(base, -1, EV_PERSIST, pattern_tick, self);
	if (!self->tick) {
		free(self);
		return -ENOMEM;
	}

	self->mode = mode;
	self->source.ops = &pattern_ops;
	self->source.identity = (struct camera_identity){
		.present = 1,
		.shared = 1,
		.device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING |
			       V4L2_CAP_EXT_PIX_FORMAT,
		.card = "vmedia pattern",
	};
	*out = &self->source;
	return 0;
}
