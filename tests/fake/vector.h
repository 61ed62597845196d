/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vector.h - golden bytes: the texts of tests/vectors, whose README.md tells
 * what they are and how they read.
 *
 *	vector_load("commands/open", &vector);
 *	len = vector_fill(&vector, "driver", &names, bytes);
 *	... to the device and back ...
 *	vector_match(&vector, "device", &names, answer, answer_len);
 *	vector_get_name(&names, "session", &id, sizeof(id));
 *
 * The running test fails if a text is not there or does not read well, or if
 * bytes are not as they should be.
 */
#ifndef FAKE_VECTOR_H
#define FAKE_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most bytes of a part; most parts of a text; most names of it all */
#define VECTOR_MAX_LEN 2048
#define VECTOR_MAX_PARTS 5
#define VECTOR_MAX_NAMES 16

#define VECTOR_NAME_LEN 16

/** struct vector_hole - bytes that go by a name
 * @offset: in the part; @len: bytes
 */
struct vector_hole {
	char name[VECTOR_NAME_LEN];
	size_t offset;
	size_t len;
};

/**
 * struct vector_part - "driver", "device"...
 * @bytes: @len of them; 0 where a hole is
 */
struct vector_part {
	char name[VECTOR_NAME_LEN];
	uint8_t bytes[VECTOR_MAX_LEN];
	size_t len;
	struct vector_hole holes[VECTOR_MAX_NAMES];
	unsigned int num_holes;
};

/** struct vector - a text */
struct vector {
	char path[64];
	struct vector_part parts[VECTOR_MAX_PARTS];
	unsigned int num_parts;
};

/** struct vector_names - what the names stand for; at first all 0 */
struct vector_names {
	struct {
		char name[VECTOR_NAME_LEN];
		uint8_t bytes[16];
		size_t len;
	} names[VECTOR_MAX_NAMES];
	unsigned int num_names;
};

/** vector_load() - tests/vectors/@path.txt */
void vector_load(const char *path, struct vector *vector);

/** vector_len() - bytes of a part; 0 if the text has no such part */
size_t vector_len(const struct vector *vector, const char *part);

/** vector_part() - NULL if the text has no such part */
const struct vector_part *vector_part(const struct vector *vector,
				      const char *part);

/**
 * vector_fill() - the bytes of a part, with what its names stand for
 * @bytes: room for VECTOR_MAX_LEN
 * Return: how many they are.
 */
size_t vector_fill(const struct vector *vector, const char *part,
		   const struct vector_names *names, uint8_t *bytes);

/** vector_match() - these bytes must be the part; new names are learnt */
void vector_match(const struct vector *vector, const char *part,
		  struct vector_names *names, const void *bytes, size_t len);

/** vector_set_name() - @name stands for these @len bytes, 16 at most */
void vector_set_name(struct vector_names *names, const char *name,
		     const void *bytes, size_t len);

/** vector_get_name() - what @name stands for; it must be of @len bytes */
void vector_get_name(const struct vector_names *names, const char *name,
		     void *bytes, size_t len);

/** vector_each() - call @each with the path of every text in a folder */
void vector_each(const char *folder,
		 void (*each)(const char *path, void *owner), void *owner);

/**
 * struct vector_ioctl - a line of ioctls.txt
 * @size: bytes of the payload
 * @dir: "R", "W", "WR"; @tail: "NONE", "PLANES"...
 */
struct vector_ioctl {
	char name[32];
	unsigned int nr;
	unsigned int size;
	char dir[8];
	char tail[16];
};

/** vector_ioctls() - all lines. Return: how many; @room at most */
unsigned int vector_ioctls(struct vector_ioctl *ioctls, unsigned int room);

#endif /* FAKE_VECTOR_H */
