/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * window_scene.h - a window of HYP_FAKE_WINDOW_LEN bytes at HYP_FAKE_WINDOW,
 * three who may wait for pages, and vmediad's part.
 */
#ifndef WINDOW_SCENE_H
#define WINDOW_SCENE_H

#include <stdint.h>

#include "hyp_fake.h"
#include "media/window.h"

struct guest_mem;

#define MIB UINT64_C(0x100000)

/**
 * struct waiter - somebody who waits
 * @calls: times that he was told; @error: the last of them
 * @left: puts this chunk when he is refused; NULL: none
 */
struct waiter {
	struct window_wait wait;
	unsigned int calls;
	int error;
	struct window_chunk *left;
};

/**
 * struct scene - all of it
 * @asked: questions so far; of the latest: @offset, @len
 * @error: of the next questions; 0: they can be sent
 */
struct scene {
	struct hyp_fake *fake;
	struct guest_mem *mem;
	struct window *window;
	unsigned int asked;
	uint64_t offset;
	uint64_t len;
	int error;
	struct waiter waiters[3];
};

/** scene_set_up() - a cmocka set-up function; *@state is a struct scene */
int scene_set_up(void **state);

/** scene_tear_down() - the same for the end; nothing may be allocated */
int scene_tear_down(void **state);

/** scene_alloc() - a chunk, which there is room for */
struct window_chunk *scene_alloc(struct scene *scene, uint64_t len);

/** scene_wait() - window_populate() for waiter @who */
struct waiter *scene_wait(struct scene *scene, unsigned int who);

/** scene_answer() - vmediad made the pages that were asked for, or says why not
 */
void scene_answer(struct scene *scene, int error);

/** scene_chunk_with_pages() - waiter 0 waits for them, and they come */
struct window_chunk *scene_chunk_with_pages(struct scene *scene, uint64_t len);

#endif /* WINDOW_SCENE_H */
