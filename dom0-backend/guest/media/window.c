// SPDX-License-Identifier: GPL-2.0-only
#include "media/window.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "hyp/guest_pages.h"
#include "ipc/daemon_proto.h"

/**
 * struct window_chunk - see window.h
 * @awaited: of who waits for its pages, or of window.fresh; on no list if it
 *           has them
 * @offset: in the window, a multiple of WINDOW_UNIT
 * @len: as it was asked for
 * @pages: owned
 */
struct window_chunk {
	struct list link; /* window.chunks */
	struct list awaited; /* window.fresh or window_wait.chunks, or none */
	struct window *window;
	unsigned int refs;
	uint64_t offset;
	uint64_t len;
	struct guest_pages *pages;
};

/**
 * struct window - see window.h
 * @chunks: of struct window_chunk, by offset
 * @fresh: of struct window_chunk: nobody waits for their pages as yet
 * @waits: of struct window_wait, oldest first
 * @is_serving: somebody further up the stack goes through @waits
 * @is_asking: the populate op was called and is not answered
 * @tag: of that question
 * @first: first block asked for
 * @end: behind the last block asked for
 * @asked_for: whose chunks they are; NULL if it waits no more
 * @allocated: bytes of all chunks, rounded up
 * @num_blocks: of the window
 * @has_pages: per block
 */
struct window {
	struct window_params params;
	struct list chunks;
	struct list fresh;
	struct list waits;
	bool is_serving;
	bool is_asking;
	uint32_t tag;
	size_t first;
	size_t end;
	struct window_wait *asked_for;
	uint64_t allocated;
	size_t num_blocks;
	bool has_pages[];
};

int window_create(const struct window_params *params, struct window **out)
{
	const size_t num_blocks = params->len / WINDOW_BLOCK;
	struct window *window;

	if (params->len == 0 || params->len % WINDOW_BLOCK != 0 ||
	    params->base % WINDOW_BLOCK != 0)
		return -EINVAL;
	window = calloc(1, sizeof(*window) + num_blocks);
	if (!window)
		return -ENOMEM;
	window->params = *params;
	window->num_blocks = num_blocks;
	list_init(&window->chunks);
	list_init(&window->fresh);
	list_init(&window->waits);
	*out = window;
	return 0;
}

void window_destroy(struct window *window)
{
	if (!window)
		return;
	assert(list_empty(&window->chunks) && list_empty(&window->waits));
	free(window);
}

uint64_t window_base(const struct window *window)
{
	return window->params.base;
}

uint64_t window_len(const struct window *window)
{
	return window->params.len;
}

uint64_t window_allocated(const struct window *window)
{
	return window->allocated;
}

uint64_t window_has_pages(const struct window *window)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < window->num_blocks; i++)
		bytes += window->has_pages[i] ? WINDOW_BLOCK : 0;
	return bytes;
}

static uint64_t round_up(uint64_t len)
{
	return (len + WINDOW_UNIT - 1) / WINDOW_UNIT * WINDOW_UNIT;
}

static uint64_t end_of(const struct window_chunk *chunk)
{
	return chunk->offset + round_up(chunk->len);
}

/* The link before which a chunk of @len at *@offset belongs */
static struct list *find_place(struct window *window, uint64_t len,
			       uint64_t *offset)
{
	struct window_chunk *chunk, *tmp;

	*offset = 0;
	list_for_each(chunk, tmp, &window->chunks, link) {
		if (chunk->offset - *offset >= len)
			return &chunk->link;
		*offset = end_of(chunk);
	}
	return window->params.len - *offset >= len ? &window->chunks : NULL;
}

static int describe(const struct window_params *params,
		    struct window_chunk *chunk)
{
	const struct guest_range range = {
		.gpa = params->base + chunk->offset,
		.len = chunk->len,
	};

	return guest_pages_create(params->mem, &range, 1, true, &chunk->pages);
}

int window_alloc(struct window *window, uint64_t len,
		 struct window_chunk **out)
{
	struct window_chunk *chunk;
	struct list *place;
	uint64_t offset;
	int ret;

	if (len == 0)
		return -EINVAL;
	if (len > window->params.len)
		return -ENOMEM;
	place = find_place(window, round_up(len), &offset);
	if (!place)
		return -ENOMEM;
	chunk = calloc(1, sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	chunk->window = window;
	chunk->refs = 1;
	chunk->offset = offset;
	chunk->len = len;
	ret = describe(&window->params, chunk);
	if (ret < 0) {
		free(chunk);
		return ret;
	}
	list_append(place, &chunk->link);
	list_append(&window->fresh, &chunk->awaited);
	window->allocated += round_up(len);
	*out = chunk;
	return 0;
}

struct window_chunk *window_chunk_get(struct window_chunk *chunk)
{
	chunk->refs++;
	return chunk;
}

void window_chunk_put(struct window_chunk *chunk)
{
	if (!chunk)
		return;
	assert(chunk->refs > 0);
	if (--chunk->refs > 0)
		return;
	guest_pages_destroy(chunk->pages);
	chunk->window->allocated -= round_up(chunk->len);
	list_remove(&chunk->link);
	list_remove(&chunk->awaited);
	free(chunk);
}

uint64_t window_chunk_offset(const struct window_chunk *chunk)
{
	return chunk->offset;
}

uint64_t window_chunk_len(const struct window_chunk *chunk)
{
	return chunk->len;
}

struct guest_pages *window_chunk_pages(const struct window_chunk *chunk)
{
	return chunk->pages;
}

void window_wait_init(struct window_wait *wait,
		      void (*done)(struct window_wait *wait, int error))
{
	wait->window = NULL;
	wait->done = done;
	list_init(&wait->chunks);
}

/* All that is on @from to the end of @to */
static void move_all(struct list *from, struct list *to)
{
	struct window_chunk *chunk, *tmp;

	list_for_each(chunk, tmp, from, awaited) {
		list_remove(&chunk->awaited);
		list_append(to, &chunk->awaited);
	}
}

/* What lives on without pages is the next one's to have. */
static void stop_waiting(struct window_wait *wait)
{
	struct window *window = wait->window;
	struct list *heir = &window->fresh;

	list_remove(&wait->link);
	if (!list_empty(&window->waits))
		heir = &list_first(&window->waits, struct window_wait, link)
				->chunks;
	move_all(&wait->chunks, heir);
	wait->window = NULL;
	if (window->asked_for == wait)
		window->asked_for = NULL;
}

static void finish(struct window_wait *wait, int error)
{
	stop_waiting(wait);
	wait->done(wait, error);
}

/*
 * Blocks without pages that @wait needs, in one run, as far as one question
 * goes. Chunks of one time lie mostly one behind the other.
 * Return: false if there are none.
 */
static bool find_run(const struct window *window,
		     const struct window_wait *wait, size_t *first, size_t *end)
{
	const size_t most = GUEST_POPULATE_MAX / WINDOW_BLOCK;
	const struct window_chunk *chunk, *tmp;

	*first = *end = 0;
	list_for_each(chunk, tmp, &wait->chunks, awaited) {
		size_t block = chunk->offset / WINDOW_BLOCK;

		for (; block * WINDOW_BLOCK < end_of(chunk); block++) {
			if (window->has_pages[block])
				continue;
			if (*first == *end)
				*first = *end = block;
			if (block == *end && *end - *first < most)
				++*end;
		}
	}
	return *first != *end;
}

/* Those that have pages are nobody's to wait for. */
static void drop_chunks(struct window_wait *wait)
{
	struct window_chunk *chunk, *tmp;

	list_for_each(chunk, tmp, &wait->chunks, awaited)
		list_remove(&chunk->awaited);
}

/* Ask for what @wait needs next, or be done with it. */
static void serve(struct window *window, struct window_wait *wait)
{
	const struct window_params *params = &window->params;

	if (!find_run(window, wait, &window->first, &window->end)) {
		drop_chunks(wait);
		finish(wait, 0);
		return;
	}
	if (params->populate(params->owner, window->first * WINDOW_BLOCK,
			     (window->end - window->first) * WINDOW_BLOCK,
			     &window->tag) < 0) {
		finish(wait, -ENOMEM);
		return;
	}
	window->is_asking = true;
	window->asked_for = wait;
}

/* Who waits longest first, until somebody needs an answer. */
static void serve_all(struct window *window)
{
	if (window->is_serving)
		return;
	window->is_serving = true;
	while (!window->is_asking && !list_empty(&window->waits))
		serve(window, list_first(&window->waits, struct window_wait,
					 link));
	window->is_serving = false;
}

void window_populate(struct window *window, struct window_wait *wait)
{
	assert(!wait->window);
	wait->window = window;
	move_all(&window->fresh, &wait->chunks);
	list_append(&window->waits, &wait->link);
	serve_all(window);
}

void window_wait_cancel(struct window_wait *wait)
{
	if (wait->window)
		stop_waiting(wait);
}

bool window_populated(struct window *window, uint32_t tag, int error)
{
	struct window_wait *wait = window->asked_for;

	if (!window->is_asking || window->tag != tag)
		return false;
	window->is_asking = false;
	window->asked_for = NULL;
	for (size_t i = window->first; error == 0 && i < window->end; i++)
		window->has_pages[i] = true;
	if (error != 0 && wait)
		finish(wait, -ENOMEM);
	serve_all(window);
	return true;
}
