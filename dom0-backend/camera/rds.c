// SPDX-License-Identifier: GPL-2.0-only
#include "camera/rds.h"

#include <linux/videodev2.h>

#include "camera/camera.h"
#include "camera/session.h"

#define RDS_CAPABILITIES                                         \
	(V4L2_TUNER_CAP_RDS | V4L2_TUNER_CAP_RDS_BLOCK_IO |      \
	 V4L2_TUNER_CAP_RDS_CONTROLS)

int rds_ioctl(struct session *session, unsigned long request, void *payload)
{
	const uint32_t caps = session->camera->source->identity.device_caps;
	struct v4l2_modulator *modulator = payload;
	struct v4l2_tuner *tuner = payload;
	int ret;

	ret = session_ask(session, request, payload);
	if (ret)
		return ret;
	if (request == VIDIOC_G_TUNER && !(caps & V4L2_CAP_RDS_CAPTURE)) {
		tuner->capability &= ~RDS_CAPABILITIES;
		tuner->rxsubchans &= ~V4L2_TUNER_SUB_RDS;
	}
	if (request == VIDIOC_G_MODULATOR && !(caps & V4L2_CAP_RDS_OUTPUT)) {
		modulator->capability &= ~RDS_CAPABILITIES;
		modulator->txsubchans &= ~V4L2_TUNER_SUB_RDS;
	}
	return 0;
}
