/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * codec_scene.h - a guest that has a codec: media_world.h of
 * world_set_up_codec(), with a node_fake.h behind each session.
 */
#ifndef CODEC_SCENE_H
#define CODEC_SCENE_H

#include <stdint.h>

#include "buffer_driver.h"
#include "media_world.h"
#include "node_fake.h"

/* Bytes of the buffers of the codec's two sides */
#define CODEC_IN_LEN 70000
#define CODEC_OUT_LEN 150000

/** codec_open() - a session. Return: its id */
uint32_t codec_open(struct world *world);

/** codec_start() - a session whose sides stream, with two buffers each of
 * SHARED_PAGES; event buffers are posted
 */
uint32_t codec_start(struct world *world);

/** codec_node() - behind a session */
struct node_fake *codec_node(struct world *world, uint32_t id);

/** codec_bytes() - of a buffer of the node */
uint8_t *codec_bytes(struct world *world, uint32_t id, uint32_t type,
		     unsigned int index);

/** codec_alloc() - guest memory of @len bytes that differ by @seed. Return: its
 * address
 */
uint64_t codec_alloc(struct world *world, uint32_t len, uint8_t seed);

#endif /* CODEC_SCENE_H */
