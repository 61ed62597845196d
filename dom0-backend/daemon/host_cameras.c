// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/host_cameras.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/spawn.h"

#define DEV "/dev"
#define PREFIX "video"

/* A driver makes several nodes, and udev then sets their owners: wait until
 * that is over, for a device that may not be opened is not listed. */
#define SETTLE_MS 300

/* More is no list of cameras. */
#define MAX_OUTPUT 16384

struct host_cameras {
	struct event_base *base;
	struct spawner *spawner;
	const char *program;
	void (*found)(void *owner, const char *path, const char *name);
	void *owner;
	int inotify;
	struct event *appeared;
	struct event *settled;
	struct child *child; /* a list is being made */
	int output; /* read end of its pipe; -1 at its end */
	struct event *readable;
	char text[MAX_OUTPUT + 1];
	size_t len;
	bool again; /* something appeared meanwhile */
};

static void settle(struct host_cameras *cameras)
{
	struct timeval delay = { 0, SETTLE_MS * 1000 };

	event_add(cameras->settled, &delay);
}

static bool is_video(const char *name)
{
	return strncmp(name, PREFIX, strlen(PREFIX)) == 0;
}

/* "/dev/video0\tcard"; the card is told again by the camera's own process. */
static void take_line(struct host_cameras *cameras, char *line)
{
	const char *path = strsep(&line, "\t");
	const char *name = path + strlen(DEV "/");

	if (!*path)
		return;
	if (strncmp(path, DEV "/", strlen(DEV "/")) == 0 && is_video(name))
		cameras->found(cameras->owner, path, name);
	else
		log_error("%s listed \"%s\", which is no video node",
			  cameras->program, path);
}

static void finish_list(struct host_cameras *cameras)
{
	char *rest = cameras->text;

	if (cameras->child || cameras->output >= 0)
		return;
	while (rest)
		take_line(cameras, strsep(&rest, "\n"));
	if (cameras->again)
		settle(cameras);
	cameras->again = false;
}

static void close_output(struct host_cameras *cameras)
{
	if (cameras->readable)
		event_free(cameras->readable);
	cameras->readable = NULL;
	if (cameras->output >= 0)
		close(cameras->output);
	cameras->output = -1;
}

static void on_output(evutil_socket_t fd, short what, void *data)
{
	struct host_cameras *cameras = data;
	ssize_t len;

	len = read(fd, cameras->text + cameras->len,
		   MAX_OUTPUT - cameras->len);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0) {
		cameras->len += len;
		cameras->text[cameras->len] = '\0';
		return;
	}
	close_output(cameras);
	finish_list(cameras);
}

static void on_ended(void *owner, int status)
{
	struct host_cameras *cameras = owner;

	cameras->child = NULL;
	if (status != 0)
		log_error("%s --list failed: the host's cameras are not known",
			  cameras->program);
	finish_list(cameras);
}

static int start_list(struct host_cameras *cameras)
{
	const char *const argv[] = { cameras->program, "--list", NULL };
	int fds[2];
	int ret;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	cameras->output = fds[0];
	cameras->len = 0;
	cameras->text[0] = '\0';
	cameras->readable = event_new(cameras->base, fds[0],
				      EV_READ | EV_PERSIST, on_output, cameras);
	ret = cameras->readable ? event_add(cameras->readable, NULL) : -ENOMEM;
	if (ret == 0)
		ret = spawn(cameras->spawner, argv, -1, fds[1], on_ended,
			    cameras, &cameras->child);
	close(fds[1]);
	if (ret < 0)
		close_output(cameras);
	return ret;
}

static void on_settled(evutil_socket_t fd, short what, void *data)
{
	struct host_cameras *cameras = data;
	int ret;

	if (cameras->child || cameras->output >= 0) {
		cameras->again = true;
		return;
	}
	ret = start_list(cameras);
	if (ret < 0)
		log_error("%s --list cannot be started: %s", cameras->program,
			  strerror(-ret));
}

static void on_appeared(evutil_socket_t fd, short what, void *data)
{
	char buffer[4096] __attribute__((aligned(__alignof__(
		struct inotify_event))));
	const struct inotify_event *event;
	struct host_cameras *cameras = data;
	ssize_t len;

	while ((len = read(fd, buffer, sizeof(buffer))) > 0) {
		for (char *at = buffer; at < buffer + len;
		     at += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)at;
			if (event->len > 0 && is_video(event->name))
				settle(cameras);
		}
	}
}

/* Without it, later cameras are not noticed: that alone stops nobody. */
static void watch_dev(struct host_cameras *cameras)
{
	cameras->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (cameras->inotify >= 0 &&
	    inotify_add_watch(cameras->inotify, DEV,
			      IN_CREATE | IN_ATTRIB) >= 0)
		cameras->appeared = event_new(cameras->base, cameras->inotify,
					      EV_READ | EV_PERSIST,
					      on_appeared, cameras);
	if (!cameras->appeared || event_add(cameras->appeared, NULL) < 0)
		log_warning(DEV " cannot be watched: cameras that come later "
			    "are not noticed: %s", strerror(errno));
}

int host_cameras_create(struct event_base *base, struct spawner *spawner,
			const char *program,
			void (*found)(void *owner, const char *path,
				      const char *name),
			void *owner, struct host_cameras **out)
{
	struct host_cameras *cameras = calloc(1, sizeof(*cameras));
	int ret;

	if (!cameras)
		return -ENOMEM;
	cameras->base = base;
	cameras->spawner = spawner;
	cameras->program = program;
	cameras->found = found;
	cameras->owner = owner;
	cameras->output = -1;
	cameras->inotify = -1;
	cameras->settled = evtimer_new(base, on_settled, cameras);
	ret = cameras->settled ? 0 : -ENOMEM;
	/* Watch first, so that none appears unseen in between. */
	if (ret == 0) {
		watch_dev(cameras);
		ret = start_list(cameras);
	}
	if (ret < 0)
		host_cameras_destroy(cameras);
	else
		*out = cameras;
	return ret;
}

void host_cameras_destroy(struct host_cameras *cameras)
{
	if (!cameras)
		return;
	if (cameras->child)
		child_forget(cameras->child);
	close_output(cameras);
	if (cameras->appeared)
		event_free(cameras->appeared);
	if (cameras->inotify >= 0)
		close(cameras->inotify);
	if (cameras->settled)
		event_free(cameras->settled);
	free(cameras);
}
