/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * settings_fake.h - what can be set on a device besides its mode and its
 * controls: standard, timings, crop, audio, tuner, EDID.
 */
#ifndef FAKE_SETTINGS_FAKE_H
#define FAKE_SETTINGS_FAKE_H

#include <stdint.h>
#include <linux/videodev2.h>

/**
 * struct settings_fake - of a device
 * @sets: how often something was set
 * @seeks: how often a station was sought
 * @edid_blocks: of the EDID that was set last; bytes are all @edid_byte
 */
struct settings_fake {
	v4l2_std_id std;
	struct v4l2_dv_timings timings;
	struct v4l2_rect crop;
	struct v4l2_audio audio;
	uint32_t audmode;
	uint32_t frequency;
	uint32_t edid_blocks;
	uint8_t edid_byte;
	unsigned int sets;
	unsigned int seeks;
};

/** settings_fake_init() - PAL, 720p, a crop of 64x4 */
void settings_fake_init(struct settings_fake *fake);

/** settings_fake_ioctl() - Return: as V4L2; -ENOTTY for all else */
int settings_fake_ioctl(struct settings_fake *fake, unsigned long request,
			void *payload);

#endif /* FAKE_SETTINGS_FAKE_H */
