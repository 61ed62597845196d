/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * list.h - intrusive doubly linked list.
 *
 * A struct list is a head or a link. Say beside each link which list it is on.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>

#include "base/util.h"

struct list {
	struct list *prev;
	struct list *next;
};

/** list_init() - an empty head, or a link on no list */
static inline void list_init(struct list *list)
{
	list->prev = list;
	list->next = list;
}

static inline bool list_empty(const struct list *list)
{
	return list->next == list;
}

/** list_append() - put @link at the end of @head's list */
static inline void list_append(struct list *head, struct list *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/** list_remove() - take @link off its list; harmless if it is on none */
static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

#define list_entry(link, type, member) container_of(link, type, member)

#define list_first(head, type, member) \
	list_entry((head)->next, type, member)

/* The body may remove and free @entry, but no other. */
#define list_for_each(entry, tmp, head, member)                            \
	for (entry = list_entry((head)->next, __typeof__(*entry), member), \
	    tmp = list_entry(entry->member.next, __typeof__(*entry), member); \
	     &entry->member != (head); entry = tmp,                        \
	    tmp = list_entry(entry->member.next, __typeof__(*entry), member))

#endif /* BASE_LIST_H */
