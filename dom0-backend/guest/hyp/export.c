// SPDX-License-Identifier: GPL-2.0-only
#include "hyp/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "hyp/hyp.h"

_Static_assert(EXPORT_PAGE_SIZE == HYP_PAGE_SIZE, "what is granted is a page");

/**
 * struct export - see export.h
 * @fd: owned; its number is the export's name, so nothing else may have it
 * @may: what the guest may do
 */
struct export {
	struct hyp *hyp;
	int fd;
	enum hyp_access_of_guest may;
	size_t count;
	uint32_t refs[];
};

static int grant(struct export *export, bool trusts)
{
	int ret;

	export->may = HYP_MAY_READ;
	ret = hyp_export(export->hyp, export->fd, export->may, export->refs,
			 export->count);
	if (ret != -EPERM || !trusts)
		return ret;
	export->may = HYP_MAY_WRITE;
	return hyp_export(export->hyp, export->fd, export->may, export->refs,
			  export->count);
}

void export_abandon(struct export *export)
{
	close(export->fd);
	free(export);
}

int export_create(struct hyp *hyp, int fd, size_t len, bool trusts,
		  struct export **out)
{
	const size_t count = hyp_num_pages(0, len);
	struct export *export;
	int ret;

	export = calloc(1, sizeof(*export) + count * sizeof(export->refs[0]));
	if (!export)
		return -ENOSPC;
	export->hyp = hyp;
	export->count = count;
	export->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (export->fd < 0) {
		free(export);
		return -ENOSPC;
	}
	ret = grant(export, trusts);
	if (ret < 0) {
		export_abandon(export);
		return ret;
	}
	*out = export;
	return 0;
}

int export_end(struct export *export)
{
	struct hyp *hyp = export->hyp;
	const int ret = hyp_end_export(hyp, export->fd, export->may);

	if (ret == 0)
		export_abandon(export);
	hyp_poll(hyp);
	return ret;
}

int export_fd(const struct export *export)
{
	return export->fd;
}

bool export_is_proof(const struct export *export)
{
	return export->may == HYP_MAY_READ;
}

uint32_t export_domid(const struct export *export)
{
	return export->hyp->domid;
}

const uint32_t *export_refs(const struct export *export)
{
	return export->refs;
}

size_t export_count(const struct export *export)
{
	return export->count;
}
