/* SPDX-License-Identifier: GPL-2.0-only */
/* util.h - the handful of macros that C lacks. */
#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define MIN(a, b)                    \
	({                           \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ < b_ ? a_ : b_;   \
	})

#define MAX(a, b)                    \
	({                           \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ > b_ ? a_ : b_;   \
	})

#define container_of(pointer, type, member) \
	((type *)((char *)(pointer)-offsetof(type, member)))

#endif /* BASE_UTIL_H */
