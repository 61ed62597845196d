// SPDX-License-Identifier: GPL-2.0-only
#include "camera/v4l2_node.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

int v4l2_node_identify(int fd, struct camera_identity *identity)
{
	struct v4l2_capability cap = { 0 };
	uint32_t caps;
	int ret;

	ret = v4l2_node_ioctl(fd, VIDIOC_QUERYCAP, &cap);
	if (ret)
		return ret == -ENOTTY ? -ENOTSUP : ret;

	caps = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps :
							 cap.capabilities;
	if (caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE) ||
	    !(caps & V4L2_CAP_STREAMING))
		return -ENOTSUP;
	if (caps & V4L2_CAP_VIDEO_CAPTURE)
		caps &= ~V4L2_CAP_VIDEO_CAPTURE_MPLANE;
	else if (!(caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE))
		return -ENOTSUP;

	memset(identity, 0, sizeof(*identity));
	identity->present = 1;
	identity->shared = 1;
	identity->device_caps = caps & (V4L2_CAP_VIDEO_CAPTURE |
					V4L2_CAP_VIDEO_CAPTURE_MPLANE |
					V4L2_CAP_STREAMING |
					V4L2_CAP_EXT_PIX_FORMAT);
	snprintf(identity->card, sizeof(identity->card), "%s",
		 (const char *)cap.card);
	return 0;
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
	if (v4l2_node_identify(fd, &identity) == 0)
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
