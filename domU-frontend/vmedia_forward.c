// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_forward.c - the ioctls that the device alone answers.
 *
 * The V4L2 core of the host has its say about them: it checks types, makes
 * crop from selection, counts standards. If our own core did so again, it
 * would answer for ioctls that the node behind the device does not have, and
 * from lists (standards, tuner types) that are not those of the node. So what
 * crosses as it is goes to the device first; where that does not know an ioctl
 * our core may make it from another one. What our core must translate for
 * 32-bit callers, and what is about buffers, is in vmedia_ioctl.c.
 */
#include <linux/ioctl.h>
#include <linux/uaccess.h>
#include <vmedia/ioctls.h>

#include "vmedia.h"

struct vmedia_cmd *vmedia_ioctl_alloc(struct vmedia_session *session,
				      unsigned int cmd, size_t extra,
				      void **out, void **in)
{
	size_t payload = _IOC_SIZE(cmd) + extra;
	size_t out_len = sizeof(struct virtio_media_cmd_ioctl);
	size_t in_len = sizeof(struct virtio_media_resp_ioctl);
	struct virtio_media_cmd_ioctl *hdr;
	struct vmedia_cmd *command;

	command = vmedia_cmd_alloc(session->vm, session->epoch,
				   VIRTIO_MEDIA_CMD_IOCTL,
				   out_len + (_IOC_DIR(cmd) & _IOC_WRITE ? payload : 0),
				   in_len + (_IOC_DIR(cmd) & _IOC_READ ? payload : 0));
	if (!command)
		return NULL;

	command->session = session;
	hdr = command->out;
	hdr->session_id = cpu_to_le32(session->id);
	hdr->code = cpu_to_le32(_IOC_NR(cmd));
	*out = _IOC_DIR(cmd) & _IOC_WRITE ? command->out + out_len : NULL;
	*in = _IOC_DIR(cmd) & _IOC_READ ? command->in + in_len : NULL;
	return command;
}

/* Did answer @rc have its payload? After a time-out nobody may look. */
static bool vmedia_ioctl_has_payload(const struct vmedia_cmd *command, int rc)
{
	return rc != -ETIMEDOUT && command->written >= command->in_len;
}

int vmedia_ioctl_forward(struct vmedia_session *session, unsigned int cmd,
			 void *arg)
{
	struct vmedia_cmd *command;
	void *out, *in;
	int rc;

	command = vmedia_ioctl_alloc(session, cmd, 0, &out, &in);
	if (!command)
		return -ENOMEM;
	if (out)
		memcpy(out, arg, _IOC_SIZE(cmd));

	rc = vmedia_cmd_run(command);
	if (in && vmedia_ioctl_has_payload(command, rc))
		memcpy(arg, in, _IOC_SIZE(cmd));
	vmedia_cmd_put(command);
	return rc;
}

#define VMEDIA_IS_PLAIN_NONE 1
#define VMEDIA_IS_PLAIN_PLANES 0
#define VMEDIA_IS_PLAIN_BUFFER 0
#define VMEDIA_IS_PLAIN_CTRLS 0
#define VMEDIA_IS_PLAIN_OBJECT 0
#define VMEDIA_IS_PLAIN_EDID 0
#define VMEDIA_PLAIN(name, payload, dir, tail) \
	[_IOC_NR(VIDIOC_##name)] = VMEDIA_IS_PLAIN_##tail ? VIDIOC_##name : 0,

/* Does an ioctl cross as it is, for the device to do all that is to be done? */
static bool vmedia_forward_is_plain(unsigned int cmd)
{
	static const unsigned int plain[] = { VMEDIA_IOCTLS(VMEDIA_PLAIN) };

	switch (cmd) {
	case VIDIOC_ENUM_FMT:
	case VIDIOC_G_FMT:
	case VIDIOC_S_FMT:
	case VIDIOC_TRY_FMT:
	case VIDIOC_REQBUFS:
	case VIDIOC_CREATE_BUFS:
	case VIDIOC_STREAMON:
	case VIDIOC_STREAMOFF:
	case VIDIOC_SUBSCRIBE_EVENT:
	case VIDIOC_UNSUBSCRIBE_EVENT:
		return false;
	}
	return _IOC_NR(cmd) < ARRAY_SIZE(plain) && plain[_IOC_NR(cmd)] == cmd;
}

/* For a device that keeps no priorities: what our core would check. */
static int vmedia_forward_check_priority(struct vmedia_session *session,
					 unsigned int cmd)
{
	switch (cmd) {
	case VIDIOC_S_PARM:
	case VIDIOC_S_STD:
	case VIDIOC_S_CTRL:
	case VIDIOC_S_TUNER:
	case VIDIOC_S_AUDIO:
	case VIDIOC_S_INPUT:
	case VIDIOC_S_OUTPUT:
	case VIDIOC_S_AUDOUT:
	case VIDIOC_S_MODULATOR:
	case VIDIOC_S_FREQUENCY:
	case VIDIOC_S_HW_FREQ_SEEK:
	case VIDIOC_S_CROP:
	case VIDIOC_S_SELECTION:
	case VIDIOC_S_DV_TIMINGS:
	case VIDIOC_ENCODER_CMD:
	case VIDIOC_DECODER_CMD:
	case VIDIOC_S_PRIORITY:
		return v4l2_prio_check(session->fh.vdev->prio,
				       session->fh.prio);
	}
	return 0;
}

#define VMEDIA_QUESTION(name, type, last) \
	[_IOC_NR(VIDIOC_##name)] = offsetofend(struct v4l2_##type, last)

/*
 * Bytes of a payload that are a question, where the rest is only an answer. As
 * our core would, we send zeroes for that: not what the caller's stack had.
 */
static size_t vmedia_forward_question(unsigned int cmd)
{
	static const u16 question[] = {
		VMEDIA_QUESTION(G_PARM, streamparm, type),
		VMEDIA_QUESTION(ENUMSTD, standard, index),
		VMEDIA_QUESTION(ENUMINPUT, input, index),
		VMEDIA_QUESTION(ENUMOUTPUT, output, index),
		VMEDIA_QUESTION(ENUMAUDIO, audio, index),
		VMEDIA_QUESTION(ENUMAUDOUT, audioout, index),
		VMEDIA_QUESTION(G_TUNER, tuner, index),
		VMEDIA_QUESTION(G_MODULATOR, modulator, index),
		VMEDIA_QUESTION(G_FREQUENCY, frequency, tuner),
		VMEDIA_QUESTION(G_CTRL, control, id),
		VMEDIA_QUESTION(QUERYCTRL, queryctrl, id),
		VMEDIA_QUESTION(QUERY_EXT_CTRL, query_ext_ctrl, id),
		VMEDIA_QUESTION(QUERYMENU, querymenu, index),
		VMEDIA_QUESTION(CROPCAP, cropcap, type),
		VMEDIA_QUESTION(G_CROP, crop, type),
		VMEDIA_QUESTION(G_SELECTION, selection, r),
		VMEDIA_QUESTION(S_SELECTION, selection, r),
		VMEDIA_QUESTION(ENUM_FRAMESIZES, frmsizeenum, pixel_format),
		VMEDIA_QUESTION(ENUM_FRAMEINTERVALS, frmivalenum, height),
		VMEDIA_QUESTION(ENUM_DV_TIMINGS, enum_dv_timings, pad),
		VMEDIA_QUESTION(DV_TIMINGS_CAP, dv_timings_cap, pad),
		VMEDIA_QUESTION(S_DV_TIMINGS, dv_timings, bt.flags),
		VMEDIA_QUESTION(ENCODER_CMD, encoder_cmd, flags),
		VMEDIA_QUESTION(TRY_ENCODER_CMD, encoder_cmd, flags),
	};
	unsigned int nr = _IOC_NR(cmd);

	return nr < ARRAY_SIZE(question) && question[nr] ? question[nr] :
							   _IOC_SIZE(cmd);
}

/* read() and write() are not for us, whatever they are for the host. */
static void vmedia_forward_without_rw(unsigned int cmd, void *in)
{
	struct v4l2_streamparm *parm = in;
	struct v4l2_modulator *modulator = in;
	struct v4l2_tuner *tuner = in;

	switch (cmd) {
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM:
		if (V4L2_TYPE_IS_OUTPUT(parm->type))
			parm->parm.output.writebuffers = 0;
		else
			parm->parm.capture.readbuffers = 0;
		break;
	case VIDIOC_G_TUNER:
		tuner->capability &= ~V4L2_TUNER_CAP_RDS_BLOCK_IO;
		break;
	case VIDIOC_G_MODULATOR:
		modulator->capability &= ~V4L2_TUNER_CAP_RDS_BLOCK_IO;
		break;
	}
}

/* After its last buffer a codec was told to go on. */
static void vmedia_forward_restarted(struct vmedia_session *session,
				     unsigned int cmd, const void *out)
{
	const struct v4l2_decoder_cmd *decoder = out;
	const struct v4l2_encoder_cmd *encoder = out;

	if (!(cmd == VIDIOC_DECODER_CMD && decoder->cmd == V4L2_DEC_CMD_START) &&
	    !(cmd == VIDIOC_ENCODER_CMD && encoder->cmd == V4L2_ENC_CMD_START))
		return;
	for (unsigned int i = 0; i < session->num_queues; i++) {
		if (!vmedia_queue_is_output(&session->queues[i]))
			vb2_clear_last_buffer_dequeued(&session->queues[i].vb2);
	}
}

static int vmedia_forward_run(struct vmedia_session *session, unsigned int cmd,
			      void __user *arg, struct vmedia_cmd *command,
			      void *out, void *in)
{
	int rc;

	if (out && copy_from_user(out, arg, vmedia_forward_question(cmd)))
		return -EFAULT;

	rc = vmedia_cmd_run(command);
	if (!rc)
		vmedia_forward_restarted(session, cmd, out);
	/* The one ioctl here that tells something when it fails */
	if (rc && cmd != VIDIOC_QUERY_DV_TIMINGS)
		return rc;
	if (!in || !vmedia_ioctl_has_payload(command, rc))
		return rc;
	vmedia_forward_without_rw(cmd, in);
	return copy_to_user(arg, in, _IOC_SIZE(cmd)) ? -EFAULT : rc;
}

/*
 * Of what crosses as it is, this alone has another layout for 32-bit callers,
 * on machines where they align 64-bit numbers to 4: nothing before the id.
 */
#define VMEDIA_STANDARD_TAIL                           \
	(offsetofend(struct v4l2_standard, reserved) - \
	 offsetof(struct v4l2_standard, id))

struct vmedia_standard32 {
	u32 index;
	u8 tail[VMEDIA_STANDARD_TAIL];
} __packed;

#define VMEDIA_ENUMSTD32 \
	_IOWR('V', _IOC_NR(VIDIOC_ENUMSTD), struct vmedia_standard32)

static int vmedia_forward_enumstd32(struct vmedia_session *session,
				    struct vmedia_standard32 __user *arg)
{
	struct v4l2_standard std = {};
	int rc;

	if (get_user(std.index, &arg->index))
		return -EFAULT;
	rc = vmedia_ioctl_forward(session, VIDIOC_ENUMSTD, &std);
	if (rc)
		return rc;
	return copy_to_user(arg->tail, &std.id, sizeof(arg->tail)) ? -EFAULT : 0;
}

long vmedia_forward_ioctl(struct file *file, unsigned int cmd,
			  void __user *arg)
{
	struct vmedia_session *session = vmedia_session_of(file);
	struct vmedia_cmd *command;
	void *out, *in;
	int rc;

	if (cmd == VMEDIA_ENUMSTD32)
		return vmedia_forward_enumstd32(session, arg);
	if (!vmedia_forward_is_plain(cmd))
		return -ENOTTY;
	rc = vmedia_forward_check_priority(session, cmd);
	if (rc)
		return rc;
	command = vmedia_ioctl_alloc(session, cmd, 0, &out, &in);
	if (!command)
		return -ENOMEM;
	rc = vmedia_forward_run(session, cmd, arg, command, out, in);
	vmedia_cmd_put(command);
	return rc;
}
