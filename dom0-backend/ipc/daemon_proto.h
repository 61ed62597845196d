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
 *   SESSION (+fd) answer to OPEN   SESSION_REPORT, REPORT  answer to QUERY
 *   QUERY   how is it going?
 *   POPULATED answer to POPULATE   POPULATE  make pages of the window
 *   STOP    unmap, close, exit     GRANTED (+fds) the guest can see a camera's slots
 *                                  UNGRANTED and not any more
 *
 *   vmediad to vmedia-camera       vmedia-camera to vmediad
 *   ------------------------       ------------------------
 *   SETTINGS how it is shared      STATE   present or absent, and what it is
 *   SESSION (+fd) a new session    ADMIT   may this session stream?
 *   GUEST   what a guest may do    RATE    a session streams less, or no more
 *   END     a session is over      CLOSED  it is over
 *   ADMITTED answer to ADMIT       SESSION_REPORT, REPORT  answer to QUERY
 *   QUERY   how is it going?
 *   RENEW   its slots' memory
 *   STOP    close, exit
 *
 * A child that must stop exits; its exit is the proof that nothing is mapped
 * any more, so only then does vmediad write the xenstore state. A child whose
 * link reaches its end exits too: vmediad's successor starts another.
 *
 * How they are started:
 *   vmedia-guest --domid N --name GUEST --log-level LEVEL [--grants]
 *	[--grant-slots] [--writable-slots] [--ioreq-server ID]
 *	--grants: a device of the guest has grant_usage=1
 *	--grant-slots: it may grant cameras' slots to the guest, if the kernel
 *	lets it; --writable-slots: also so that the guest could write to them
 *	ID: re-attach to the IOREQ server that an earlier vmedia-guest created
 *   vmedia-camera --name CAMERA --source SOURCE --log-level LEVEL
 *   vmedia-camera --list
 *	no link; "/dev/videoN<TAB>card" of each capture node, a line each
 */
#ifndef IPC_DAEMON_PROTO_H
#define IPC_DAEMON_PROTO_H

#include <stdint.h>

#include "ipc/quotas.h"
#include "ipc/transfer.h"

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
	GUEST_QUERY,
	GUEST_POPULATED,
	GUEST_LIVE = 16,
	GUEST_OPEN,
	GUEST_CLOSED,
	GUEST_SESSION_REPORT,
	GUEST_REPORT,
	GUEST_POPULATE,
	GUEST_GRANTED,
	GUEST_UNGRANTED,
	GUEST_EXPORTER,
	CAMERA_SESSION = 32,
	CAMERA_STOP,
	CAMERA_SETTINGS,
	CAMERA_GUEST,
	CAMERA_END,
	CAMERA_ADMITTED,
	CAMERA_QUERY,
	CAMERA_RENEW,
	CAMERA_STATE = 48,
	CAMERA_ADMIT,
	CAMERA_RATE,
	CAMERA_SESSION_REPORT,
	CAMERA_REPORT,
	CAMERA_CLOSED,
};

/**
 * struct daemon_header - first bytes of every message; GUEST_STOP, CAMERA_STOP,
 * CAMERA_RENEW and GUEST_EXPORTER have nothing else
 * @type: enum daemon_type
 *
 * Beside GUEST_EXPORTER, which comes once and before anything is granted, is the
 * file of gntdev that slots are granted by. Grants end with the last descriptor of
 * it, and those that the guest has mapped then the kernel takes back slowly. A
 * guest that is destroyed has slots mapped until after its process has ended: so
 * vmediad keeps the file until the guest is gone.
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
 * @shared: its sessions look at one capture (ipc/session_proto.h); else each is
 *          direct
 * @card: name for people, NUL-padded
 */
struct camera_identity {
	uint32_t present;
	uint32_t shared;
	uint32_t device_caps;
	uint32_t device_type;
	char card[32];
};

/**
 * struct guest_attach - serve a device
 * @devid: xl's number of the device in this guest
 * @device_id: virtio device ID: 48, the ratified dialect, or 42, the draft's
 * @irq: SPI
 * @transfer: enum transfer_policy, of the camera that is behind it now: with
 *            TRANSFER_COPY the device does not offer grants
 * @base: guest-physical address of the 0x200 bytes of registers
 * @window: guest-physical address of the device's window: shared memory region
 *          0, where MMAP buffers are mapped. No page of it is there before
 *          GUEST_POPULATE, unless the process is a restarted one.
 * @window_len: bytes, a multiple of 2 MiB; 0: the device has no window
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
	uint32_t transfer;
	uint64_t base;
	uint64_t window;
	uint64_t window_len;
	struct camera_identity identity;
};

/** struct guest_camera - the camera behind @devid is another, came or went */
struct guest_camera {
	struct daemon_header hdr;
	uint32_t devid;
	struct camera_identity identity;
};

/** struct guest_limits - quotas; vmedia-guest enforces some of them. Hold from
 * now on; what the guest has is not taken away.
 */
struct guest_limits {
	struct daemon_header hdr;
	struct quota_limits limits;
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
 * @transfer: enum transfer_policy, of this guest and this camera
 */
struct guest_session {
	struct daemon_header hdr;
	uint32_t tag;
	uint32_t error;
	uint64_t serial;
	uint32_t transfer;
	uint32_t reserved;
};

/* Bytes of one GUEST_POPULATE: vmediad does nothing else meanwhile */
#define GUEST_POPULATE_MAX (16 * 1024 * 1024)

/**
 * struct guest_populate - the guest shall have memory in a window of its
 * devices; answered by GUEST_POPULATED
 * @tag: repeated in the answer
 * @devid: whose window
 * @offset: in the window, bytes; a multiple of 2 MiB
 * @len: bytes, likewise, at most GUEST_POPULATE_MAX. Pages that are there
 *       already stay as they are.
 *
 * The memory belongs to the guest and is there until it ends. Only vmediad can
 * make it: vmedia-guest gave up the privilege.
 */
struct guest_populate {
	struct daemon_header hdr;
	uint32_t tag;
	uint32_t devid;
	uint64_t offset;
	uint64_t len;
};

/** struct guest_populated - answer to GUEST_POPULATE
 * @error: 0 or a positive errno: ENOMEM if Xen has no memory left; EDQUOT if the
 *         window's pages would be more than quota `memory`, rounded up to
 *         2 MiB; EINVAL if it is not within the window. Then nothing was added.
 */
struct guest_populated {
	struct daemon_header hdr;
	uint32_t tag;
	uint32_t error;
};

/* Most dma-bufs of which the guest of one vmedia-guest can see something */
#define GUEST_MAX_GRANTED 512

/**
 * struct guest_granted - GUEST_GRANTED: from now on the guest can see these slots
 * of the camera that @serial is a session of, and no others; GUEST_UNGRANTED: it
 * is sure that it can see none any more
 * @serial: of the session, which may be over: a guest may keep slots mapped for
 *          as long as it likes
 * @bytes: of the slots; vmediad looks at them itself where there are descriptors
 *
 * Beside GRANTED is a descriptor of the dma-buf of each of their planes. Its
 * memory may be freed with the last of them, whatever a guest has mapped, so
 * vmediad keeps them, in the place of those that it was sent before: they
 * outlive the process, and the camera's. It says so before it grants anything.
 *
 * No descriptor, if there were some before: all was taken back, but the kernel
 * does not tell whether the guest has let go; nothing is kept, then.
 *
 * Of a process that died nobody can say what its guest still sees; when the
 * guest is gone, nothing.
 */
struct guest_granted {
	struct daemon_header hdr;
	uint64_t serial;
	uint64_t bytes;
};

/** struct guest_closed - the session is over, its quota is free again */
struct guest_closed {
	struct daemon_header hdr;
	uint64_t serial;
};

/** struct daemon_query - GUEST_QUERY, CAMERA_QUERY: answered by a
 * SESSION_REPORT for each session, then a REPORT
 * @tag: repeated in the REPORT
 */
struct daemon_query {
	struct daemon_header hdr;
	uint32_t tag;
	uint32_t reserved;
};

/**
 * struct guest_session_report - what a session got; counted since OPEN
 * @serial: of the session
 * @frames: in the guest's hands
 * @bytes: of these
 * @no_buffer: frames that came while the guest had queued no buffer
 * @failed: frames that could not be written to the guest's memory
 * @buffers: that it has
 * @queued: of these, with the device
 * @way: enum transfer_way
 * @reason: enum transfer_reason
 * @copied: bytes that were copied to or from its buffers
 */
struct guest_session_report {
	struct daemon_header hdr;
	uint64_t serial;
	uint64_t frames;
	uint64_t bytes;
	uint64_t no_buffer;
	uint64_t failed;
	uint32_t buffers;
	uint32_t queued;
	uint32_t way;
	uint32_t reason;
	uint64_t copied;
};

/**
 * struct guest_report - what a guest uses
 * @tag: of the GUEST_QUERY
 * @buffers: of all sessions
 * @memory: bytes that count against the quota
 * @mapped: bytes of guest memory that are mapped now
 * @commands: taken since the process began
 * @foreign_pages: of the guest, mapped by their frame number since then
 * @granted_pages: of the guest, mapped by a grant
 * @copied_pages: of the guest, copied from or to by a grant
 * @granted: bytes of cameras' slots that the guest can see, each slot once for
 *           each session
 * @lingering: of these, bytes whose sessions have no more use for them
 * @wakeups: of the process
 * @hypercalls: to map, copy, grant or notify; of the event loop's path
 * @interrupts: raised in the guest
 * @refused: times that a limit was reached, by enum quota_kind; for
 *           QUOTA_COMMANDS the times that the guest was made to wait
 */
struct guest_report {
	struct daemon_header hdr;
	uint32_t tag;
	uint32_t buffers;
	uint64_t memory;
	uint64_t mapped;
	uint64_t commands;
	uint64_t foreign_pages;
	uint64_t granted_pages;
	uint64_t copied_pages;
	uint64_t granted;
	uint64_t lingering;
	uint64_t wakeups;
	uint64_t hypercalls;
	uint64_t interrupts;
	uint64_t refused[NUM_QUOTAS];
};

/* Of camera_settings: no domain may write the settings */
#define CAMERA_NO_PRIMARY UINT32_MAX

/**
 * struct camera_mode - what a camera captures
 * @pixelformat: V4L2 fourcc; 0: none
 * @width: pixels
 * @height: lines
 * @numerator: of the seconds between two frames; 0 as @denominator: any
 * @denominator: likewise
 */
struct camera_mode {
	uint32_t pixelformat;
	uint32_t width;
	uint32_t height;
	uint32_t numerator;
	uint32_t denominator;
};

/**
 * struct camera_settings - how a camera is shared; sent before the first
 * session, and at a change
 * @primary: domain that may write the settings that all share
 * @slots: of a pool that is granted to guests; at least 1
 * @mode: pinned; without pixelformat: the first session that needs one sets it
 */
struct camera_settings {
	struct daemon_header hdr;
	uint32_t primary;
	uint32_t slots;
	struct camera_mode mode;
};

/** enum control_access - what a guest may do with a control
 * @CONTROL_PRIMARY: read it, and write it if it is the primary
 * @CONTROL_HIDDEN: it does not exist
 * @CONTROL_READ: read it
 * @CONTROL_WRITE: write it, primary or not
 */
enum control_access {
	CONTROL_PRIMARY,
	CONTROL_HIDDEN,
	CONTROL_READ,
	CONTROL_WRITE,
};

/**
 * struct control_rule - about one control, or all
 * @id: V4L2_CID_*; 0: go by @name
 * @access: enum control_access
 * @clamped: only values of @minimum to @maximum
 * @name: in lower case, what is neither letter nor digit as one `_`, as
 *        v4l2-ctl writes them; empty, and no @id: every control
 */
struct control_rule {
	uint32_t id;
	uint32_t access;
	uint32_t clamped;
	uint32_t reserved;
	int64_t minimum;
	int64_t maximum;
	char name[32];
};

/* Of one guest, on one camera */
#define CAMERA_MAX_RULES 32

/**
 * struct camera_guest - what a guest may do on a camera
 * @domid: 0 for dom0's own sessions, which have nothing to do with each other
 * @held: most frames that all sessions of the guest together may hold, at
 *        least 1
 * @streams: most sessions of the guest with buffers; 0 = unlimited
 * @memory: most bytes that buffers of its direct sessions are; 0 = unlimited
 * @num_rules: at most CAMERA_MAX_RULES
 * @name: of the guest, for the log, NUL-terminated
 * @rules: the first that fits a control counts; none: CONTROL_PRIMARY
 */
struct camera_guest {
	uint32_t domid;
	uint32_t held;
	uint32_t streams;
	uint32_t num_rules;
	uint64_t memory;
	char name[64];
	struct control_rule rules[CAMERA_MAX_RULES];
};

/**
 * struct camera_session - a session begins; its socket is beside it
 * @serial: of the session
 * @guest: whose it is; the newest word on that guest counts
 */
struct camera_session {
	struct daemon_header hdr;
	uint64_t serial;
	struct camera_guest guest;
};

/** struct camera_guest_changed - CAMERA_GUEST: for the sessions it has */
struct camera_guest_changed {
	struct daemon_header hdr;
	struct camera_guest guest;
};

/**
 * struct camera_end - a session is over
 * @serial: of the session; it may have ended by itself
 * @error: positive errno for the guest if it is evicted; 0 if its guest's
 *         process said that it closed it. That process may have been taken
 *         over by its guest, and lie.
 */
struct camera_end {
	struct daemon_header hdr;
	uint64_t serial;
	uint32_t error;
	uint32_t reserved;
};

/**
 * struct camera_closed - a session is over, for whatever reason: nothing of the
 * camera is its any more
 * @serial: of the session
 *
 * A guest's file may be open for long after it; dom0's own sessions end so.
 */
struct camera_closed {
	struct daemon_header hdr;
	uint64_t serial;
};

/**
 * struct camera_bandwidth - CAMERA_ADMIT: a session wants to stream, and waits
 * for CAMERA_ADMITTED; CAMERA_RATE: from now on it needs only so much
 * @serial: of the session
 * @bytes: per second, of all frames that it will get; 0 for CAMERA_RATE: it
 *         streams no more
 */
struct camera_bandwidth {
	struct daemon_header hdr;
	uint64_t serial;
	uint64_t bytes;
};

/**
 * struct camera_renew - CAMERA_RENEW: whoever was shut out and may still see the
 * slots shall see no more pictures
 *
 * The pool is replaced by one of fresh memory. Sessions whose buffers are its
 * slots end with ESTALE; the others go on.
 */
struct camera_renew {
	struct daemon_header hdr;
};

/** struct camera_admitted - answer to CAMERA_ADMIT
 * @error: 0 or a positive errno: ENOSPC quota `bytes/s`, of the domain or the
 *         camera
 */
struct camera_admitted {
	struct daemon_header hdr;
	uint64_t serial;
	uint32_t error;
	uint32_t reserved;
};

/**
 * struct camera_session_report - what a session was offered; counted since it
 * began
 * @serial: of the session
 * @lent: frames
 * @skipped: frames that its frame rate leaves out
 * @missed_held: frames missed since all that it may hold was held
 * @missed_behind: frames missed since its guest's process did not read
 * @missed_short: frames missed since driver or others could not spare the slot
 * @held: frames, now
 * @streaming: it streams
 * @buffers: it has buffers
 * @numerator: of the seconds between two of its frames; 0: not known
 * @denominator: likewise
 */
struct camera_session_report {
	struct daemon_header hdr;
	uint64_t serial;
	uint64_t lent;
	uint64_t skipped;
	uint64_t missed_held;
	uint64_t missed_behind;
	uint64_t missed_short;
	uint32_t held;
	uint32_t streaming;
	uint32_t buffers;
	uint32_t numerator;
	uint32_t denominator;
	uint32_t reserved;
};

/**
 * struct camera_report - how the camera is doing
 * @tag: of the CAMERA_QUERY
 * @slots: of the pool; 0 if nobody streams or has slots for buffers
 * @queued: of these, with the driver
 * @mode_pinned: the mode is that of the configuration
 * @captured: frames since the process began
 * @lost: frames that the driver's sequence says it lost
 * @wakeups: of the process
 * @mode: now; @mode.pixelformat is 0 if it is not known
 */
struct camera_report {
	struct daemon_header hdr;
	uint32_t tag;
	uint32_t slots;
	uint32_t queued;
	uint32_t mode_pinned;
	uint64_t captured;
	uint64_t lost;
	uint64_t wakeups;
	struct camera_mode mode;
	uint32_t reserved;
};

/** struct camera_state - sent at start and at every change */
struct camera_state {
	struct daemon_header hdr;
	struct camera_identity identity;
};

#endif /* IPC_DAEMON_PROTO_H */
