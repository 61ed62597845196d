/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * ioctls.h - the V4L2 ioctls that cross the wire, one line each.
 *
 * VMEDIA_IOCTLS(X) expands to X(NAME, payload, direction, tail) where
 *   NAME       VIDIOC_NAME without its prefix
 *   payload    type that crosses
 *   direction  R: the device writes the payload; W: the driver does;
 *              WR: both (as the _IOR, _IOW, _IOWR of videodev2.h)
 *   tail       what follows the payload: NONE, PLANES (an array of
 *              v4l2_plane), BUFFER (planes, then the buffer's SG lists or
 *              UUIDs), CTRLS (an array of v4l2_ext_control, then the SG lists
 *              of its pointer controls), OBJECT (a UUID) or EDID (the blocks)
 *
 * What is not in the table does not cross: the device answers ENOTTY.
 */
#ifndef VMEDIA_IOCTLS_H
#define VMEDIA_IOCTLS_H

#include <linux/videodev2.h>

#define VMEDIA_IOCTLS(X)                                             \
	X(ENUM_FMT, struct v4l2_fmtdesc, WR, NONE)                    \
	X(G_FMT, struct v4l2_format, WR, NONE)                        \
	X(S_FMT, struct v4l2_format, WR, NONE)                        \
	X(TRY_FMT, struct v4l2_format, WR, NONE)                      \
	X(REQBUFS, struct v4l2_requestbuffers, WR, NONE)              \
	X(CREATE_BUFS, struct v4l2_create_buffers, WR, NONE)          \
	X(QUERYBUF, struct v4l2_buffer, WR, PLANES)                   \
	X(QBUF, struct v4l2_buffer, WR, BUFFER)                       \
	X(PREPARE_BUF, struct v4l2_buffer, WR, BUFFER)                \
	X(EXPBUF, struct v4l2_exportbuffer, WR, OBJECT)               \
	X(STREAMON, int, W, NONE)                                     \
	X(STREAMOFF, int, W, NONE)                                    \
	X(G_PARM, struct v4l2_streamparm, WR, NONE)                   \
	X(S_PARM, struct v4l2_streamparm, WR, NONE)                   \
	X(G_STD, v4l2_std_id, R, NONE)                                \
	X(S_STD, v4l2_std_id, W, NONE)                                \
	X(ENUMSTD, struct v4l2_standard, WR, NONE)                    \
	X(QUERYSTD, v4l2_std_id, R, NONE)                             \
	X(ENUM_DV_TIMINGS, struct v4l2_enum_dv_timings, WR, NONE)     \
	X(QUERY_DV_TIMINGS, struct v4l2_dv_timings, R, NONE)          \
	X(G_DV_TIMINGS, struct v4l2_dv_timings, WR, NONE)             \
	X(S_DV_TIMINGS, struct v4l2_dv_timings, WR, NONE)             \
	X(DV_TIMINGS_CAP, struct v4l2_dv_timings_cap, WR, NONE)       \
	X(G_EDID, struct v4l2_edid, WR, EDID)                         \
	X(S_EDID, struct v4l2_edid, WR, EDID)                         \
	X(ENUMINPUT, struct v4l2_input, WR, NONE)                     \
	X(G_INPUT, int, R, NONE)                                      \
	X(S_INPUT, int, WR, NONE)                                     \
	X(ENUMOUTPUT, struct v4l2_output, WR, NONE)                   \
	X(G_OUTPUT, int, R, NONE)                                     \
	X(S_OUTPUT, int, WR, NONE)                                    \
	X(ENUMAUDIO, struct v4l2_audio, WR, NONE)                     \
	X(G_AUDIO, struct v4l2_audio, R, NONE)                        \
	X(S_AUDIO, struct v4l2_audio, W, NONE)                        \
	X(ENUMAUDOUT, struct v4l2_audioout, WR, NONE)                 \
	X(G_AUDOUT, struct v4l2_audioout, R, NONE)                    \
	X(S_AUDOUT, struct v4l2_audioout, W, NONE)                    \
	X(G_TUNER, struct v4l2_tuner, WR, NONE)                       \
	X(S_TUNER, struct v4l2_tuner, W, NONE)                        \
	X(G_MODULATOR, struct v4l2_modulator, WR, NONE)               \
	X(S_MODULATOR, struct v4l2_modulator, W, NONE)                \
	X(G_FREQUENCY, struct v4l2_frequency, WR, NONE)               \
	X(S_FREQUENCY, struct v4l2_frequency, W, NONE)                \
	X(ENUM_FREQ_BANDS, struct v4l2_frequency_band, WR, NONE)      \
	X(S_HW_FREQ_SEEK, struct v4l2_hw_freq_seek, W, NONE)          \
	X(CROPCAP, struct v4l2_cropcap, WR, NONE)                     \
	X(G_CROP, struct v4l2_crop, WR, NONE)                         \
	X(S_CROP, struct v4l2_crop, W, NONE)                          \
	X(G_SELECTION, struct v4l2_selection, WR, NONE)               \
	X(S_SELECTION, struct v4l2_selection, WR, NONE)               \
	X(G_SLICED_VBI_CAP, struct v4l2_sliced_vbi_cap, WR, NONE)     \
	X(G_ENC_INDEX, struct v4l2_enc_idx, R, NONE)                  \
	X(ENCODER_CMD, struct v4l2_encoder_cmd, WR, NONE)             \
	X(TRY_ENCODER_CMD, struct v4l2_encoder_cmd, WR, NONE)         \
	X(DECODER_CMD, struct v4l2_decoder_cmd, WR, NONE)             \
	X(TRY_DECODER_CMD, struct v4l2_decoder_cmd, WR, NONE)         \
	X(G_CTRL, struct v4l2_control, WR, NONE)                      \
	X(S_CTRL, struct v4l2_control, WR, NONE)                      \
	X(QUERYCTRL, struct v4l2_queryctrl, WR, NONE)                 \
	X(QUERYMENU, struct v4l2_querymenu, WR, NONE)                 \
	X(G_PRIORITY, __u32, R, NONE)                                 \
	X(S_PRIORITY, __u32, W, NONE)                                 \
	X(QUERY_EXT_CTRL, struct v4l2_query_ext_ctrl, WR, NONE)       \
	X(G_EXT_CTRLS, struct v4l2_ext_controls, WR, CTRLS)           \
	X(S_EXT_CTRLS, struct v4l2_ext_controls, WR, CTRLS)           \
	X(TRY_EXT_CTRLS, struct v4l2_ext_controls, WR, CTRLS)         \
	X(ENUM_FRAMESIZES, struct v4l2_frmsizeenum, WR, NONE)         \
	X(ENUM_FRAMEINTERVALS, struct v4l2_frmivalenum, WR, NONE)     \
	X(SUBSCRIBE_EVENT, struct v4l2_event_subscription, W, NONE)   \
	X(UNSUBSCRIBE_EVENT, struct v4l2_event_subscription, W, NONE)

#endif /* VMEDIA_IOCTLS_H */
