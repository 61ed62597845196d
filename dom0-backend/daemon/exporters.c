// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/exporters.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/xenstore.h"
#include "ipc/link.h"

/** struct exporter - @fd is owned */
struct exporter {
	struct list link; /* on exporters->list */
	unsigned int domid;
	int fd;
};

static void exporter_destroy(struct exporter *exporter)
{
	list_remove(&exporter->link);
	close(exporter->fd);
	free(exporter);
}

void exporters_init(struct exporters *exporters)
{
	list_init(&exporters->list);
	exporters->path = "/dev/xen/gntdev";
}

void exporters_finish(struct exporters *exporters)
{
	struct exporter *exporter, *tmp;

	if (!exporters->path)
		return;
	list_for_each(exporter, tmp, &exporters->list, link)
		exporter_destroy(exporter);
}

int exporters_take(const struct exporters *exporters,
		   const struct link_message *msg)
{
	struct stat gntdev, info;
	int fd;

	if (msg->nfds != 1 || stat(exporters->path, &gntdev) < 0 ||
	    fstat(msg->fds[0], &info) < 0 || !S_ISCHR(info.st_mode) ||
	    info.st_rdev != gntdev.st_rdev)
		return -EINVAL;
	fd = msg->fds[0];
	msg->fds[0] = -1;
	return fd;
}

static struct exporter *find(const struct exporters *exporters,
			     unsigned int domid)
{
	struct exporter *exporter, *tmp;

	list_for_each(exporter, tmp, &exporters->list, link) {
		if (exporter->domid == domid)
			return exporter;
	}
	return NULL;
}

void exporters_keep(struct exporters *exporters, unsigned int domid, int fd)
{
	struct exporter *exporter;

	if (fd < 0)
		return;
	exporter = find(exporters, domid);
	if (exporter)
		exporter_destroy(exporter);
	exporter = calloc(1, sizeof(*exporter));
	if (!exporter) {
		close(fd);
		return;
	}
	exporter->domid = domid;
	exporter->fd = fd;
	list_append(&exporters->list, &exporter->link);
}

void exporters_review(struct exporters *exporters, struct store *store)
{
	struct exporter *exporter, *tmp;

	list_for_each(exporter, tmp, &exporters->list, link) {
		if (!store_domain_lives(store, exporter->domid))
			exporter_destroy(exporter);
	}
}
