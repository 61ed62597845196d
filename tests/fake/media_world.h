/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * media_world.h - a guest with one virtio-media device, and all around it: the
 * fake hypervisor below, a fake driver in the guest, vmediad's end of the link,
 * the cameras of the sessions. The guest's process in between is real.
 *
 *	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
 *	...
 *	id = world_open(world);
 *	answer = world_ioctl(world, id, VIDIOC_G_FMT, &format);
 *
 * A call that crosses to the camera is obeyed there unless world->obedient is
 * false; then the test steps camera_of(world, id).
 */
#ifndef MEDIA_WORLD_H
#define MEDIA_WORLD_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmedia/virtio_media.h>

#include "camera_fake.h"
#include "driver_fake.h"
#include "guest/guest.h"
#include "hyp_fake.h"
#include "ipc/daemon_proto.h"

#define WORLD_ADDR UINT64_C(0x2000000)
#define WORLD_IRQ 33
#define WORLD_MAX_SESSIONS 300

/* Bytes of a frame of camera_fake.h's format */
#define WORLD_FRAME_LEN (64 * 48 * 2)

/**
 * struct world_session - a session that was opened
 * @granted: GUEST_GRANTED came, and no GUEST_UNGRANTED since
 */
struct world_session {
	uint32_t id;
	uint64_t serial;
	struct camera_fake *camera;
	bool granted;
};

/**
 * struct world - all of it
 * @fake: hypervisor, guest memory and the event loop
 * @driver: in the guest; started by world_set_up()
 * @daemon: vmediad's end of the link
 * @ended: how the guest's process ended; -1 as long as it has not
 * @open_error: what open_hyp() answers, at first 0
 * @exporter: by what slots are granted; at first -1
 * @sessions: that were opened, closed ones too
 * @obedient: cameras reply by themselves
 * @limits: as vmediad told them last; at first those of one stream a device
 * @live: GUEST_LIVE messages; @last_live: the last of them
 * @closed: GUEST_CLOSED messages; @last_closed: serial of the last of them
 * @opens: GUEST_OPEN messages that nobody asked for as yet
 * @populates: GUEST_POPULATE messages; @last_populate: the last of them
 * @transfer: enum transfer_policy of sessions that are granted from now on
 * @exporters: descriptors beside GUEST_EXPORTER, which came before all GRANTED
 * @kept: descriptors beside the last GUEST_GRANTED
 * @granted: GUEST_GRANTED messages; @ungranted: GUEST_UNGRANTED messages;
 *           @last_granted: the last of either
 * @populating: vmediad answers them by itself, and makes the pages
 */
struct world {
	struct hyp_fake *fake;
	struct guest *guest;
	struct driver_fake *driver;
	int daemon;
	int ended;
	int open_error;
	int exporter;
	struct world_session sessions[WORLD_MAX_SESSIONS];
	unsigned int num_sessions;
	bool obedient;
	struct quota_limits limits;
	unsigned int live;
	struct guest_live last_live;
	unsigned int closed;
	uint64_t last_closed;
	struct guest_open opens[8];
	unsigned int num_opens;
	unsigned int populates;
	struct guest_populate last_populate;
	uint32_t transfer;
	unsigned int exporters;
	unsigned int kept;
	unsigned int granted;
	unsigned int ungranted;
	struct guest_granted last_granted;
	bool populating;
};

/**
 * struct world_answer - the driver's view of an answer
 * @len: used length
 * @status: of the response header; ~0 if there is none
 * @payload: what follows it, @len - 8 bytes
 */
struct world_answer {
	uint32_t len;
	uint32_t status;
	uint8_t payload[32 * 1024];
};

union world_event {
	struct virtio_media_event_header hdr;
	struct virtio_media_event_error error;
	struct virtio_media_event_dqbuf dqbuf;
	struct virtio_media_event_event event;
};

/** world_set_up() - a cmocka set-up function; *@state is a struct world, whose
 * driver is ready and has no event buffers posted
 */
int world_set_up(void **state);

/** world_set_up_multiplanar() - the same, with a multi-planar camera */
int world_set_up_multiplanar(void **state);

/** world_set_up_window() - the same, with a window and a shared camera */
int world_set_up_window(void **state);

/** world_set_up_draft() - the same in the draft's dialect */
int world_set_up_draft(void **state);

/** world_set_up_codec() - the same with a single-planar codec behind it */
int world_set_up_codec(void **state);

/** world_tear_down() - the same for the end */
int world_tear_down(void **state);

/** world_create() - only the guest's process, nothing attached yet */
struct world *world_create(bool restarted);

/** world_attach() - vmediad sends GUEST_ATTACH, for a camera with these caps */
void world_attach(struct world *world, uint32_t device_caps);

/** world_device() - what GUEST_ATTACH says of the device of world_attach(); it
 * has no window
 */
struct guest_attach world_device(uint32_t device_caps);

/** world_window_device() - a shared camera with a window; @devid: 1 or 2 */
struct guest_attach world_window_device(uint32_t devid, uint32_t device_caps);

/** world_set_up_device() - as world_set_up(), for any device */
void world_set_up_device(void **state, const struct guest_attach *attach);

/** world_add_driver() - attach a device beside the first. Return: its driver,
 * started, to be destroyed by the caller
 */
struct driver_fake *world_add_driver(struct world *world,
				     const struct guest_attach *attach);

/** world_populated() - vmediad answers the last GUEST_POPULATE, after it made
 * the pages unless @error is not 0
 */
void world_populated(struct world *world, uint32_t error);

/** world_tell() - any message of vmediad; the loop runs */
void world_tell(struct world *world, const void *message, size_t len);

/** world_limit() - vmediad sends another limit, beside those it sent before */
void world_limit(struct world *world, enum quota_kind kind, uint64_t limit);

/** world_serve() - what vmediad has to do, but for reports, which are for
 * world_query(). Return: true if there was something.
 */
bool world_serve(struct world *world);

/** world_settle() - run the loop; cameras obey */
void world_settle(struct world *world);

/** world_asked() - the next GUEST_OPEN that vmediad got. Return: false: none */
bool world_asked(struct world *world, struct guest_open *question);

/**
 * world_query() - vmediad asks how it is going
 * @sessions: room for so many SESSION_REPORTs; @count: how many came
 * Return: the REPORT.
 */
struct guest_report world_query(struct world *world,
				struct guest_session_report *sessions,
				unsigned int room, unsigned int *count);

/** world_grant() - vmediad says yes. Return: the camera's end */
struct camera_fake *world_grant(struct world *world,
				const struct guest_open *question);

/** world_refuse() - vmediad says no */
void world_refuse(struct world *world, const struct guest_open *question,
		  uint32_t error);

/** world_open() - OPEN, all the way. Return: the session's id */
uint32_t world_open(struct world *world);

/** world_last_camera() - of the session that was opened last */
struct camera_fake *world_last_camera(struct world *world);

/** world_close() - CLOSE */
void world_close(struct world *world, uint32_t id);

/** camera_of() - of this session */
struct camera_fake *camera_of(struct world *world, uint32_t id);

/** world_send() - any command; see driver_fake_send() */
unsigned int world_send(struct world *world, const void *command, size_t len,
			size_t room);

/** world_answer() - the next answer; the running test fails without one */
struct world_answer world_answer(struct world *world);

/** world_command() - both of these */
struct world_answer world_command(struct world *world, const void *command,
				  size_t len, size_t room);

/** world_send_ioctl() - @len bytes behind the command */
unsigned int world_send_ioctl(struct world *world, uint32_t id, uint32_t nr,
			      const void *payload, size_t len, size_t room);

/** world_raw_ioctl() - the same, and its answer */
struct world_answer world_raw_ioctl(struct world *world, uint32_t id,
				    uint32_t nr, const void *payload,
				    size_t len, size_t room);

/**
 * world_ioctl() - an ioctl without a tail
 * @request: VIDIOC_*
 * @payload: of the size coded there; updated if the answer has one
 * Return: the status.
 */
uint32_t world_ioctl(struct world *world, uint32_t id, unsigned long request,
		     void *payload);

/** world_reqbufs() - of SHARED_PAGES. Return: the status; *@count is updated */
uint32_t world_reqbufs(struct world *world, uint32_t id, uint32_t *count);

/**
 * world_qbuf_pieces() - queue a single-planar buffer
 * @pieces: of the list; the device is not told how many
 * Return: the status.
 */
uint32_t world_qbuf_pieces(struct world *world, uint32_t id, uint32_t index,
			   uint32_t length,
			   const struct virtio_media_sg_entry *pieces,
			   unsigned int count);

/** world_qbuf() - a buffer in one piece at @gpa */
uint32_t world_qbuf(struct world *world, uint32_t id, uint32_t index,
		    uint32_t length, uint64_t gpa);

/** world_stream() - REQBUFS, SLOTS and STREAMON; nothing queued */
void world_stream(struct world *world, uint32_t id, unsigned int num_buffers,
		  unsigned int num_slots);

/** world_stream_on() - STREAMON; Return: the status */
uint32_t world_stream_on(struct world *world, uint32_t id);

/** world_stream_off() - STREAMOFF; Return: the status */
uint32_t world_stream_off(struct world *world, uint32_t id);

/** world_post() - @count event buffers of the usual size */
void world_post(struct world *world, unsigned int count);

/** world_event() - the next event; false if there is none.
 * @len: its used length
 */
bool world_event(struct world *world, union world_event *event, uint32_t *len);

/** world_assert_no_event() - the running test fails if there is one */
void world_assert_no_event(struct world *world);

/** world_error() - the next event, which must be EVT_ERROR of this session
 * Return: its errno.
 */
uint32_t world_error(struct world *world, uint32_t id);

/** world_dequeued() - the next event, which must be EVT_DQBUF of this session
 */
struct virtio_media_event_dqbuf world_dequeued(struct world *world,
					       uint32_t id);

/** world_alloc_buffer() - guest memory for a frame. Return: its address */
uint64_t world_alloc_buffer(struct world *world);

/**
 * world_stream_with_a_buffer() - a session with two buffers and four slots that
 * streams; buffer 0 is queued, four event buffers are posted
 * @gpa: of the buffer
 * Return: the session's id.
 */
uint32_t world_stream_with_a_buffer(struct world *world, uint64_t *gpa);

#endif /* MEDIA_WORLD_H */
