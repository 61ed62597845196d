/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sum that lab-export and lab-import agree on: FNV-1a, 64 bit. It guards
 * against an accident, not against an enemy.
 */
#ifndef LAB_SUM_H
#define LAB_SUM_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t lab_sum(const void *data, size_t size)
{
	const unsigned char *byte = data;
	uint64_t sum = 0xcbf29ce484222325;

	while (size--)
		sum = (sum ^ *byte++) * 0x100000001b3;
	return sum;
}

#endif
