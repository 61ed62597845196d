// SPDX-License-Identifier: GPL-2.0-only
#include "camera/node_kind.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

/* The kernel's enum vfl_devnode_type */
enum node_type {
	NODE_VIDEO = 0,
	NODE_VBI = 1,
	NODE_RADIO = 2,
	NODE_SDR = 4,
	NODE_TOUCH = 5,
};

#define CAPS_M2M (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)

#define CAPS_PICTURES \
	(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)

#define CAPS_OUTPUT                                                \
	(V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE |    \
	 V4L2_CAP_VBI_OUTPUT | V4L2_CAP_SLICED_VBI_OUTPUT |        \
	 V4L2_CAP_SDR_OUTPUT | V4L2_CAP_META_OUTPUT)

#define CAPS_QUEUES                                                \
	(CAPS_M2M | CAPS_PICTURES | CAPS_OUTPUT |                  \
	 V4L2_CAP_VBI_CAPTURE | V4L2_CAP_SLICED_VBI_CAPTURE |      \
	 V4L2_CAP_SDR_CAPTURE | V4L2_CAP_META_CAPTURE)

/* What is about the signal, not about queues */
#define CAPS_SIGNAL                                                \
	(V4L2_CAP_TUNER | V4L2_CAP_MODULATOR | V4L2_CAP_AUDIO |    \
	 V4L2_CAP_RADIO | V4L2_CAP_HW_FREQ_SEEK |                  \
	 V4L2_CAP_RDS_CAPTURE | V4L2_CAP_RDS_OUTPUT | V4L2_CAP_TOUCH)

#define CAPS_FORM (V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT)

static uint32_t node_type(const char *name)
{
	static const struct {
		const char *prefix;
		enum node_type type;
	} types[] = {
		{ "vbi", NODE_VBI },
		{ "radio", NODE_RADIO },
		{ "swradio", NODE_SDR },
		{ "v4l-touch", NODE_TOUCH },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strncmp(name, types[i].prefix, strlen(types[i].prefix)) ==
		    0)
			return types[i].type;
	}
	return NODE_VIDEO;
}

static bool is_shared(uint32_t caps)
{
	return caps & CAPS_PICTURES &&
	       !(caps & (CAPS_M2M | CAPS_OUTPUT | V4L2_CAP_TOUCH));
}

static uint32_t shared_caps(uint32_t caps)
{
	uint32_t pictures = caps & V4L2_CAP_VIDEO_CAPTURE ?
				    V4L2_CAP_VIDEO_CAPTURE :
				    V4L2_CAP_VIDEO_CAPTURE_MPLANE;

	return pictures | (caps & CAPS_FORM);
}

/* Where there is read(2) and write(2), radio data goes that way: rds.h. */
static uint32_t signal_caps(uint32_t caps)
{
	if (caps & V4L2_CAP_READWRITE)
		caps &= ~(V4L2_CAP_RDS_CAPTURE | V4L2_CAP_RDS_OUTPUT);
	return caps & CAPS_SIGNAL;
}

static bool can_be_served(uint32_t caps)
{
	if (caps & V4L2_CAP_STREAMING)
		return caps & CAPS_QUEUES;
	return caps & V4L2_CAP_RADIO;
}

int node_kind_identify(const struct v4l2_capability *cap, const char *name,
		       struct camera_identity *identity)
{
	const uint32_t caps = cap->capabilities & V4L2_CAP_DEVICE_CAPS ?
				      cap->device_caps :
				      cap->capabilities;

	if (!can_be_served(caps))
		return -ENOTSUP;

	memset(identity, 0, sizeof(*identity));
	identity->present = 1;
	identity->shared = is_shared(caps);
	identity->device_caps = signal_caps(caps);
	identity->device_caps |= identity->shared ?
					 shared_caps(caps) :
					 caps & (CAPS_QUEUES | CAPS_FORM);
	identity->device_type = node_type(name);
	snprintf(identity->card, sizeof(identity->card), "%.*s",
		 (int)sizeof(cap->card), (const char *)cap->card);
	return 0;
}
