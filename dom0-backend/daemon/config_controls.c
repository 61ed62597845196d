// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_controls.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "daemon/config_cameras.h"

/* V4L2_CTRL_ID_MASK, without the flags of a query */
#define MAX_CONTROL_ID 0x0fffffff

static const char *const accesses[] = {
	[CONTROL_PRIMARY] = "primary",
	[CONTROL_HIDDEN] = "hidden",
	[CONTROL_READ] = "ro",
	[CONTROL_WRITE] = "rw",
};

static bool is_name_letter(char c)
{
	return isdigit((unsigned char)c) || (c >= 'a' && c <= 'z');
}

/* What v4l2-ctl makes of a control's name: "White Balance, Auto" is one. */
static void tidy_name(const char *name, char *tidy, size_t size)
{
	size_t len = 0;
	bool gap = false;
	char letter;

	for (; *name && len + 2 < size; name++) {
		letter = tolower((unsigned char)*name);
		if (!is_name_letter(letter)) {
			gap = len > 0;
			continue;
		}
		if (gap)
			tidy[len++] = '_';
		gap = false;
		tidy[len++] = letter;
	}
	tidy[len] = '\0';
}

static void read_id(struct config_parser *p, struct config_item *item,
		    const char *text, struct control_rule *rule)
{
	unsigned long id;
	char *end;

	errno = 0;
	id = strtoul(text + 2, &end, 16);
	if (!isxdigit((unsigned char)text[2]) || errno || *end || id == 0 ||
	    id > MAX_CONTROL_ID)
		config_mistake(p, item->line, "`control=%s` is no control: an "
			       "id is 0x1 to 0x%x", text, MAX_CONTROL_ID);
	else
		rule->id = id;
}

static void read_name(struct config_parser *p, struct config_item *item,
		      const char *text, struct control_rule *rule)
{
	char tidy[256];

	tidy_name(text, tidy, sizeof(tidy));
	if (strcmp(text, tidy) != 0)
		config_mistake(p, item->line, "`control=%s` is not a name in "
			       "v4l2-ctl's form, such as \"%s\"", text,
			       *tidy ? tidy : "brightness");
	else if (strlen(text) >= sizeof(rule->name))
		config_mistake(p, item->line, "`control=%s` is too long for a "
			       "control", text);
	else
		strcpy(rule->name, text);
}

static void read_control(struct config_parser *p, struct config_item *item,
			 struct control_rule *rule)
{
	const char *text = config_item_take(item, "control");

	if (!text || !*text)
		config_mistake(p, item->line, "a rule needs `control=`: the "
			       "name of one, 0xID, or * for all");
	else if (strncmp(text, "0x", 2) == 0)
		read_id(p, item, text, rule);
	else if (strcmp(text, "*") != 0)
		read_name(p, item, text, rule);
}

static void read_access(struct config_parser *p, struct config_item *item,
			struct control_rule *rule)
{
	const char *text = config_item_take(item, "access");

	for (size_t i = 0; i < ARRAY_SIZE(accesses); i++) {
		if (config_same(accesses[i], text)) {
			rule->access = i;
			return;
		}
	}
	if (text)
		config_mistake(p, item->line, "`access=` is hidden, ro, rw or "
			       "primary, not \"%s\"", text);
	else if (!config_item_take(item, "min") &&
		 !config_item_take(item, "max"))
		config_mistake(p, item->line, "a rule needs `access=`, `min=` "
			       "or `max=`");
}

static void read_bound(struct config_parser *p, struct config_item *item,
		       const char *key, int64_t *bound)
{
	const char *text = config_item_take(item, key);
	const char *digits;
	char *end;
	long long value;

	if (!text)
		return;
	digits = text + (text[0] == '-');
	errno = 0;
	value = strtoll(text, &end,
			strncmp(digits, "0x", 2) == 0 ? 16 : 10);
	if (!isdigit((unsigned char)digits[0]) || errno || *end)
		config_mistake(p, item->line, "`%s=` is a whole number, not "
			       "\"%s\"", key, text);
	else
		*bound = value;
}

static void read_range(struct config_parser *p, struct config_item *item,
		       struct control_rule *rule)
{
	const char *control = config_item_take(item, "control");

	rule->minimum = INT64_MIN;
	rule->maximum = INT64_MAX;
	read_bound(p, item, "min", &rule->minimum);
	read_bound(p, item, "max", &rule->maximum);
	rule->clamped = rule->minimum != INT64_MIN ||
			rule->maximum != INT64_MAX;
	if (!rule->clamped)
		return;
	if (rule->minimum > rule->maximum)
		config_mistake(p, item->line, "`min=%" PRId64 "` is more than "
			       "`max=%" PRId64 "`", rule->minimum,
			       rule->maximum);
	if (config_same(control, "*"))
		config_mistake(p, item->line, "`min=` and `max=` need one "
			       "control: no two have the same range");
	if (rule->access == CONTROL_HIDDEN)
		config_mistake(p, item->line, "a hidden control has no `min=` "
			       "and `max=`");
}

static void read_where(struct config_parser *p, struct config_item *item,
		       struct config_control *control)
{
	const char *camera = config_item_take(item, "camera");

	control->domain = config_item_domain(p, item, "domain");
	if (!camera)
		return;
	if (!config_camera_may_exist(p->config, camera))
		config_mistake(p, item->line, "there is no camera \"%s\"",
			       camera);
	control->camera = config_copy(p, camera);
}

void config_add_control(struct config_parser *p, struct config_item *item)
{
	struct config *config = p->config;
	struct config_control *control;

	if (config->num_controls == CONFIG_MAX_CONTROLS) {
		config_mistake(p, item->line, "more than %d rules",
			       CONFIG_MAX_CONTROLS);
		return;
	}
	control = config_grow(p, (void **)&config->controls,
			      config->num_controls, sizeof(*control));
	if (!control)
		return;
	config->num_controls++;
	control->line = item->line;
	read_control(p, item, &control->rule);
	read_access(p, item, &control->rule);
	read_range(p, item, &control->rule);
	read_where(p, item, control);
	config_item_refuse_rest(p, item);
}

const char *config_access_name(enum control_access access)
{
	return accesses[access];
}
