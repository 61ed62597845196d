// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/link.h"

static void start(struct camera *camera)
{
	const char *const argv[] = {
		camera->cameras->program,
		"--name", camera->name,
		"--source", camera->source,
		"--log-level", log_level_name(camera->cameras->log_level),
		NULL,
	};

	process_start(&camera->process, argv);
}

static void set_identity(struct camera *camera,
			 const struct camera_identity *identity)
{
	struct camera_identity *own = &camera->identity;
	bool was_present = own->present;

	/* Its process need not be believed that it ends its strings. */
	*own = *identity;
	own->card[sizeof(own->card) - 1] = '\0';
	if (own->present && !was_present)
		log_info("camera %s is present: %s", camera->name, own->card);
	else if (!own->present && was_present)
		log_info("camera %s is absent", camera->name);
	camera->cameras->ops->changed(camera->cameras->owner, camera);
}

static void on_message(void *owner, struct link_message *msg)
{
	const struct camera_state *state = msg->data;
	struct camera *camera = owner;

	if (msg->len != sizeof(*state) || state->hdr.type != CAMERA_STATE) {
		log_error("%s sent what is no message: killing it",
			  camera->process_name);
		process_kill(&camera->process);
		return;
	}
	set_identity(camera, &state->identity);
}

static void set_absent(struct camera *camera)
{
	struct camera_identity identity = camera->identity;

	if (!identity.present)
		return;
	identity.present = 0;
	set_identity(camera, &identity);
}

/* The sessions on it end by their own sockets. */
static bool on_ended(void *owner, int status)
{
	struct camera *camera = owner;

	set_absent(camera);
	return !camera->cameras->stopping;
}

static void on_restart(void *owner)
{
	start(owner);
}

static void on_failed(void *owner)
{
	/* Its backoff never gives up: cameras come back. */
}

static void on_stopped(void *owner)
{
	struct camera *camera = owner;

	set_absent(camera);
	if (!cameras_running(camera->cameras))
		camera->cameras->ops->stopped(camera->cameras->owner);
}

static const struct process_ops process_ops = {
	.message = on_message,
	.ended = on_ended,
	.restart = on_restart,
	.failed = on_failed,
	.stopped = on_stopped,
};

static void camera_destroy(struct camera *camera)
{
	process_finish(&camera->process);
	free(camera->name);
	free(camera->source);
	free(camera);
}

void cameras_init(struct cameras *cameras, const struct process_host *host,
		  const char *program, enum log_level log_level,
		  const struct cameras_ops *ops, void *owner)
{
	*cameras = (struct cameras){
		.host = host,
		.program = program,
		.log_level = log_level,
		.ops = ops,
		.owner = owner,
	};
	list_init(&cameras->list);
}

void cameras_finish(struct cameras *cameras)
{
	struct camera *camera, *tmp;

	list_for_each(camera, tmp, &cameras->list, link) {
		list_remove(&camera->link);
		camera_destroy(camera);
	}
}

bool cameras_running(const struct cameras *cameras)
{
	struct camera *camera, *tmp;

	list_for_each(camera, tmp, &cameras->list, link) {
		if (process_pid(&camera->process))
			return true;
	}
	return false;
}

void cameras_stop(struct cameras *cameras)
{
	struct daemon_header stop = { .type = CAMERA_STOP };
	struct camera *camera, *tmp;

	cameras->stopping = true;
	if (list_empty(&cameras->list))
		cameras->ops->stopped(cameras->owner);
	list_for_each(camera, tmp, &cameras->list, link)
		process_stop(&camera->process, &stop, sizeof(stop));
}

int cameras_add(struct cameras *cameras, const char *name, const char *source)
{
	struct camera *camera;

	if (cameras_find(cameras, name))
		return -EEXIST;
	camera = calloc(1, sizeof(*camera));
	if (!camera)
		return -ENOMEM;
	camera->cameras = cameras;
	camera->name = strdup(name);
	camera->source = strdup(source);
	snprintf(camera->process_name, sizeof(camera->process_name),
		 "vmedia-camera %s", name);
	if (!camera->name || !camera->source ||
	    process_init(&camera->process, cameras->host, camera->process_name,
			 &process_ops, camera) < 0) {
		camera_destroy(camera);
		return -ENOMEM;
	}
	list_append(&cameras->list, &camera->link);
	start(camera);
	return 0;
}

struct camera *cameras_find(struct cameras *cameras, const char *name)
{
	struct camera *camera, *tmp;

	list_for_each(camera, tmp, &cameras->list, link) {
		if (strcmp(camera->name, name) == 0)
			return camera;
	}
	return NULL;
}

struct camera *cameras_nth(struct cameras *cameras, unsigned int number)
{
	struct camera *camera, *tmp;

	list_for_each(camera, tmp, &cameras->list, link) {
		if (number-- == 0)
			return camera;
	}
	return NULL;
}

bool camera_present(const struct camera *camera)
{
	return camera && camera->identity.present;
}

int camera_introduce(struct camera *camera, struct camera_session *message,
		     int fd)
{
	message->hdr = (struct daemon_header){ .type = CAMERA_SESSION };
	if (process_is_behind(&camera->process))
		return -EBUSY;
	if (process_send(&camera->process, message, sizeof(*message), &fd,
			 1) < 0)
		return -ENODEV;
	return 0;
}

void camera_end_session(struct camera *camera, uint64_t serial,
			unsigned int error)
{
	const struct camera_end message = {
		.hdr.type = CAMERA_END,
		.serial = serial,
		.error = error,
	};

	/* A process that cannot be told ends, and so do its sessions. */
	(void)process_send(&camera->process, &message, sizeof(message), NULL,
			   0);
}
