/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * objects.h - buffers that a guest exported, known by UUID ("Virtio Object").
 *
 * All devices of a guest have them in common, so that the picture of a camera
 * can be the input of a codec. An object is one plane of an MMAP buffer. It can
 * be found as long as its buffer exists, or as a buffer of any queue was given
 * it by the last QBUF: as a dma-buf lives as long as one of the two holds it.
 * There is at most one for each plane, so quota `buffers` bounds them.
 *
 * Thread: the event loop's.
 */
#ifndef MEDIA_OBJECTS_H
#define MEDIA_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#define OBJECT_UUID_LEN 16

struct area;

/** struct objects - of one guest */
struct objects {
	struct list list; /* of struct object */
};

/**
 * struct object - one of them
 * @refs: its users
 * @uuid: by which the guest knows it; random
 * @area: its memory; a reference
 */
struct object {
	struct list link; /* objects.list */
	unsigned int refs;
	uint8_t uuid[OBJECT_UUID_LEN];
	struct area *area;
};

/** objects_init() - none */
void objects_init(struct objects *objects);

/** objects_exist() - there is one at least */
bool objects_exist(const struct objects *objects);

/**
 * object_create() - export @area, under a new UUID (RFC 4122, version 4)
 * @area: one reference more is taken
 * @out: on success, with one reference, the caller's; else untouched
 * Return: 0; -ENOMEM; as getrandom(2).
 */
int object_create(struct objects *objects, struct area *area,
		  struct object **out);

/** objects_find() - borrowed; NULL if there is none */
struct object *objects_find(const struct objects *objects, const uint8_t *uuid);

/** object_get() - one reference more; returns @object */
struct object *object_get(struct object *object);

/** object_put() - one reference less; NULL is fine */
void object_put(struct object *object);

#endif /* MEDIA_OBJECTS_H */
