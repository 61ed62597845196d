/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * allocate.h - what buffers cost: quotas of the guest, pages of the window.
 */
#ifndef MEDIA_ALLOCATE_H
#define MEDIA_ALLOCATE_H

#include <stdint.h>

#include "media/layout.h"

struct command;
struct queue;
struct session;

/**
 * allocate_room() - take buffers and their bytes from the guest's account
 * @count: not 0; made less if the quotas leave no room for all
 * @least: not 0: fewer than that are of no use
 *
 * What the quotas refuse is logged and counted.
 * Return: 0; -ENOBUFS or -ENOMEM if there is no room for @least: then nothing
 * is taken.
 */
int allocate_room(struct session *session, uint32_t *count, uint32_t least,
		  const struct queue_layout *layout);

/**
 * allocate_pages() - see to it that the buffers of @queue have memory
 * @queue: of @command's session
 * @done: called at once or later with 0 or -ENOMEM, unless the session ends
 */
void allocate_pages(struct command *command, const struct queue *queue,
		    void (*done)(struct command *command, int error));

#endif /* MEDIA_ALLOCATE_H */
