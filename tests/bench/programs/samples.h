/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Times that were measured, and what a benchmark says of them.
 */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <err.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/**
 * struct samples - of one thing that was done again and again
 * @ns: nanoseconds that each took
 * @count: of them
 * @room: in @ns
 */
struct samples {
	int64_t *ns;
	size_t count;
	size_t room;
};

static inline int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline struct samples samples_of(size_t room)
{
	struct samples samples = { .room = room };

	samples.ns = calloc(room, sizeof(*samples.ns));
	if (!samples.ns)
		err(1, "%zu samples", room);
	return samples;
}

static inline void samples_add(struct samples *samples, int64_t ns)
{
	if (samples->count < samples->room)
		samples->ns[samples->count++] = ns;
}

static inline int samples_compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* "P50 P99 MAX" in nanoseconds */
static inline void samples_print(struct samples *samples)
{
	size_t count = samples->count;

	if (count == 0)
		errx(1, "nothing was measured");
	qsort(samples->ns, count, sizeof(*samples->ns), samples_compare);
	printf("%lld %lld %lld\n", (long long)samples->ns[count / 2],
	       (long long)samples->ns[(count - 1) * 99 / 100],
	       (long long)samples->ns[count - 1]);
	free(samples->ns);
}

#endif
