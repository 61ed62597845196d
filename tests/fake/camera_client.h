/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * camera_client.h - vmediad and vmedia-guest, as a camera sees them: written
 * from ipc/session_proto.h and raw sockets, not from ipc/link.c.
 */
#ifndef FAKE_CAMERA_CLIENT_H
#define FAKE_CAMERA_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "camera/camera.h"
#include "ipc/daemon_proto.h"
#include "ipc/session_proto.h"

#define CLIENT_MAX_FRAMES 64
#define CLIENT_MAX_TYPES 16
#define CLIENT_MAX_FDS (SESSION_MAX_DIRECT_SLOTS * VIRTIO_MEDIA_MAX_PLANES)
#define WORLD_MAX_STATES 8
#define WORLD_MAX_REPORTS 4096

/**
 * struct camera_world - a camera under test
 * @daemon: vmediad's end of its link
 * @domid: of the guest whose sessions come next; 0: another one each time
 * @last_domid: of these
 * @last_serial: of the sessions
 * @states: that came and were not taken; @num_states of them
 * @counts_time: guests have only their share of the loop's time; else a slow
 *               machine would make them wait in the midst of a test
 * @holds: who asks to stream is not answered
 * @refuses: errno for who asks to stream; 0: it may
 * @admit: the last question; @num_admits how often
 * @rate: the last CAMERA_RATE; @num_rates how often
 * @num_closed: sessions that the camera said are over
 * @sessions: reports of sessions since the last world_query()
 * @num_sessions: of them
 * @report: that ended them; @num_reports how often one came
 */
struct camera_world {
	struct event_base *base;
	struct source *source;
	struct camera camera;
	int daemon;
	uint32_t domid;
	uint32_t last_domid;
	uint64_t last_serial;
	struct camera_state states[WORLD_MAX_STATES];
	unsigned int num_states;
	bool counts_time;
	bool holds;
	int refuses;
	struct camera_bandwidth admit;
	unsigned int num_admits;
	struct camera_bandwidth rate;
	unsigned int num_rates;
	unsigned int num_closed;
	struct camera_session_report sessions[WORLD_MAX_REPORTS];
	unsigned int num_sessions;
	struct camera_report report;
	unsigned int num_reports;
};

/**
 * struct camera_client - a session's far end, and all that arrived at it
 * @fd: the socket, -1 after client_close()
 * @closed: the camera closed it
 * @frames: not yet taken, oldest first; @frame_messages: that brought some
 * @slots: the last that came, its num_slots those of the whole pool;
 *         @num_slots_messages how often
 * @pools: the last of each type, likewise
 * @slot_fds: descriptors of the pool that came last
 * @events: how many; @events_at_reply: before the last REPLY
 * @event: the last
 * @error: of a SESSION_ERROR, 0 if none
 * @reply: the last REPLY with all that followed; @reply_len bytes
 * @replies: how many
 */
struct camera_client {
	struct camera_world *world;
	int fd;
	bool closed;
	struct session_frame frames[CLIENT_MAX_FRAMES];
	unsigned int num_frames;
	unsigned int frame_messages;
	struct session_slots slots;
	unsigned int num_slots_messages;
	struct session_slots pools[CLIENT_MAX_TYPES];
	unsigned int num_slot_fds;
	int slot_fds[CLIENT_MAX_FDS];
	unsigned int events;
	unsigned int events_at_reply;
	struct v4l2_event event;
	unsigned int slots_at_reply;
	unsigned int error;
	uint8_t reply[128 * 1024] __attribute__((aligned(8)));
	size_t reply_len;
	unsigned int replies;
};

/* The domain of the first session that is introduced: the primary */
#define WORLD_FIRST_DOMID 101

/** world_init() - a camera with this source, owned by the caller */
void world_init(struct camera_world *world, struct event_base *base,
		struct source *source);
void world_finish(struct camera_world *world);

/** world_state() - the next CAMERA_STATE. Return: false if there is none. */
bool world_state(struct camera_world *world, struct camera_state *state);

/** world_set_primary() - vmediad says who may write what all share */
void world_set_primary(struct camera_world *world, uint32_t domid);

/** world_answer() - the last who asked to stream is told so: 0 or an errno */
void world_answer(struct camera_world *world, int error);

/** world_query() - CAMERA_QUERY; the reports so far are forgotten */
void world_query(struct camera_world *world, uint32_t tag);

/** world_pump() - let the camera work, take what it tells vmediad */
void world_pump(struct camera_world *world);

/** world_tell() - any bytes as a message of vmediad */
void world_tell(struct camera_world *world, const void *data, size_t len);

/**
 * client_open_as() - vmediad introduces a session of a guest
 * @guest: who it is and what it may do
 */
void client_open_as(struct camera_client *client, struct camera_world *world,
		    const struct camera_guest *guest);

/** client_open() - vmediad introduces a session with an allowance of @held */
void client_open(struct camera_client *client, struct camera_world *world,
		 unsigned int held);

/** client_close() - as a process that ends */
void client_close(struct camera_client *client);

/** client_pump() - let the camera work, take all that it sent */
void client_pump(struct camera_client *client);

/** client_wait_frame() - until a frame is there, 2 s at most */
bool client_wait_frame(struct camera_client *client);

/** client_take_frame() - the oldest; there must be one */
struct session_frame client_take_frame(struct camera_client *client);

/** client_send() - any bytes as a message */
void client_send(struct camera_client *client, const void *data, size_t len);

/** client_release() - return a frame */
void client_release(struct camera_client *client,
		    const struct session_frame *frame);

/**
 * client_ioctl_tail() - run an ioctl that has more behind its payload
 * @tail: @tail_len bytes, which go there and come back
 * Return: as client_ioctl(). -1 also if the tail came back in another length.
 */
int client_ioctl_tail(struct camera_client *client, unsigned long request,
		      void *payload, void *tail, size_t tail_len);

/**
 * client_ioctl() - run an ioctl, wait for its answer
 * @payload: of the size coded in @request; updated by the answer
 * Return: the positive errno of the answer, 0 if all went well; -1 if there
 * was no answer.
 */
int client_ioctl(struct camera_client *client, unsigned long request,
		 void *payload);

/** client_stream() - REQBUFS and STREAMON. Return: as client_ioctl(). */
int client_stream(struct camera_client *client);
/** client_stop() - STREAMOFF */
int client_stop(struct camera_client *client);

#endif /* FAKE_CAMERA_CLIENT_H */
