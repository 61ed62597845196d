// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/node.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* Size of the registers of one device, by libxl's layout */
#define REGISTERS_SIZE 0x200

/* SPIs of a GIC */
#define FIRST_SPI 32
#define LAST_SPI 1019

/* Xen gives ids below 8; any that fits its type is its business. */
#define MAX_IOREQ_SERVER 0xffff

static const struct {
	const char *type; /* hexadecimal, as in a device tree */
	uint32_t device_id;
} kinds[] = {
	{ "virtio,device30", 48 }, /* media, as ratified */
	{ "virtio,device2a", 42 }, /* media, as drafted */
};

static bool parse(const char *text, int base, uint64_t max, uint64_t *out)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || *end || value > max)
		return false;
	*out = value;
	return true;
}

static uint32_t device_id(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].type, type) == 0)
			return kinds[i].device_id;
	}
	return 0;
}

/* What xl wrote once and for all. */
static bool check_device(const struct node_text *text, unsigned int domid,
			 struct node *out, char *why, size_t size)
{
	uint64_t base, irq, id;

	if (strcmp(text->transport, "mmio") != 0) {
		/* The usual slip: libxl then gives it no address either. */
		snprintf(why, size, "transport is \"%s\", not \"mmio\": the "
			 "guest's configuration must say transport=mmio",
			 text->transport);
		return false;
	}
	if (!parse(text->frontend_id, 10, UINT32_MAX, &id) || id != domid) {
		snprintf(why, size, "frontend-id is \"%s\", not the path's %u",
			 text->frontend_id, domid);
		return false;
	}
	if (!parse(text->base, 0, UINT64_MAX - REGISTERS_SIZE, &base) ||
	    base == 0) {
		snprintf(why, size, "base is \"%s\", not an address",
			 text->base);
		return false;
	}
	if (!parse(text->irq, 10, LAST_SPI, &irq) || irq < FIRST_SPI) {
		snprintf(why, size, "irq is \"%s\", not an SPI (%d to %d)",
			 text->irq, FIRST_SPI, LAST_SPI);
		return false;
	}
	out->base = base;
	out->irq = irq;
	/* What the guest's device tree says, too. Older xl writes no such key. */
	out->grants = strcmp(text->grant_usage, "1") == 0;
	return true;
}

/* Where an earlier vmediad left it. */
static enum node_verdict check_state(const struct node_text *text,
				     struct node *out, char *why, size_t size)
{
	uint64_t state, server;

	out->ioreq_server = -1;
	if (parse(text->ioreq_server, 10, MAX_IOREQ_SERVER, &server))
		out->ioreq_server = server;
	if (!parse(text->state, 10, NODE_CLOSED, &state))
		state = 0;
	if (state == NODE_CLOSED) {
		snprintf(why, size, "it is closed");
		return NODE_RETIRED;
	}
	if (node_is_offline(text)) {
		snprintf(why, size, "it is being removed");
		return NODE_OFFLINE;
	}
	if (state == NODE_INITIALISING)
		return NODE_CLAIM;
	if (state != NODE_INIT_WAIT && state != NODE_CONNECTED) {
		snprintf(why, size, "state is \"%s\"", text->state);
		return NODE_REFUSED;
	}
	/* Another server for the same range would leave a vCPU that waits in
	 * the first one waiting for ever. */
	if (out->ioreq_server < 0) {
		snprintf(why, size, "it is in use, but no ioreq-server is "
			 "recorded by which to take it over");
		return NODE_REFUSED;
	}
	return NODE_CLAIM;
}

enum node_verdict node_check(const struct node_text *text, unsigned int domid,
			     struct node *out, char *why, size_t size)
{
	struct node node = { .device_id = device_id(text->type) };
	enum node_verdict verdict;

	if (node.device_id == 0) {
		snprintf(why, size, "its type is \"%s\"", text->type);
		return NODE_FOREIGN;
	}
	if (!check_device(text, domid, &node, why, size))
		return NODE_REFUSED;
	verdict = check_state(text, &node, why, size);
	if (verdict == NODE_CLAIM)
		*out = node;
	return verdict;
}

bool node_is_offline(const struct node_text *text)
{
	return strcmp(text->online, "0") == 0 || strcmp(text->state, "5") == 0;
}
