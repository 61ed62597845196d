// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_node.c - the video node of a device.
 *
 * It exists while the device has a node of a kind that we know, and is as the
 * configuration space says. All this is in config_work, and in remove when that
 * has ended.
 */
#include <linux/virtio_config.h>

#include "vmedia.h"

#define VMEDIA_M2M_CAPS (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)

#define VMEDIA_VIDEO_CAPS                                         \
	(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | \
	 V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE |   \
	 VMEDIA_M2M_CAPS | V4L2_CAP_META_CAPTURE | V4L2_CAP_META_OUTPUT)

#define VMEDIA_VBI_CAPS                                       \
	(V4L2_CAP_VBI_CAPTURE | V4L2_CAP_SLICED_VBI_CAPTURE | \
	 V4L2_CAP_VBI_OUTPUT | V4L2_CAP_SLICED_VBI_OUTPUT)

#define VMEDIA_SDR_CAPS (V4L2_CAP_SDR_CAPTURE | V4L2_CAP_SDR_OUTPUT)

#define VMEDIA_BUFFER_CAPS \
	(VMEDIA_VIDEO_CAPS | VMEDIA_VBI_CAPS | VMEDIA_SDR_CAPS)

/* What does not cross: read(), overlays, and media controllers */
#define VMEDIA_FOREIGN_CAPS                                           \
	(V4L2_CAP_READWRITE | V4L2_CAP_IO_MC | V4L2_CAP_DEVICE_CAPS | \
	 V4L2_CAP_VIDEO_OVERLAY | V4L2_CAP_VIDEO_OUTPUT_OVERLAY)

/* Capabilities that make a node a sender, and a receiver */
#define VMEDIA_TX_CAPS                                                     \
	(V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE |            \
	 V4L2_CAP_VBI_OUTPUT | V4L2_CAP_SLICED_VBI_OUTPUT |                \
	 V4L2_CAP_SDR_OUTPUT | V4L2_CAP_META_OUTPUT | V4L2_CAP_MODULATOR | \
	 V4L2_CAP_RDS_OUTPUT | VMEDIA_M2M_CAPS)

#define VMEDIA_RX_CAPS                                                   \
	(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE |        \
	 V4L2_CAP_VBI_CAPTURE | V4L2_CAP_SLICED_VBI_CAPTURE |            \
	 V4L2_CAP_SDR_CAPTURE | V4L2_CAP_META_CAPTURE | V4L2_CAP_TUNER | \
	 V4L2_CAP_RDS_CAPTURE | VMEDIA_M2M_CAPS)

/* Nobody swaps cameras so fast that each of so many reads sees another. */
#define VMEDIA_CONFIG_TRIES 16

/* Return: false if it changed each time that it was read. */
static bool vmedia_config_read(struct virtio_device *vdev,
			       struct virtio_media_config *config)
{
	const struct virtio_config_ops *ops = vdev->config;
	unsigned int tries = VMEDIA_CONFIG_TRIES;
	u32 before, after;

	/* Each field in its natural width, all of the same generation. */
	after = ops->generation ? ops->generation(vdev) : 0;
	do {
		before = after;
		ops->get(vdev, offsetof(struct virtio_media_config, device_caps),
			 &config->device_caps, sizeof(config->device_caps));
		ops->get(vdev, offsetof(struct virtio_media_config, device_type),
			 &config->device_type, sizeof(config->device_type));
		for (unsigned int i = 0; i < sizeof(config->card); i++)
			ops->get(vdev, offsetof(struct virtio_media_config,
						card) + i,
				 &config->card[i], sizeof(config->card[i]));
		after = ops->generation ? ops->generation(vdev) : 0;
	} while (before != after && --tries);
	return before == after;
}

/* V4L2_CAP_* for buffers that a node of @type can have */
static u32 vmedia_buffer_caps(u32 type)
{
	switch (type) {
	case VFL_TYPE_VIDEO:
		return VMEDIA_VIDEO_CAPS;
	case VFL_TYPE_VBI:
		return VMEDIA_VBI_CAPS;
	case VFL_TYPE_SDR:
		return VMEDIA_SDR_CAPS;
	case VFL_TYPE_TOUCH:
		return V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE;
	default:
		return 0;
	}
}

/* A direction has planes of one kind; the core prefers several. */
static u32 vmedia_without_doubles(u32 caps)
{
	if (caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE)
		caps &= ~V4L2_CAP_VIDEO_CAPTURE;
	if (caps & V4L2_CAP_VIDEO_OUTPUT_MPLANE)
		caps &= ~V4L2_CAP_VIDEO_OUTPUT;
	if (caps & V4L2_CAP_VIDEO_M2M_MPLANE)
		caps &= ~V4L2_CAP_VIDEO_M2M;
	return caps;
}

/* V4L2_CAP_* of a node of ours for @config; 0 if there can be none. */
static u32 vmedia_config_caps(struct vmedia *vm,
			      const struct virtio_media_config *config)
{
	u32 caps = le32_to_cpu(config->device_caps);
	u32 type = le32_to_cpu(config->device_type);

	if (!caps) {
		dev_info_ratelimited(&vm->vdev->dev, "no camera yet\n");
		return 0;
	}
	if (type > VFL_TYPE_TOUCH || type == VFL_TYPE_SUBDEV) {
		dev_err_ratelimited(&vm->vdev->dev,
				    "device type %u is not supported\n", type);
		return 0;
	}
	caps &= ~(VMEDIA_FOREIGN_CAPS |
		  (VMEDIA_BUFFER_CAPS & ~vmedia_buffer_caps(type)));
	caps = vmedia_without_doubles(caps);
	if (type != VFL_TYPE_RADIO &&
	    (!(caps & VMEDIA_BUFFER_CAPS) || !(caps & V4L2_CAP_STREAMING))) {
		dev_err_ratelimited(&vm->vdev->dev,
				    "capabilities %#x: only nodes that stream are supported\n",
				    le32_to_cpu(config->device_caps));
		return 0;
	}
	return caps;
}

static enum vfl_devnode_direction vmedia_node_direction(u32 caps)
{
	if (!(caps & VMEDIA_TX_CAPS))
		return VFL_DIR_RX;
	return caps & VMEDIA_RX_CAPS ? VFL_DIR_M2M : VFL_DIR_TX;
}

static int vmedia_node_add(struct vmedia *vm)
{
	u32 caps = vmedia_config_caps(vm, &vm->config);
	struct video_device *node;
	int rc;

	if (!caps)
		return 0;
	node = video_device_alloc();
	if (!node)
		return -ENOMEM;

	/* Not terminated if all bytes are used. */
	snprintf(node->name, sizeof(node->name), "%.*s",
		 (int)sizeof(vm->config.card), vm->config.card);
	node->v4l2_dev = &vm->v4l2_dev;
	node->fops = &vmedia_fops;
	node->ioctl_ops = &vmedia_ioctl_ops;
	node->device_caps = caps;
	node->vfl_dir = vmedia_node_direction(caps);
	node->release = video_device_release;
	video_set_drvdata(node, vm);

	/* The core's, but it does so with the rest, after there were sessions. */
	spin_lock_init(&node->fh_lock);
	vmedia_probe_node(vm, node);
	rc = video_register_device(node, le32_to_cpu(vm->config.device_type),
				   -1);
	if (rc) {
		video_device_release(node);
		return rc;
	}
	vm->node = node;
	return 0;
}

void vmedia_node_remove(struct vmedia *vm)
{
	struct video_device *node = vm->node;

	if (!node)
		return;
	vm->node = NULL;
	/* It lives on if there are sessions on it. */
	video_unregister_device(node);
	vmedia_session_kill_all(vm, node, -ENODEV);
}

void vmedia_config_work(struct work_struct *work)
{
	struct vmedia *vm = container_of(work, struct vmedia, config_work);
	struct virtio_device *vdev = vm->vdev;
	struct virtio_media_config config;
	bool running;
	u32 epoch;
	int rc;

	mutex_lock(&vm->state_lock);
	running = vm->running;
	epoch = vm->epoch;
	mutex_unlock(&vm->state_lock);
	/* What cannot be asked has no node yet: its start comes back to this. */
	if (!running)
		return;
	if (vdev->config->get_status(vdev) & VIRTIO_CONFIG_S_NEEDS_RESET) {
		/* What the configuration says then, is read after it. */
		vmedia_break(vm, epoch, "the device asks for it");
		return;
	}

	if (!vmedia_config_read(vdev, &config)) {
		dev_err_ratelimited(&vdev->dev,
				    "the configuration does not hold still\n");
		return;
	}
	if (!memcmp(&config, &vm->config, sizeof(config)))
		return;
	vm->config = config;
	vmedia_node_remove(vm);
	rc = vmedia_node_add(vm);
	if (rc)
		dev_err(&vdev->dev, "no video node: %d\n", rc);
}
