/* SPDX-License-Identifier: GPL-2.0-only */
/* driver_spec_priv.h - what driver_spec*.c have in common: see driver_spec.h.
 */
#ifndef DRIVER_SPEC_PRIV_H
#define DRIVER_SPEC_PRIV_H

#include "driver_spec.h"

/* Commands and responses, payloads, strings: the driver's own memory */
#define SPEC_COMMAND_LEN 4096
#define SPEC_SHADOW_LEN (16 * 1024)
#define SPEC_STRINGS_LEN (16 * 1024)

struct spec_stored_event;

/**
 * struct driver_spec - all that it knows
 * @shadow_gpa: of the payloads, the same memory on both ways
 * @commands_used: used entries of the command queue that it has seen
 * @events_used: likewise
 * @held: event buffers that do not go back; @num_held of them
 * @events: not taken, the oldest first
 */
struct driver_spec {
	struct driver_spec_params params;
	uint64_t command_gpa;
	uint64_t response_gpa;
	uint64_t shadow_gpa;
	uint64_t strings_gpa;
	uint64_t events_gpa;
	uint16_t commands_used;
	uint16_t events_used;
	bool holds_events;
	unsigned int held[DRIVER_SPEC_EVENTS];
	unsigned int num_held;
	struct spec_stored_event *events;
};

/**
 * struct spec_shadow - what goes with a command
 * @len: of payload and what follows it both ways
 * @out_len: behind that, of what only goes out
 */
struct spec_shadow {
	size_t len;
	size_t out_len;
};

/** spec_ram() - the driver's own view of its memory */
void *spec_ram(struct driver_spec *driver, uint64_t gpa, size_t len);

/** spec_drain_events() - take all that are there */
void spec_drain_events(struct driver_spec *driver);

/**
 * spec_run() - a command and its response, the shadow between
 * @response_len: without a payload
 * @len: set to how much of the shadow the device wrote
 * Return: 0 or -errno, as the device said. Breaks as the driver would.
 */
int spec_run(struct driver_spec *driver, const void *command,
	     size_t command_len, size_t response_len,
	     const struct spec_shadow *shadow, size_t *len);

/** spec_run_alone() - a command without a writable part */
void spec_run_alone(struct driver_spec *driver, const void *command,
		    size_t len);

#endif /* DRIVER_SPEC_PRIV_H */
