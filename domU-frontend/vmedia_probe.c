// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_probe.c - what the device is asked before it has a node.
 *
 * The V4L2 core answers some ioctls from what a driver has operations for. What
 * the node behind the device does not have, must not look as if it were there.
 */
#include <linux/module.h>
#include <media/v4l2-event.h>

#include "vmedia.h"

static char *memory = "auto";
module_param(memory, charp, 0444);
MODULE_PARM_DESC(memory, "of buffers: pages (ours), window (the device's shared memory) or auto: granted by the device, else pages if it takes them (default)");

bool vmedia_probe_may_grant(void)
{
	return sysfs_streq(memory, "auto") && vmedia_grant_usable();
}

static bool vmedia_probe_lacks_events(struct vmedia_session *session)
{
	struct v4l2_event_subscription all = { .type = V4L2_EVENT_ALL };

	return vmedia_ioctl_forward(session, VIDIOC_UNSUBSCRIBE_EVENT,
				    &all) == -ENOTTY;
}

static bool vmedia_probe_lacks_create_bufs(struct vmedia_session *session)
{
	struct v4l2_create_buffers none;

	memset(&none, 0, sizeof(none));
	none.memory = session->queues[0].memory;
	none.format.type = session->queues[0].vb2.type;
	return vmedia_ioctl_forward(session, VIDIOC_CREATE_BUFS,
				    &none) == -ENOTTY;
}

/* Does the device say that our pages are not what it wants? */
static bool vmedia_probe_refuses_pages(struct vmedia_session *session)
{
	struct v4l2_requestbuffers none = {
		.memory = V4L2_MEMORY_USERPTR,
		.type = session->queues[0].vb2.type,
	};

	return vmedia_ioctl_forward(session, VIDIOC_REQBUFS,
				    &none) == -EINVAL &&
	       !(none.capabilities & V4L2_BUF_CAP_SUPPORTS_USERPTR);
}

static u32 vmedia_probe_memory(struct vmedia *vm,
			       struct vmedia_session *session)
{
	bool window = sysfs_streq(memory, "window");

	if (!window && !sysfs_streq(memory, "pages") && vm->window.len)
		window = vmedia_probe_refuses_pages(session);
	if (window && !vm->window.len) {
		dev_warn_ratelimited(&vm->vdev->dev,
				     "the device has no shared memory\n");
		window = false;
	}
	return window ? V4L2_MEMORY_MMAP : V4L2_MEMORY_USERPTR;
}

void vmedia_probe_node(struct vmedia *vm, struct video_device *node)
{
	struct vmedia_session *session;
	int rc;

	vm->memory = V4L2_MEMORY_USERPTR;
	rc = vmedia_session_create(node, &session);
	if (rc) {
		dev_info_ratelimited(&vm->vdev->dev,
				     "not asked what it can do: %d\n", rc);
		return;
	}

	if (vmedia_probe_lacks_events(session)) {
		v4l2_disable_ioctl(node, VIDIOC_SUBSCRIBE_EVENT);
		v4l2_disable_ioctl(node, VIDIOC_UNSUBSCRIBE_EVENT);
		v4l2_disable_ioctl(node, VIDIOC_DQEVENT);
	}
	if (session->num_queues) {
		if (vmedia_probe_lacks_create_bufs(session))
			v4l2_disable_ioctl(node, VIDIOC_CREATE_BUFS);
		vm->memory = vmedia_probe_memory(vm, session);
		/* The region has no pages that another device could be given. */
		if (vm->memory == V4L2_MEMORY_MMAP)
			v4l2_disable_ioctl(node, VIDIOC_EXPBUF);
	}
	vmedia_session_destroy(session);
}
