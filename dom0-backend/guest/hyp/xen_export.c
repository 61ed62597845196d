// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/log.h"
#include "base/util.h"
#include "hyp/xen.h"
#include "hyp/xen_priv.h"

#include <xen/gntdev.h>

/*
 * The two that the patches in dom0-backend/linux add to gntdev. A kernel without
 * them says ENOTTY to both, one without CONFIG_XEN_GNTDEV_DMABUF also to those
 * that they vary.
 */
#ifndef IOCTL_GNTDEV_DMABUF_IMP_TO_REFS_RO
#define IOCTL_GNTDEV_DMABUF_IMP_TO_REFS_RO \
	_IOC(_IOC_NONE, 'G', 13, \
	     sizeof(struct ioctl_gntdev_dmabuf_imp_to_refs))
#define IOCTL_GNTDEV_DMABUF_IMP_TRY_RELEASE \
	_IOC(_IOC_NONE, 'G', 14, \
	     sizeof(struct ioctl_gntdev_dmabuf_imp_release))
#endif

/* No dma-buf has it: to ask what there is. */
#define NO_FD UINT32_MAX

void xen_export_open(struct hyp_xen *xen)
{
	xen->exporter = xengnttab_open(NULL, 0);
	if (!xen->exporter)
		log_error("no grant table interface: %s: pictures will be "
			  "copied: to grant them takes CONFIG_XEN_GNTDEV in "
			  "dom0's kernel",
			  strerror(errno));
}

void xen_export_close(struct hyp_xen *xen)
{
	if (xen->exporter)
		xengnttab_close(xen->exporter);
}

int hyp_xen_exporter(const struct hyp *hyp)
{
	const struct hyp_xen *xen = container_of(hyp, const struct hyp_xen, hyp);

	return xen->exporter ? xengnttab_fd(xen->exporter) : -1;
}

static int control(struct hyp_xen *xen, unsigned long request, void *argument)
{
	const int ret = ioctl(xengnttab_fd(xen->exporter), request, argument);

	return ret < 0 ? -errno : 0;
}

static int release(struct hyp_xen *xen, unsigned long request, uint32_t fd)
{
	struct ioctl_gntdev_dmabuf_imp_release argument = { .fd = fd };

	return control(xen, request, &argument);
}

/* Of a kernel that cannot let the guest only read: can it grant at all? */
static int what_is_missing(struct hyp_xen *xen)
{
	return release(xen, IOCTL_GNTDEV_DMABUF_IMP_RELEASE, NO_FD) == -ENOTTY ?
		       -EOPNOTSUPP :
		       -EPERM;
}

static int import_error(struct hyp_xen *xen, int error,
			enum hyp_access_of_guest may)
{
	switch (error) {
	case -ENOTTY:
		return may == HYP_MAY_READ ? what_is_missing(xen) : -EOPNOTSUPP;
	case -EPERM:
		/* The jail's word: it may be granted for reading at most. */
		return -EPERM;
	case -ENOSPC:
	case -ENOMEM:
		return -ENOSPC;
	default:
		log_debug("a dma-buf cannot be granted: %s", strerror(-error));
		return -EINVAL;
	}
}

int xen_export(struct hyp *hyp, int fd, enum hyp_access_of_guest may,
	       uint32_t *refs, size_t count)
{
	const unsigned long request = may == HYP_MAY_READ ?
					      IOCTL_GNTDEV_DMABUF_IMP_TO_REFS_RO :
					      IOCTL_GNTDEV_DMABUF_IMP_TO_REFS;
	struct ioctl_gntdev_dmabuf_imp_to_refs *argument;
	struct hyp_xen *xen = to_xen(hyp);
	int ret;

	if (!xen->exporter)
		return -EOPNOTSUPP;
	argument = calloc(1, sizeof(*argument) + count * sizeof(*refs));
	if (!argument)
		return -ENOSPC;
	argument->fd = fd;
	argument->count = count;
	argument->domid = xen->domid;
	ret = control(xen, request, argument);
	if (ret == 0)
		memcpy(refs, argument->refs, count * sizeof(*refs));
	else
		ret = import_error(xen, ret, may);
	free(argument);
	return ret;
}

/* What could not be ended for whatever reason is not said to be over. */
int xen_export_end(struct hyp *hyp, int fd, enum hyp_access_of_guest may)
{
	const unsigned long request = may == HYP_MAY_READ ?
					      IOCTL_GNTDEV_DMABUF_IMP_TRY_RELEASE :
					      IOCTL_GNTDEV_DMABUF_IMP_RELEASE;
	struct hyp_xen *xen = to_xen(hyp);
	const int ret = release(xen, request, fd);

	if (ret < 0 && ret != -EBUSY && log_allowed(&xen->limit))
		log_error("granted pictures cannot be taken back: %s",
			  strerror(-ret));
	return may == HYP_MAY_READ && ret < 0 ? -EBUSY : 0;
}
