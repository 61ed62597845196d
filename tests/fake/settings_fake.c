// SPDX-License-Identifier: GPL-2.0-only
#include "settings_fake.h"

#include <errno.h>
#include <string.h>

void settings_fake_init(struct settings_fake *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->std = V4L2_STD_PAL;
	fake->timings.type = V4L2_DV_BT_656_1120;
	fake->timings.bt.width = 1280;
	fake->timings.bt.height = 720;
	fake->timings.bt.flags = V4L2_DV_FL_IS_CE_VIDEO;
	fake->crop.width = 64;
	fake->crop.height = 4;
	fake->frequency = 1000;
	fake->edid_blocks = 2;
}

static int get(struct settings_fake *fake, unsigned long request, void *payload)
{
	struct v4l2_selection *selection = payload;
	struct v4l2_frequency *frequency = payload;
	struct v4l2_tuner *tuner = payload;
	struct v4l2_crop *crop = payload;
	struct v4l2_edid *edid = payload;

	switch (request) {
	case VIDIOC_G_STD:
		memcpy(payload, &fake->std, sizeof(fake->std));
		return 0;
	case VIDIOC_G_DV_TIMINGS:
		memcpy(payload, &fake->timings, sizeof(fake->timings));
		return 0;
	case VIDIOC_G_SELECTION:
		selection->r = fake->crop;
		return selection->target == V4L2_SEL_TGT_CROP ? 0 : -EINVAL;
	case VIDIOC_G_CROP:
		crop->c = fake->crop;
		return 0;
	case VIDIOC_G_AUDIO:
		memcpy(payload, &fake->audio, sizeof(fake->audio));
		return 0;
	case VIDIOC_G_TUNER:
		tuner->audmode = fake->audmode;
		return tuner->index == 0 ? 0 : -EINVAL;
	case VIDIOC_G_FREQUENCY:
		frequency->type = V4L2_TUNER_ANALOG_TV;
		frequency->frequency = fake->frequency;
		return 0;
	case VIDIOC_G_EDID:
		if (edid->blocks > 0)
			memset(edid->edid, fake->edid_byte,
			       edid->blocks * 128);
		edid->blocks = fake->edid_blocks;
		return edid->pad == 0 ? 0 : -EINVAL;
	default:
		return -ENOTTY;
	}
}

static int set(struct settings_fake *fake, unsigned long request, void *payload)
{
	switch (request) {
	case VIDIOC_S_STD:
		memcpy(&fake->std, payload, sizeof(fake->std));
		break;
	case VIDIOC_S_DV_TIMINGS:
		memcpy(&fake->timings, payload, sizeof(fake->timings));
		break;
	case VIDIOC_S_SELECTION:
		fake->crop = ((const struct v4l2_selection *)payload)->r;
		break;
	case VIDIOC_S_CROP:
		fake->crop = ((const struct v4l2_crop *)payload)->c;
		break;
	case VIDIOC_S_AUDIO:
		memcpy(&fake->audio, payload, sizeof(fake->audio));
		break;
	case VIDIOC_S_TUNER:
		fake->audmode = ((const struct v4l2_tuner *)payload)->audmode;
		break;
	case VIDIOC_S_FREQUENCY:
		fake->frequency =
			((const struct v4l2_frequency *)payload)->frequency;
		break;
	case VIDIOC_S_HW_FREQ_SEEK:
		fake->seeks++;
		break;
	case VIDIOC_S_EDID:
		fake->edid_blocks = ((const struct v4l2_edid *)payload)->blocks;
		break;
	default:
		return -ENOTTY;
	}
	fake->sets++;
	return 0;
}

int settings_fake_ioctl(struct settings_fake *fake, unsigned long request,
			void *payload)
{
	int ret;

	ret = get(fake, request, payload);
	return ret == -ENOTTY ? set(fake, request, payload) : ret;
}
