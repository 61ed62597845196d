// SPDX-License-Identifier: GPL-2.0-only
#include "media/area.h"

#include <errno.h>
#include <stdlib.h>

#include "media/account.h"
#include "media/window.h"

struct area {
	unsigned int refs;
	struct account *account;
	struct window_chunk *chunk;
};

int area_create(struct window *window, struct account *account, uint32_t len,
		struct area **out)
{
	struct area *area = calloc(1, sizeof(*area));
	int ret;

	if (!area)
		return -ENOMEM;
	ret = window_alloc(window, len, &area->chunk);
	/* On the wire the offset has 32 bits ("Device Operation: Mmap"). */
	if (ret == 0 && window_chunk_offset(area->chunk) > UINT32_MAX) {
		window_chunk_put(area->chunk);
		ret = -ENOMEM;
	}
	if (ret < 0) {
		free(area);
		return ret;
	}
	area->refs = 1;
	area->account = account;
	*out = area;
	return 0;
}

struct area *area_get(struct area *area)
{
	area->refs++;
	return area;
}

void area_put(struct area *area)
{
	if (!area || --area->refs > 0)
		return;
	account_give_back(area->account, 0, area_len(area));
	window_chunk_put(area->chunk);
	free(area);
}

bool area_is_shared(const struct area *area)
{
	return area->refs > 1;
}

uint32_t area_offset(const struct area *area)
{
	return window_chunk_offset(area->chunk);
}

uint32_t area_len(const struct area *area)
{
	return window_chunk_len(area->chunk);
}

struct guest_pages *area_pages(const struct area *area)
{
	return window_chunk_pages(area->chunk);
}
