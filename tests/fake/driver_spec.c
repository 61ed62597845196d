// SPDX-License-Identifier: GPL-2.0-only
#include "driver_spec_priv.h"

#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/util.h"
#include "driver_fake.h"
#include "hyp_fake.h"

#define PATIENCE_SECONDS 5
#define EVENT_RING 32

/* Most descriptors of a command */
#define MAX_PIECES 8

struct piece {
	uint64_t gpa;
	uint32_t len;
	bool writable;
};

struct spec_stored_event {
	struct spec_stored_event *next;
	struct driver_spec_event event;
};

void *spec_ram(struct driver_spec *driver, uint64_t gpa, size_t len)
{
	return hyp_fake_ram(driver->params.fake, gpa, len);
}

static struct vring *ring_of(struct driver_spec *driver, unsigned int queue)
{
	return driver_fake_ring(driver->params.transport, queue);
}

static void kick(struct driver_spec *driver, unsigned int queue)
{
	if (le16toh(ring_of(driver, queue)->used->flags) &
	    VRING_USED_F_NO_NOTIFY)
		return;
	driver_fake_notify(driver->params.transport, queue);
}

/* Return: false if the device has not used a buffer since. */
static bool take_used(struct driver_spec *driver, unsigned int queue,
		      uint16_t *seen, struct vring_used_elem *elem)
{
	const struct vring *ring = ring_of(driver, queue);

	if (le16toh(__atomic_load_n(&ring->used->idx, __ATOMIC_ACQUIRE)) ==
	    *seen)
		return false;
	*elem = ring->used->ring[(*seen)++ % ring->num];
	return true;
}

/* Events */

static uint64_t event_gpa(const struct driver_spec *driver, unsigned int index)
{
	return driver->events_gpa +
	       index * sizeof(struct virtio_media_event_dqbuf);
}

static void post_event(struct driver_spec *driver, unsigned int index)
{
	const struct vring_desc desc = {
		.addr = htole64(event_gpa(driver, index)),
		.len = htole32(sizeof(struct virtio_media_event_dqbuf)),
		.flags = htole16(VRING_DESC_F_WRITE),
	};

	driver_fake_set_desc(driver->params.transport, VIRTIO_MEDIA_EVENTQ,
			     index, &desc);
	driver_fake_offer(driver->params.transport, VIRTIO_MEDIA_EVENTQ, index);
}

static void check_event(const struct driver_spec_event *event)
{
	static const size_t lens[] = {
		[VIRTIO_MEDIA_EVT_ERROR] =
			sizeof(struct virtio_media_event_error),
		[VIRTIO_MEDIA_EVT_DQBUF] =
			sizeof(struct virtio_media_event_dqbuf),
		[VIRTIO_MEDIA_EVT_EVENT] =
			sizeof(struct virtio_media_event_event),
	};
	uint32_t kind;

	if (event->len < sizeof(event->hdr))
		fail_msg("an event of %u bytes breaks the driver", event->len);
	kind = le32toh(event->hdr.event);
	if (kind >= ARRAY_SIZE(lens) || event->len < lens[kind])
		fail_msg("an event %u of %u bytes breaks the driver", kind,
			 event->len);
}

static void store_event(struct driver_spec *driver,
			const struct vring_used_elem *elem)
{
	struct spec_stored_event *stored = calloc(1, sizeof(*stored));
	struct spec_stored_event **end = &driver->events;

	assert_non_null(stored);
	stored->event.len = le32toh(elem->len);
	memcpy(&stored->event.hdr,
	       spec_ram(driver, event_gpa(driver, le32toh(elem->id)),
			sizeof(struct virtio_media_event_dqbuf)),
	       sizeof(struct virtio_media_event_dqbuf));
	check_event(&stored->event);
	while (*end)
		end = &(*end)->next;
	*end = stored;
}

void spec_drain_events(struct driver_spec *driver)
{
	struct vring_used_elem elem;
	bool posted = false;

	while (take_used(driver, VIRTIO_MEDIA_EVENTQ, &driver->events_used,
			 &elem)) {
		assert_true(le32toh(elem.id) < DRIVER_SPEC_EVENTS);
		store_event(driver, &elem);
		if (driver->holds_events) {
			driver->held[driver->num_held++] = le32toh(elem.id);
		} else {
			post_event(driver, le32toh(elem.id));
			posted = true;
		}
	}
	if (posted)
		kick(driver, VIRTIO_MEDIA_EVENTQ);
}

bool driver_spec_event(struct driver_spec *driver,
		       struct driver_spec_event *event)
{
	struct spec_stored_event *first;

	driver->params.run(driver->params.owner);
	spec_drain_events(driver);
	first = driver->events;
	if (!first)
		return false;
	driver->events = first->next;
	*event = first->event;
	free(first);
	return true;
}

void driver_spec_hold_events(struct driver_spec *driver, bool held)
{
	driver->holds_events = held;
	if (held || driver->num_held == 0)
		return;
	while (driver->num_held > 0)
		post_event(driver, driver->held[--driver->num_held]);
	kick(driver, VIRTIO_MEDIA_EVENTQ);
}

/* Start and end */

struct driver_spec *driver_spec_probe(const struct driver_spec_params *params)
{
	struct driver_fake *transport = params->transport;
	struct driver_spec *driver = calloc(1, sizeof(*driver));
	struct hyp_fake *fake = params->fake;

	assert_non_null(driver);
	driver->params = *params;
	driver->command_gpa = hyp_fake_alloc(fake, 0, SPEC_COMMAND_LEN);
	driver->response_gpa = hyp_fake_alloc(fake, 1, SPEC_COMMAND_LEN);
	driver->shadow_gpa = hyp_fake_alloc(fake, 1, SPEC_SHADOW_LEN);
	driver->strings_gpa = hyp_fake_alloc(fake, 0, SPEC_STRINGS_LEN);
	driver->events_gpa = hyp_fake_alloc(
		fake, 0,
		DRIVER_SPEC_EVENTS * sizeof(struct virtio_media_event_dqbuf));
	assert_true(driver_fake_negotiate(transport, DRIVER_FAKE_VERSION_1));
	driver_fake_setup_queue(transport, VIRTIO_MEDIA_COMMANDQ, params->ring);
	driver_fake_setup_queue(transport, VIRTIO_MEDIA_EVENTQ, EVENT_RING);
	for (unsigned int i = 0; i < DRIVER_SPEC_EVENTS; i++)
		post_event(driver, i);
	kick(driver, VIRTIO_MEDIA_EVENTQ);
	driver_fake_driver_ok(transport);
	params->run(params->owner);
	return driver;
}

void driver_spec_remove(struct driver_spec *driver)
{
	struct hyp_fake *fake = driver->params.fake;

	while (driver->events) {
		struct spec_stored_event *first = driver->events;

		driver->events = first->next;
		free(first);
	}
	hyp_fake_free(fake, driver->command_gpa, SPEC_COMMAND_LEN);
	hyp_fake_free(fake, driver->response_gpa, SPEC_COMMAND_LEN);
	hyp_fake_free(fake, driver->shadow_gpa, SPEC_SHADOW_LEN);
	hyp_fake_free(fake, driver->strings_gpa, SPEC_STRINGS_LEN);
	hyp_fake_free(fake, driver->events_gpa,
		      DRIVER_SPEC_EVENTS *
			      sizeof(struct virtio_media_event_dqbuf));
	free(driver);
}

/* Commands */

static uint32_t wait_used(struct driver_spec *driver)
{
	struct timespec now, start;
	struct vring_used_elem elem;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		driver->params.run(driver->params.owner);
		if (take_used(driver, VIRTIO_MEDIA_COMMANDQ,
			      &driver->commands_used, &elem))
			break;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec > PATIENCE_SECONDS)
			fail_msg("a command without an answer: ETIMEDOUT");
	}
	assert_int_equal(le32toh(elem.id), 0);
	return le32toh(elem.len);
}

/* Return: the used length. */
static uint32_t run_chain(struct driver_spec *driver,
			  const struct piece *pieces, unsigned int count)
{
	assert_true(count <= MAX_PIECES && count <= driver->params.ring);
	for (unsigned int i = 0; i < count; i++) {
		const struct vring_desc desc = {
			.addr = htole64(pieces[i].gpa),
			.len = htole32(pieces[i].len),
			.flags = htole16(
				(i + 1 < count ? VRING_DESC_F_NEXT : 0) |
				(pieces[i].writable ? VRING_DESC_F_WRITE : 0)),
			.next = htole16(i + 1 < count ? i + 1 : 0),
		};

		driver_fake_set_desc(driver->params.transport,
				     VIRTIO_MEDIA_COMMANDQ, i, &desc);
	}
	driver_fake_offer(driver->params.transport, VIRTIO_MEDIA_COMMANDQ, 0);
	kick(driver, VIRTIO_MEDIA_COMMANDQ);
	return wait_used(driver);
}

static void add_piece(struct piece *pieces, unsigned int *count, uint64_t gpa,
		      size_t len, bool writable)
{
	if (len == 0)
		return;
	pieces[*count] = (struct piece){gpa, len, writable};
	(*count)++;
}

int spec_run(struct driver_spec *driver, const void *command,
	     size_t command_len, size_t response_len,
	     const struct spec_shadow *shadow, size_t *len)
{
	struct piece pieces[MAX_PIECES];
	unsigned int count = 0;
	uint32_t used, status;

	memcpy(spec_ram(driver, driver->command_gpa, command_len), command,
	       command_len);
	add_piece(pieces, &count, driver->command_gpa, command_len, false);
	add_piece(pieces, &count, driver->shadow_gpa,
		  shadow->len + shadow->out_len, false);
	add_piece(pieces, &count, driver->response_gpa, response_len, true);
	add_piece(pieces, &count, driver->shadow_gpa, shadow->len, true);
	used = run_chain(driver, pieces, count);
	spec_drain_events(driver);
	if (used < sizeof(struct virtio_media_resp_header))
		fail_msg("an answer of %u bytes breaks the driver", used);
	memcpy(&status, spec_ram(driver, driver->response_gpa, 4),
	       sizeof(status));
	status = le32toh(status);
	if (status == 0 && used < response_len + shadow->len)
		fail_msg("a success of %u bytes breaks the driver", used);
	*len = used - MIN((size_t)used, response_len);
	return -(int)status;
}

void spec_run_alone(struct driver_spec *driver, const void *command, size_t len)
{
	const struct piece piece = {driver->command_gpa, len, false};

	memcpy(spec_ram(driver, driver->command_gpa, len), command, len);
	assert_int_equal(run_chain(driver, &piece, 1), 0);
}
