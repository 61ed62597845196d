/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * virtio_media.h - what travels on the wire of a virtio-media device.
 *
 * Both dialects, complete: that of the specification (virtio 1.4, device ID 48)
 * and that of the draft of June 2024 (ID 42), which differs where it is said:
 * configuration space, commands, responses and events. The driver is the guest's end, the
 * device is the host's end. All integers are little endian; the V4L2
 * structures that follow a command or an event cross in their 64-bit little
 * endian layout, as they are ("Device Operation: V4L2 ioctls").
 *
 * Both ends include this file; it holds no code.
 */
#ifndef VMEDIA_VIRTIO_MEDIA_H
#define VMEDIA_VIRTIO_MEDIA_H

#include <linux/types.h>
#include <linux/videodev2.h>

/* "Device ID" */
#define VIRTIO_MEDIA_DEVICE_ID 48
#define VIRTIO_MEDIA_DRAFT_DEVICE_ID 42

/*
 * A feature bit of ours, among those that are for the device type: the
 * configuration space has the device's clock (struct virtio_media_clock).
 */
#define VIRTIO_MEDIA_F_CLOCK 57

/*
 * A feature bit that an extension of others for Xen chose, in the same range:
 * responses to CMD_MMAP may be struct virtio_media_resp_mmap_grants. Offered
 * only where the device and the driver are domains of one Xen.
 */
#define VIRTIO_MEDIA_F_GNTREF 63

/* "Virtqueues" */
#define VIRTIO_MEDIA_COMMANDQ 0
#define VIRTIO_MEDIA_EVENTQ 1
#define VIRTIO_MEDIA_NUM_QUEUES 2

/* "Device Operation: Mmap": the shared memory region of MMAP buffers */
#define VIRTIO_MEDIA_SHM_MMAP 0

/* Most planes of a buffer that cross in one command or event */
#define VIRTIO_MEDIA_MAX_PLANES 8

/**
 * struct virtio_media_config - configuration space, read-only for the driver
 * @device_caps: V4L2_CAP_* of the node, as in struct v4l2_capability
 * @device_type: enum vfl_devnode_type: 0 video, 1 vbi, 2 radio, 3 subdev,
 *               4 sdr, 5 touch
 * @card: name, UTF-8, NUL-terminated unless all 32 bytes are used
 */
struct virtio_media_config {
	__le32 device_caps;
	__le32 device_type;
	__u8 card[32];
};

/**
 * struct virtio_media_clock - behind struct virtio_media_config, if
 * VIRTIO_MEDIA_F_CLOCK was negotiated
 * @low: lower half of the nanoseconds on the clock that timestamps of buffers
 *       and events are of. Reading it, in 32 bits, also latches @high.
 * @high: upper half, as of the last time that @low was read
 *
 * A driver that reads its own clock before and after knows the difference of
 * the two within half of the time that reading took.
 */
struct virtio_media_clock {
	__le32 low;
	__le32 high;
};

/* "Command Virtqueue" */
#define VIRTIO_MEDIA_CMD_OPEN 1
#define VIRTIO_MEDIA_CMD_CLOSE 2
#define VIRTIO_MEDIA_CMD_IOCTL 3
#define VIRTIO_MEDIA_CMD_MMAP 4
#define VIRTIO_MEDIA_CMD_MUNMAP 5

/** struct virtio_media_cmd_header - first bytes of every command */
struct virtio_media_cmd_header {
	__le32 cmd;
	__le32 __reserved;
};

/**
 * struct virtio_media_resp_header - first bytes of every response
 * @status: 0, or a positive Linux error number
 */
struct virtio_media_resp_header {
	__le32 status;
	__le32 __reserved;
};

/** struct virtio_media_cmd_open - begin a session, as open(2) of a node */
struct virtio_media_cmd_open {
	struct virtio_media_cmd_header hdr;
};

/**
 * struct virtio_media_resp_open - the new session
 * @session_id: differs from that of every other open session
 */
struct virtio_media_resp_open {
	struct virtio_media_resp_header hdr;
	__le32 session_id;
	__le32 __reserved;
};

/** struct virtio_media_cmd_close - end a session; has no response */
struct virtio_media_cmd_close {
	struct virtio_media_cmd_header hdr;
	__le32 session_id;
	__le32 __reserved;
};

/**
 * struct virtio_media_cmd_ioctl - run an ioctl in a session
 * @code: second argument of the ioctl's _IO*() macro
 *
 * The payload follows if the ioctl's direction has a "write" part, then what
 * the payload's pointers point to, then SG lists of guest memory.
 */
struct virtio_media_cmd_ioctl {
	struct virtio_media_cmd_header hdr;
	__le32 session_id;
	__le32 code;
};

/**
 * struct virtio_media_resp_ioctl - result of an ioctl
 *
 * The payload follows if the ioctl's direction has a "read" part, then what
 * its pointers point to. A failed ioctl may answer with this header alone.
 */
struct virtio_media_resp_ioctl {
	struct virtio_media_resp_header hdr;
};

/**
 * struct virtio_media_sg_entry - a piece of guest memory, in an SG list
 * @start: address as the device sees it (guest-physical or DMA address)
 * @len: bytes
 */
struct virtio_media_sg_entry {
	__le64 start;
	__le32 len;
	__le32 __reserved;
};

/* Without it a mapping is read-only for the driver */
#define VIRTIO_MEDIA_MMAP_FLAG_RW (1 << 0)

/**
 * struct virtio_media_cmd_mmap - map an MMAP buffer into the SHM region
 * @flags: VIRTIO_MEDIA_MMAP_FLAG_*
 * @offset: m.offset of the buffer or plane, from QUERYBUF
 */
struct virtio_media_cmd_mmap {
	struct virtio_media_cmd_header hdr;
	__le32 session_id;
	__le32 flags;
	__le32 offset;
};

/** struct virtio_media_draft_cmd_mmap - the draft's, with a wider @offset */
struct virtio_media_draft_cmd_mmap {
	struct virtio_media_cmd_header hdr;
	__le32 session_id;
	__le32 flags;
	__le64 offset;
};

/**
 * struct virtio_media_resp_mmap - a mapping
 * @driver_addr: offset of the mapping in the SHM region
 * @len: bytes, the length of the buffer
 */
struct virtio_media_resp_mmap {
	struct virtio_media_resp_header hdr;
	__le64 driver_addr;
	__le64 len;
};

/**
 * struct virtio_media_resp_mmap_grants - a mapping, if VIRTIO_MEDIA_F_GNTREF was
 * negotiated
 * @mmap: with @gref_count 0 as without the feature. Else its driver_addr is no
 *        place in the SHM region, but what CMD_MUNMAP calls the mapping.
 * @gref_count: pages that are granted to the driver, or 0
 * @gref_page_size: bytes of each
 * @gref_domid: of the domain that grants them
 *
 * Their @gref_count grant references follow, each a __le32, in order.
 *
 * The pages are the device's, and granted for reading only unless the buffer is
 * for output. Buffers may have them that are slots of a capture which many look
 * at: what is in one changes as soon as it was queued, and REQBUFS says how many
 * there are, whatever number was asked for. The driver ends its use of the
 * grants before it sends CMD_MUNMAP.
 *
 * A response that does not fit into what the driver made writable is an error.
 */
struct virtio_media_resp_mmap_grants {
	struct virtio_media_resp_mmap mmap;
	__le32 gref_count;
	__le32 gref_page_size;
	__le32 gref_domid;
	__le32 __reserved;
};

/** struct virtio_media_cmd_munmap - end a mapping */
struct virtio_media_cmd_munmap {
	struct virtio_media_cmd_header hdr;
	__le64 driver_addr;
};

/** struct virtio_media_resp_munmap - result of a CMD_MUNMAP */
struct virtio_media_resp_munmap {
	struct virtio_media_resp_header hdr;
};

/* "Event Virtqueue" */
#define VIRTIO_MEDIA_EVT_ERROR 0
#define VIRTIO_MEDIA_EVT_DQBUF 1
#define VIRTIO_MEDIA_EVT_EVENT 2

/** struct virtio_media_event_header - first bytes of every event */
struct virtio_media_event_header {
	__le32 event;
	__le32 session_id;
};

/**
 * struct virtio_media_event_error - the session is broken for good
 * @error: positive Linux error number ("errno" in the specification, which is
 *         a macro in user space)
 *
 * The driver closes the session; its id is not used again before that. In the
 * draft the device has closed it, and its id is never used again.
 */
struct virtio_media_event_error {
	struct virtio_media_event_header hdr;
	__le32 error;
	__le32 __reserved;
};

/**
 * struct virtio_media_event_dqbuf - the device is done with a buffer
 * @buffer: as VIDIOC_DQBUF returns it; its pointers mean nothing
 * @planes: of a multi-planar buffer
 */
struct virtio_media_event_dqbuf {
	struct virtio_media_event_header hdr;
	struct v4l2_buffer buffer;
	struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
};

/** struct virtio_media_event_event - a V4L2 event, as VIDIOC_DQEVENT has it */
struct virtio_media_event_event {
	struct virtio_media_event_header hdr;
	struct v4l2_event event;
};

#endif /* VMEDIA_VIRTIO_MEDIA_H */
