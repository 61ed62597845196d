// SPDX-License-Identifier: GPL-2.0-only
#include "media/objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "media/area.h"

void objects_init(struct objects *objects)
{
	list_init(&objects->list);
}

bool objects_exist(const struct objects *objects)
{
	return !list_empty(&objects->list);
}

/* RFC 4122, 4.4: all bits random but for version and variant */
static int make_uuid(uint8_t *uuid)
{
	ssize_t got;

	do {
		got = getrandom(uuid, OBJECT_UUID_LEN, 0);
	} while (got < 0 && errno == EINTR);
	if (got != OBJECT_UUID_LEN)
		return got < 0 ? -errno : -EIO;
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	return 0;
}

int object_create(struct objects *objects, struct area *area,
		  struct object **out)
{
	struct object *object = calloc(1, sizeof(*object));
	int ret;

	if (!object)
		return -ENOMEM;
	ret = make_uuid(object->uuid);
	if (ret < 0) {
		free(object);
		return ret;
	}
	object->refs = 1;
	object->area = area_get(area);
	list_append(&objects->list, &object->link);
	*out = object;
	return 0;
}

struct object *objects_find(const struct objects *objects, const uint8_t *uuid)
{
	struct object *object, *tmp;

	list_for_each(object, tmp, &objects->list, link) {
		if (memcmp(object->uuid, uuid, OBJECT_UUID_LEN) == 0)
			return object;
	}
	return NULL;
}

struct object *object_get(struct object *object)
{
	object->refs++;
	return object;
}

void object_put(struct object *object)
{
	if (!object || --object->refs > 0)
		return;
	list_remove(&object->link);
	area_put(object->area);
	free(object);
}
