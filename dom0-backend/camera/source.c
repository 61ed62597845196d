// SPDX-License-Identifier: GPL-2.0-only
#include "camera/source.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"

/**
 * struct source_kind - how to recognise a kind of source, and how to make one
 * @create: NULL if it was not built
 * @list: optional
 */
struct source_kind {
	const char *prefix;
	int (*create)(struct event_base *base, const char *spec,
		      struct source **out);
	void (*list)(FILE *out);
};

static const struct source_kind source_kinds[] = {
	{
		.prefix = "pattern:",
#ifdef CONFIG_VMEDIA_PATTERN_SOURCE
		.create = source_pattern_create,
#endif
	},
	{
		.prefix = "/",
#ifdef CONFIG_VMEDIA_V4L2_SOURCE
		.create = source_v4l2_create,
		.list = source_v4l2_list,
#endif
	},
};

int source_create(struct event_base *base, const char *spec,
		  struct source **out)
{
	const struct source_kind *kind;

	for (size_t i = 0; i < ARRAY_SIZE(source_kinds); i++) {
		kind = &source_kinds[i];
		if (strncmp(spec, kind->prefix, strlen(kind->prefix)) != 0)
			continue;
		if (!kind->create)
			return -ENOTSUP;
		return kind->create(base, spec, out);
	}
	return -EINVAL;
}

void source_list(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(source_kinds); i++) {
		if (source_kinds[i].list)
			source_kinds[i].list(out);
	}
}
