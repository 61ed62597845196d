/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * daemon_proto.h - what vmediad says to the processes it starts, and they to
 * it. Native byte order. Each child has its end of the link as LINK_FD.
 *
 *   vmediad to vmedia-guest        vmedia-guest to vmediad
 *   -----------------------        -----------------------
 *   ATTACH  a device               LIVE    the device answers the guest
 *   CAMERA  what is behind it      OPEN    may this device have a session?
 *   LIMITS  quotas                 CLOSED  a session ended
 *   SESSION (+fd) answer to OPEN
 *   STOP    unmap, close, exit
 *
 *   vmediad to vmedia-camera       vmedia-camera to vmediad
 *   ------------------------       ------------------------
 *   SESSION (+fd) a new session    STATE   present or absent, and what it is
 *   STOP    close, exit
 *
 * A child that must stop exits; its exit is the proof that nothing is mapped
 * any more, so only then does vmediad write the xenstore state. A child whose
 * link reaches its end exits too: vmediad's successor starts another.
 *
 * How they are started:
 *   vmedia-guest --domid N --name GUEST --log-level LEVEL [--ioreq-server ID]
 *	ID: re-attach to the IOREQ server that an earlier vmedia-guest created
 *   vmedia-camera --name CAMERA --source SOURCE --log-level LEVEL
 *   vmedia-camera --list
 *	no link; "/dev/videoN<TAB>card" of each capture node, a line each
 */
#ifndef IPC_DAEMON_PROTO_H
#define IPC_DAEMON_PROTO_H

#include <stdint.h>

/* The child's end of its link to vmediad */
#define DAEMON_LINK_FD 3

/*
 * Exit status of a vmedia-guest that logged which option the hypervisor lacks:
 * it is not worth starting again.
 */
#define GUEST_EXIT_NO_IOREQ_SERVER 70

enum daemon_type {
	GUEST_ATTACH = 1,
	GUEST_CAMERA,
	GUEST_LIMITS,
	GUEST_SESSION,
	GUEST_STOP,
	GUEST_LIVE = 16,
	GUEST_OPEN,
	GUEST_CLOSED,
	CAMERA_SESSION = 32,
	CAMERA_STOP,
	CAMERA_STATE = 48,
};

/** struct daemon_header - first bytes of every message; GUEST_STOP and
 * CAMERA_STOP have nothing else
 * @type: enum daemon_type
 */
struct daemon_header {
	uint32_t type;
	uint32_t reserved;
};

/**
 * struct camera_identity - what a camera is to a guest
 * @present: it can be opened now
 * @device_caps: V4L2_CAP_*; 0 if the camera was never seen. Kept when the
 *               camera goes away, so that a guest's device does not change.
 * @device_type: enum vfl_devnode_type
 * @card: name for people, NUL-padded
 */
struct camera_identity {
	uint32_t present;
	uint32_t device_caps;
	uint32_t device_type;
	char card[32];
};

/**
 * struct guest_attach - serve a device
 * @devid: xl's number of the device in this guest
 * @device_id: virtio device ID, 48
 * @irq: SPI
 * @base: guest-physical address of the 0x200 bytes of registers
 * @identity: what is behind it now
 *
 * Sent again to a restarted vmedia-guest; whether it creates its IOREQ server
 * or re-attaches is on its command line.
 */
struct guest_attach {
	struct daemon_header hdr;
	uint32_t devid;
	uint32_t device_id;
	uint32_t irq;
	uint32_t reserved;
	uint64_t base;
	struct camera_identity identity;
};

/** struct guest_camera - the camera behind @devid is another, came or went */
struct guest_camera {
	struct daemon_header hdr;
	uint32_t devid;
	struct camera_identity identity;
};

/**
 * struct guest_limits - quotas that vmedia-guest enforces; 0 = unlimited
 * @buffers: per session
 * @memory: bytes of guest memory mapped at any time
 */
struct guest_limits {
	struct daemon_header hdr;
	uint32_t buffers;
	uint32_t reserved;
	uint64_t memory;
};

/**
 * struct guest_live - @devid answers the guest from now on
 * @ioreq_server: id of the guest's IOREQ server, to be recorded for a restart
 */
struct guest_live {
	struct daemon_header hdr;
	uint32_t devid;
	uint32_t ioreq_server;
};

/** struct guest_open - the guest opens @devid; answered by GUEST_SESSION
 * @tag: repeated in the answer
 */
struct guest_open {
	struct daemon_header hdr;
	uint32_t tag;
	uint32_t devid;
};

/**
 * struct guest_session - answer to GUEST_OPEN
 * @error: 0, with the session's socket beside it; or a positive errno:
 *         ENODEV no camera, EBUSY quota `sessions`, or a camera that is behind,
 *         EACCES policy
 * @serial: of the session, unique while vmediad runs
 */
struct guest_session {
	struct daemon_header hdr;
	uint32_t tag;
	uint32_t error;
	uint64_t serial;
};

/** struct guest_closed - the session is over, its quota is free again */
struct guest_closed {
	struct daemon_header hdr;
	uint64_t serial;
};

/**
 * struct camera_session - a session begins; its socket is beside it
 * @serial: of the session
 * @domid: of its guest, for the log
 * @held: most frames that it, and all sessions of its guest on this camera
 *        together, may hold at once, at least 1
 * @sessions: quota of its guest; 0 = unlimited. vmediad counts them by what the
 *            guest's process says; a camera by the sockets that it sees.
 * @guest: name of the guest, for the log, NUL-terminated
 */
struct camera_session {
	struct daemon_header hdr;
	uint64_t serial;
	uint32_t domid;
	uint32_t held;
	uint32_t sessions;
	uint32_t reserved;
	char guest[64];
};

/** struct camera_state - sent at start and at every change */
struct camera_state {
	struct daemon_header hdr;
	struct camera_identity identity;
};

#endif /* IPC_DAEMON_PROTO_H */
