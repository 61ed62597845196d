// SPDX-License-Identifier: GPL-2.0-only
#include "camera/v4l2_node.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "camera/node_kind.h"
#include "camera/source.h"

int v4l2_node_open(const char *path, int *fd)
{
	int ret;

	ret = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (ret < 0)
		return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
	*fd = ret;
	return 0;
}

int v4l2_node_ioctl(int fd, unsigned long request, void *payload)
{
	while (ioctl(fd, request, payload) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* As the kernel has it; links and renamed files do not tell. */
static void node_name(int fd, const char *path, char name[NAME_MAX + 1])
{
	char link[64], target[PATH_MAX];
	const char *base = path;
	struct stat st;
	ssize_t len = -1;

	if (fstat(fd, &st) == 0) {
		snprintf(link, sizeof(link), "/sys/dev/char/%u:%u",
			 major(st.st_rdev), minor(st.st_rdev));
		len = readlink(link, target, sizeof(target) - 1);
	}
	if (len > 0) {
		target[len] = '\0';
		base = target;
	}
	base = strrchr(base, '/') ? strrchr(base, '/') + 1 : base;
	snprintf(name, NAME_MAX + 1, "%.*s", NAME_MAX, base);
}

int v4l2_node_identify(int fd, const char *path,
		       struct camera_identity *identity)
{
	struct v4l2_capability cap = { 0 };
	char name[NAME_MAX + 1];
	int ret;

	ret = v4l2_node_ioctl(fd, VIDIOC_QUERYCAP, &cap);
	if (ret)
		return ret == -ENOTTY ? -ENOTSUP : ret;
	node_name(fd, path, name);
	return node_kind_identify(&cap, name, identity);
}

static int is_video(const struct dirent *entry)
{
	const char *number = entry->d_name + strlen("video");

	return strncmp(entry->d_name, "video", strlen("video")) == 0 &&
	       *number && strspn(number, "0123456789") == strlen(number);
}

static void list_node(FILE *out, const char *name)
{
	struct camera_identity identity;
	char path[sizeof("/dev/") + sizeof(((struct dirent *)0)->d_name)];
	int fd = -1;

	snprintf(path, sizeof(path), "/dev/%s", name);
	if (v4l2_node_open(path, &fd))
		return;
	if (v4l2_node_identify(fd, path, &identity) == 0 && identity.shared)
		fprintf(out, "%s\t%s\n", path, identity.card);
	close(fd);
}

void source_v4l2_list(FILE *out)
{
	struct dirent **names;
	int count;

	/* By number: video10 comes after video9. */
	count = scandir("/dev", &names, is_video, versionsort);
	for (int i = 0; i < count; i++) {
		list_node(out, names[i]->d_name);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}
