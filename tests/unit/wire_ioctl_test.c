// SPDX-License-Identifier: GPL-2.0-only
/* The table of ioctls is the specification's: tests/vectors/ioctls.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <vmedia/ioctls.h>

#include "base/util.h"
#include "vector.h"

#define MAX_IOCTLS 128

#define ROW(name, payload, dir, tail) \
	{#name, _IOC_NR(VIDIOC_##name), sizeof(payload), #dir, #tail},

static const struct vector_ioctl ours[] = {VMEDIA_IOCTLS(ROW)};

static const struct vector_ioctl *find(const struct vector_ioctl *rows,
				       size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	fail_msg("%s is in one table and not in the other", name);
	return NULL;
}

static void each_ioctl_is_as_the_specification_has_it(void **state)
{
	struct vector_ioctl theirs[MAX_IOCTLS];
	const unsigned int count = vector_ioctls(theirs, MAX_IOCTLS);

	for (unsigned int i = 0; i < count; i++) {
		const struct vector_ioctl *row =
			find(ours, ARRAY_SIZE(ours), theirs[i].name);

		assert_int_equal(row->nr, theirs[i].nr);
		assert_int_equal(row->size, theirs[i].size);
		assert_string_equal(row->dir, theirs[i].dir);
		assert_string_equal(row->tail, theirs[i].tail);
	}
}

static void no_other_ioctl_crosses(void **state)
{
	struct vector_ioctl theirs[MAX_IOCTLS];
	const unsigned int count = vector_ioctls(theirs, MAX_IOCTLS);

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		find(theirs, count, ours[i].name);
}

static void what_the_specification_replaces_does_not_cross(void **state)
{
	static const unsigned int replaced[] = {
		_IOC_NR(VIDIOC_QUERYCAP),   _IOC_NR(VIDIOC_DQBUF),
		_IOC_NR(VIDIOC_DQEVENT),    _IOC_NR(VIDIOC_G_JPEGCOMP),
		_IOC_NR(VIDIOC_S_JPEGCOMP), _IOC_NR(VIDIOC_LOG_STATUS),
	};

	for (size_t i = 0; i < ARRAY_SIZE(replaced); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(ours); j++)
			assert_int_not_equal(ours[j].nr, replaced[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_ioctl_is_as_the_specification_has_it),
		cmocka_unit_test(no_other_ioctl_crosses),
		cmocka_unit_test(
			what_the_specification_replaces_does_not_cross),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
