// SPDX-License-Identifier: GPL-2.0-only
#include "camera/access.h"

#include <string.h>

#include "base/util.h"

/* Not isalnum(): what a name is must not hang on the locale. */
static bool access_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

void access_name(const char name[32], char out[32])
{
	size_t len = 0;
	bool gap = false;

	for (size_t i = 0; i < 31 && name[i]; i++) {
		char c = name[i];

		if (!access_is_word(c)) {
			gap = len > 0;
			continue;
		}
		/* Each gap stands for a byte of the name: there is room. */
		if (gap)
			out[len++] = '_';
		gap = false;
		out[len++] = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
	}
	memset(out + len, 0, 32 - len);
}

static bool access_fits(const struct control_rule *rule, uint32_t id,
			const char *name)
{
	if (rule->id)
		return rule->id == id;
	return rule->name[0] == '\0' ||
	       strncmp(rule->name, name, sizeof(rule->name)) == 0;
}

static enum access_right access_right(uint32_t word, bool primary)
{
	switch (word) {
	case CONTROL_PRIMARY:
		return primary ? ACCESS_WRITE : ACCESS_READ;
	case CONTROL_WRITE:
		return ACCESS_WRITE;
	case CONTROL_HIDDEN:
		return ACCESS_HIDDEN;
	default:
		return ACCESS_READ;
	}
}

struct access access_decide(const struct camera_guest *guest, uint32_t id,
			    const char *name, bool primary)
{
	const uint32_t num_rules = MIN(guest->num_rules,
				       (uint32_t)CAMERA_MAX_RULES);
	struct access access = { 0 };

	for (uint32_t i = 0; i < num_rules; i++) {
		const struct control_rule *rule = &guest->rules[i];

		if (!access_fits(rule, id, name))
			continue;
		access.right = access_right(rule->access, primary);
		access.clamped = rule->clamped;
		access.minimum = rule->minimum;
		access.maximum = rule->maximum;
		return access;
	}
	access.right = access_right(CONTROL_PRIMARY, primary);
	return access;
}

bool access_is_open(const struct camera_guest *guest, bool primary)
{
	return primary && guest->num_rules == 0;
}

bool access_can_clamp(uint32_t type)
{
	switch (type) {
	case V4L2_CTRL_TYPE_INTEGER:
	case V4L2_CTRL_TYPE_INTEGER64:
	case V4L2_CTRL_TYPE_BOOLEAN:
	case V4L2_CTRL_TYPE_MENU:
	case V4L2_CTRL_TYPE_INTEGER_MENU:
		return true;
	default:
		return false;
	}
}

/*
 * Distances from the minimum are unsigned: between the ends of an int64_t is
 * more than one holds.
 */
void access_narrow(struct access *access, struct access_range *range)
{
	const uint64_t step = range->step ? range->step : 1;
	const uint64_t base = range->minimum;
	uint64_t first = 0;
	uint64_t last;

	if (range->maximum < range->minimum ||
	    access->maximum < range->minimum ||
	    access->minimum > range->maximum ||
	    access->minimum > access->maximum) {
		access->right = ACCESS_READ;
		return;
	}

	if (access->minimum > range->minimum) {
		first = (uint64_t)access->minimum - base;
		first = first / step + (first % step > 0);
	}
	last = ((uint64_t)MIN(access->maximum, range->maximum) - base) / step;
	if (first > last) {
		access->right = ACCESS_READ;
		return;
	}

	range->minimum = (int64_t)(base + first * step);
	/* A driver's own maximum need not be one that its step reaches. */
	if (access->maximum < range->maximum)
		range->maximum = (int64_t)(base + last * step);
	range->default_value = access_bring_into(range, range->default_value);
}

int64_t access_bring_into(const struct access_range *range, int64_t value)
{
	if (value < range->minimum)
		return range->minimum;
	return MIN(value, range->maximum);
}
