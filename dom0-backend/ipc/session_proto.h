/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session_proto.h - what vmedia-guest and vmedia-camera say to each other
 * over the socket of one session.
 *
 * The words are the wire's own: an ioctl is its nr and its payload. Native
 * byte order and alignment: both ends run on one host and come from one build.
 * Every message begins with a struct session_header.
 *
 *   guest to camera                camera to guest
 *   ---------------                ---------------
 *   IOCTL   (answered by REPLY)    REPLY   same tag as the IOCTL
 *   RELEASE (a frame)              SLOTS   the pool, at stream start and
 *                                          whenever it changes
 *                                  FRAME   a filled slot
 *                                  EVENT   a V4L2 event of this session
 *                                  ERROR   the session is over
 *
 * There are two kinds of sessions; camera_identity's @shared tells which.
 *
 * A *shared* session is one of many that look at one capture. Its buffers are
 * vmedia-guest's own: a FRAME lends it a slot of the camera's pool, to be
 * copied and RELEASEd. Or its buffers are the slots: see REQBUFS; then a FRAME
 * is RELEASEd when the guest has queued that buffer again.
 *
 * A *direct* session has the node for itself (codecs, outputs, VBI...): buffer
 * N of a queue is buffer N of the node. REQBUFS and CREATE_BUFS make them, in
 * the node's own memory (V4L2_MEMORY_MMAP, whatever the guest calls it); SLOTS
 * gives their memory to vmedia-guest, before the REPLY. QBUF crosses, with its
 * planes, when the bytes of an OUTPUT buffer are in place; FRAME gives a
 * buffer of any queue back, and the bytes of a CAPTURE buffer are valid until
 * the next QBUF of it. Nothing is RELEASEd. The node has the last word on
 * every ioctl.
 *
 * Order is meaning: an EVENT that a SUBSCRIBE_EVENT asked for initially comes
 * before its REPLY; SLOTS comes before the REPLY of STREAMON; no FRAME comes
 * after the REPLY of STREAMOFF.
 */
#ifndef IPC_SESSION_PROTO_H
#define IPC_SESSION_PROTO_H

#include <stdint.h>
#include <linux/videodev2.h>
#include <vmedia/virtio_media.h>

enum session_type {
	SESSION_IOCTL = 1,
	SESSION_RELEASE,
	SESSION_REPLY = 16,
	SESSION_SLOTS,
	SESSION_FRAME,
	SESSION_EVENT,
	SESSION_ERROR,
};

/**
 * struct session_header - first bytes of every message
 * @type: enum session_type
 * @tag: chosen by the sender of an IOCTL and repeated in its REPLY; else 0
 */
struct session_header {
	uint32_t type;
	uint32_t tag;
};

/**
 * struct session_ioctl - run an ioctl; the payload follows
 * @nr: as virtio_media_cmd_ioctl's code
 * @len: bytes of the payload: the size of the type in vmedia/ioctls.h
 *
 * The payload is followed by what its pointers point to: for the ext controls
 * an array of v4l2_ext_control, then the bytes of each control whose size is
 * not 0, in order, without gaps. Pointers themselves mean nothing.
 *
 * For EDID the blocks follow, blocks * 128 bytes, also in a G_EDID and in every
 * reply, whose tail is as long as the request's: @blocks of a reply may be
 * another number.
 *
 * In a shared session QUERYBUF, PREPARE_BUF, EXPBUF and QBUF do not cross: a
 * guest's buffers are vmedia-guest's own. REQBUFS and CREATE_BUFS do, since who
 * has buffers pins the camera's mode: the camera answers them for @type, and
 * count comes back as given.
 *
 * REQBUFS of V4L2_MEMORY_MMAP, in a shared session, asks for the slots
 * themselves: the pool is made now, if there is none, and SLOTS comes before the
 * REPLY, whose count is the number of slots. The pool stays as it is, over
 * STREAMOFF, until all who asked so have sent another REQBUFS, or ended: no
 * second SLOTS comes with STREAMON, and it does not grow. The camera may refuse
 * (any errno), and be asked again for V4L2_MEMORY_USERPTR.
 *
 * In a direct session QBUF crosses as a v4l2_buffer of V4L2_MEMORY_MMAP,
 * followed, if it is multi-planar, by @length v4l2_planes; so does its reply,
 * unless it failed. A request of the media controller's is refused (EBADR).
 * QUERYBUF, PREPARE_BUF and EXPBUF do not cross. REQBUFS and CREATE_BUFS never
 * make a queue larger than SESSION_MAX_DIRECT_SLOTS.
 */
struct session_ioctl {
	struct session_header hdr;
	uint32_t nr;
	uint32_t len;
};

/**
 * struct session_reply - an ioctl's result; payload and tail follow as in the
 * request, also on error if the ioctl has something to say (ext controls, EDID)
 * @error: 0 or a positive errno
 * @len: bytes of the payload that follows, 0 if there is none
 */
struct session_reply {
	struct session_header hdr;
	uint32_t error;
	uint32_t len;
};

/* Most slots of a shared session's pool */
#define SESSION_MAX_SLOTS 24

/* Most frames of one message */
#define SESSION_MAX_FRAMES 16

/* Most slots of a queue of a direct session: VMEDIA_MAX_BUFFERS */
#define SESSION_MAX_DIRECT_SLOTS 32

/**
 * struct session_slots - the pool, or what was added to it; of a direct session
 * the buffers of one queue, or those that were added
 * @generation: of this pool; frames of an older one are void
 * @first: 0: a new pool. Else these slots follow the @first ones that the
 *         session has: the pool of the same generation grew, and frames on
 *         their way stay valid.
 * @num_slots: in this message; with @first at most SESSION_MAX_SLOTS. What does
 *             not fit beside one message comes in several.
 * @num_planes: descriptors of each slot
 * @type: enum v4l2_buf_type, of the queue
 * @plane_size: bytes of each plane's memory, from the start of its descriptor;
 *              in a direct session CREATE_BUFS may add slots of another size
 * @dma_buf: the descriptors are dma-bufs (DMA_BUF_IOCTL_SYNC around reads),
 *           else memfds
 *
 * Beside it: num_slots * num_planes descriptors, slot by slot, plane by
 * plane, to be mapped at offset 0: for reading, those of an OUTPUT queue for
 * writing, too.
 */
struct session_slots {
	struct session_header hdr;
	uint32_t generation;
	uint32_t first;
	uint32_t num_slots;
	uint32_t num_planes;
	uint32_t dma_buf;
	uint32_t type;
	uint32_t plane_size[VIRTIO_MEDIA_MAX_PLANES];
};

/**
 * struct session_frame - a filled slot, lent until RELEASE; in a direct session
 * a buffer that the node is done with
 * @flags: V4L2_BUF_FLAG_* that tell of the picture: error, key frame, last,
 *         time code, timestamp type and source
 * @type: enum v4l2_buf_type, of the queue
 * @bytesused: per plane, from the start of the slot's plane
 * @data_offset: per plane, multi-planar only
 *
 * A session holds at most the `held` frames that it was introduced with.
 *
 * In a direct session a message may be up to SESSION_MAX_FRAMES of them, one
 * behind the other, each with its header: what a codec took and what it made of
 * it come back at one stroke, and the guest shall find both or none. CAPTURE
 * comes before OUTPUT.
 */
struct session_frame {
	struct session_header hdr;
	uint32_t generation;
	uint32_t slot;
	uint32_t sequence;
	uint32_t field;
	uint32_t flags;
	uint32_t type;
	int64_t timestamp_sec;
	int64_t timestamp_usec;
	struct v4l2_timecode timecode;
	uint32_t bytesused[VIRTIO_MEDIA_MAX_PLANES];
	uint32_t data_offset[VIRTIO_MEDIA_MAX_PLANES];
};

/** struct session_release - the frame in @slot may be filled again */
struct session_release {
	struct session_header hdr;
	uint32_t generation;
	uint32_t slot;
};

/** struct session_event - a V4L2 event that this session subscribed to */
struct session_event {
	struct session_header hdr;
	struct v4l2_event event;
};

/**
 * struct session_error - the session is over; end of file follows
 * @error: positive errno: ENODEV if the camera went away, EIO if it broke,
 *         EPROTO if the guest's process broke the rules of this file,
 *         EACCES if it was evicted, ESTALE if its buffers were slots of a pool
 *         that somebody who was shut out may still see
 */
struct session_error {
	struct session_header hdr;
	uint32_t error;
	uint32_t reserved;
};

#endif /* IPC_SESSION_PROTO_H */
