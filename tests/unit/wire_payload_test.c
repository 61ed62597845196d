// SPDX-License-Identifier: GPL-2.0-only
/* Ioctls without buffers are the golden bytes of tests/vectors/payloads. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <vmedia/virtio_media.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "wire.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

/* Pointers that only the driver knows the meaning of */
#define POINTER 0xfed0ba9876543210
#define STRING 0x00abcdef12345678

static void querycap(struct wire *wire)
{
	wire_ioctl(wire, VIDIOC_QUERYCAP, ENOTTY);
}

static void g_input(struct wire *wire)
{
	const int input = 2;

	wire_ioctl(wire, VIDIOC_G_INPUT, 0);
	WIRE_PUT(wire, "device", input);
}

static void g_input_as_wr(struct wire *wire)
{
	const int any = -1;

	g_input(wire);
	WIRE_PUT(wire, "driver", any);
}

static void s_input(struct wire *wire)
{
	const int input = 1;

	wire_ioctl(wire, VIDIOC_S_INPUT, 0);
	WIRE_PUT(wire, "driver", input);
	WIRE_PUT(wire, "device", input);
}

static void s_input_refused(struct wire *wire)
{
	const int input = 99;

	wire_ioctl(wire, VIDIOC_S_INPUT, EINVAL);
	WIRE_PUT(wire, "driver", input);
}

static void subscribe_event(struct wire *wire)
{
	const struct v4l2_event_subscription subscription = {
		.type = V4L2_EVENT_CTRL,
		.id = V4L2_CID_BRIGHTNESS,
		.flags = V4L2_EVENT_SUB_FL_SEND_INITIAL,
	};

	wire_ioctl(wire, VIDIOC_SUBSCRIBE_EVENT, 0);
	WIRE_PUT(wire, "driver", subscription);
}

static void enum_fmt(struct wire *wire)
{
	struct v4l2_fmtdesc desc = {.type = CAPTURE};

	wire_ioctl(wire, VIDIOC_ENUM_FMT, 0);
	WIRE_PUT(wire, "driver", desc);
	strcpy((char *)desc.description, "YUYV 4:2:2");
	desc.pixelformat = V4L2_PIX_FMT_YUYV;
	WIRE_PUT(wire, "device", desc);
}

static void g_fmt(struct wire *wire)
{
	struct v4l2_format format = {.type = CAPTURE};

	wire_ioctl(wire, VIDIOC_G_FMT, 0);
	WIRE_PUT(wire, "driver", format);
	format.fmt.pix = (struct v4l2_pix_format){
		.width = 64,
		.height = 48,
		.pixelformat = V4L2_PIX_FMT_YUYV,
		.field = V4L2_FIELD_NONE,
		.bytesperline = 128,
		.sizeimage = 64 * 48 * 2,
		.colorspace = V4L2_COLORSPACE_SRGB,
		.priv = V4L2_PIX_FMT_PRIV_MAGIC,
	};
	WIRE_PUT(wire, "device", format);
}

static void s_fmt_mplane(struct wire *wire)
{
	struct v4l2_format format = {.type = MPLANE};
	struct v4l2_pix_format_mplane *mp = &format.fmt.pix_mp;

	mp->width = 64;
	mp->height = 48;
	mp->pixelformat = V4L2_PIX_FMT_NV12M;
	mp->field = V4L2_FIELD_NONE;
	mp->num_planes = 2;
	wire_ioctl(wire, VIDIOC_S_FMT, 0);
	WIRE_PUT(wire, "driver", format);
	mp->colorspace = V4L2_COLORSPACE_SRGB;
	mp->plane_fmt[0].sizeimage = 64 * 48;
	mp->plane_fmt[0].bytesperline = 64;
	mp->plane_fmt[1].sizeimage = 64 * 48 / 2;
	mp->plane_fmt[1].bytesperline = 64;
	WIRE_PUT(wire, "device", format);
}

/* Controls */

static void ctrls(struct wire *wire, const char *part,
		  const struct v4l2_ext_control *controls, uint32_t count)
{
	const struct v4l2_ext_controls head = {
		.count = count,
		.controls = (void *)POINTER,
	};

	wire_put(wire, part, &head, sizeof(head));
	wire_put(wire, part, controls, count * sizeof(*controls));
}

static void g_ext_ctrls(struct wire *wire)
{
	struct v4l2_ext_control controls[2] = {
		{.id = V4L2_CID_BRIGHTNESS},
		{.id = V4L2_CID_CONTRAST},
	};

	wire_ioctl(wire, VIDIOC_G_EXT_CTRLS, 0);
	ctrls(wire, "driver", controls, 2);
	controls[0].value = 128;
	controls[1].value = 16;
	ctrls(wire, "device", controls, 2);
}

static void string_ctrl(struct wire *wire, unsigned long request)
{
	const struct v4l2_ext_control control = {
		.id = V4L2_CID_RDS_TX_PS_NAME,
		.size = 6,
		.string = (char *)STRING,
	};

	wire_ioctl(wire, request, 0);
	ctrls(wire, "driver", &control, 1);
	wire_sg(wire, WIRE_PAGE, 2);
	wire_sg(wire, WIRE_OTHER, 4);
	ctrls(wire, "device", &control, 1);
}

static void g_ext_ctrls_string(struct wire *wire)
{
	string_ctrl(wire, VIDIOC_G_EXT_CTRLS);
}

static void s_ext_ctrls_string(struct wire *wire)
{
	string_ctrl(wire, VIDIOC_S_EXT_CTRLS);
}

static void s_ext_ctrls_refused(struct wire *wire)
{
	const struct v4l2_ext_control control = {
		.id = V4L2_CID_BRIGHTNESS,
		.value = 0xffff,
	};

	wire_ioctl(wire, VIDIOC_S_EXT_CTRLS, ERANGE);
	ctrls(wire, "driver", &control, 1);
	ctrls(wire, "device", &control, 1);
}

/* EDID */

static void edid(struct wire *wire, const char *part, uint8_t first,
		 uint8_t rest)
{
	const struct v4l2_edid head = {.blocks = 1, .edid = (void *)POINTER};
	uint8_t block[128];

	memset(block, rest, sizeof(block));
	memset(block, first, 8);
	block[0] = block[7] = 0;
	wire_put(wire, part, &head, sizeof(head));
	wire_put(wire, part, block, sizeof(block));
}

static void s_edid(struct wire *wire)
{
	wire_ioctl(wire, VIDIOC_S_EDID, 0);
	edid(wire, "driver", 0xff, 0x5a);
	edid(wire, "device", 0xff, 0x5a);
}

static void g_edid(struct wire *wire)
{
	wire_ioctl(wire, VIDIOC_G_EDID, 0);
	edid(wire, "driver", 0, 0);
	edid(wire, "device", 0xff, 0xa5);
}

int main(void)
{
	static const struct wire_case cases[] = {
		{"enum-fmt", enum_fmt},
		{"g-edid", g_edid},
		{"g-ext-ctrls", g_ext_ctrls},
		{"g-ext-ctrls-string", g_ext_ctrls_string},
		{"g-fmt", g_fmt},
		{"g-input", g_input},
		{"g-input-as-wr", g_input_as_wr},
		{"querycap", querycap},
		{"s-edid", s_edid},
		{"s-ext-ctrls-refused", s_ext_ctrls_refused},
		{"s-ext-ctrls-string", s_ext_ctrls_string},
		{"s-fmt-mplane", s_fmt_mplane},
		{"s-input", s_input},
		{"s-input-refused", s_input_refused},
		{"subscribe-event", subscribe_event},
	};

	return wire_run("payloads", cases, ARRAY_SIZE(cases));
}
