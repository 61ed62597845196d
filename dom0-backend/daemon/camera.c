// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config.h"
#include "ipc/link.h"

/* In a second */
#define MOST_STATES 32

/* A process that cannot be told ends, and so does all that it had. */
static void tell(struct camera *camera, const void *message, size_t len)
{
	(void)process_send(&camera->process, message, len, NULL, 0);
}

static void start(struct camera *camera)
{
	const char *argv[] = {
		camera->cameras->program,
		"--name", camera->name,
		"--source", NULL,
		"--log-level", log_level_name(camera->cameras->log_level),
		NULL,
	};

	if (camera->next_source) {
		free(camera->source);
		camera->source = camera->next_source;
		camera->next_source = NULL;
	}
	argv[4] = camera->source;
	camera->asked = 0;
	camera->answered = 0;
	process_start(&camera->process, argv);
	tell(camera, &camera->settings, sizeof(camera->settings));
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

/*
 * A device that went is looked for once a second. More often, guests are not to
 * be told of what comes and goes.
 */
static bool on_state(struct camera *camera, const struct camera_state *state)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (camera->second != now.tv_sec)
		camera->states = 0;
	camera->second = now.tv_sec;
	if (++camera->states > MOST_STATES)
		return false;
	set_identity(camera, &state->identity);
	return true;
}

/* Never a question twice, nor one that was not asked. */
static bool on_report(struct camera *camera, const struct camera_report *report)
{
	if (report->tag <= camera->answered || report->tag > camera->asked)
		return false;
	camera->answered = report->tag;
	camera->report = *report;
	clock_gettime(CLOCK_MONOTONIC, &camera->reported);
	camera->stale = camera->answered != camera->asked;
	camera->cameras->ops->reported(camera->cameras->owner, camera);
	return true;
}

static bool take(struct camera *camera, uint32_t type, const void *data,
		 size_t len)
{
	const struct cameras_ops *ops = camera->cameras->ops;
	const struct camera_bandwidth *bandwidth = data;
	const struct camera_closed *closed = data;
	void *owner = camera->cameras->owner;

	if (type == CAMERA_STATE && len == sizeof(struct camera_state))
		return on_state(camera, data);
	else if (type == CAMERA_ADMIT && len == sizeof(*bandwidth))
		ops->admit(owner, camera, bandwidth->serial, bandwidth->bytes);
	else if (type == CAMERA_RATE && len == sizeof(*bandwidth))
		ops->rate(owner, camera, bandwidth->serial, bandwidth->bytes);
	else if (type == CAMERA_CLOSED && len == sizeof(*closed))
		ops->closed(owner, camera, closed->serial);
	else if (type == CAMERA_SESSION_REPORT &&
		 len == sizeof(struct camera_session_report))
		ops->session_report(owner, camera, data);
	else if (type == CAMERA_REPORT && len == sizeof(struct camera_report))
		return on_report(camera, data);
	else
		return false;
	return true;
}

/* A guest may have taken it over through its session: nothing is believed. */
static void on_message(void *owner, struct link_message *msg)
{
	const struct daemon_header *hdr = msg->data;
	struct camera *camera = owner;
	uint32_t type = msg->len >= sizeof(*hdr) ? hdr->type : 0;

	if (take(camera, type, msg->data, msg->len))
		return;
	/* More of it may have been sent before it is killed. */
	if (log_allowed(&camera->log))
		log_error("%s sent what is no message: killing it",
			  camera->process_name);
	process_kill(&camera->process);
}

static void set_absent(struct camera *camera)
{
	struct camera_identity identity = camera->identity;

	if (!identity.present)
		return;
	identity.present = 0;
	set_identity(camera, &identity);
}

static void forget_process(struct camera *camera)
{
	set_absent(camera);
	camera->stale = true;
	camera->asked = 0;
	camera->answered = 0;
	camera->cameras->ops->gone(camera->cameras->owner, camera);
}

static bool on_ended(void *owner, int status)
{
	struct camera *camera = owner;

	forget_process(camera);
	return !camera->cameras->stopping && !camera->retired;
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
	struct cameras *cameras = camera->cameras;

	forget_process(camera);
	if (!cameras->stopping)
		cameras->ops->idle(cameras->owner, camera);
	else if (!cameras_running(cameras))
		cameras->ops->stopped(cameras->owner);
}

static const struct process_ops process_ops = {
	.message = on_message,
	.ended = on_ended,
	.restart = on_restart,
	.failed = on_failed,
	.stopped = on_stopped,
};

static void camera_free(struct camera *camera)
{
	process_finish(&camera->process);
	free(camera->name);
	free(camera->source);
	free(camera->next_source);
	free(camera->primary_name);
	free(camera);
}

void camera_destroy(struct camera *camera)
{
	list_remove(&camera->link);
	camera_free(camera);
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

	list_for_each(camera, tmp, &cameras->list, link)
		camera_destroy(camera);
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

static int camera_init(struct camera *camera, struct cameras *cameras,
		       const struct config_camera *config)
{
	camera->cameras = cameras;
	camera->stale = true;
	camera->primary_named = CAMERA_NO_PRIMARY;
	camera->settings = (struct camera_settings){
		.hdr.type = CAMERA_SETTINGS,
		.primary = CAMERA_NO_PRIMARY,
	};
	camera->name = strdup(config->name);
	camera->source = strdup(config->source);
	snprintf(camera->process_name, sizeof(camera->process_name),
		 "vmedia-camera %s", config->name);
	if (!camera->name || !camera->source ||
	    camera_configure(camera, config) < 0)
		return -ENOMEM;
	return process_init(&camera->process, cameras->host,
			    camera->process_name, &process_ops, camera);
}

int cameras_add(struct cameras *cameras, const struct config_camera *config)
{
	struct camera *camera;

	if (cameras_find(cameras, config->name))
		return -EEXIST;
	camera = calloc(1, sizeof(*camera));
	if (!camera)
		return -ENOMEM;
	if (camera_init(camera, cameras, config) < 0) {
		camera_free(camera);
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
		if (!camera->retired && number-- == 0)
			return camera;
	}
	return NULL;
}

static int replace(char **text, const char *by)
{
	char *copy = by ? strdup(by) : NULL;

	if (by && !copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

static void set_settings(struct camera *camera,
			 const struct config_camera *config)
{
	struct camera_settings *settings = &camera->settings;

	if (memcmp(&settings->mode, &config->mode, sizeof(config->mode)) == 0 &&
	    settings->slots == config->slots)
		return;
	settings->mode = config->mode;
	settings->slots = config->slots;
	tell(camera, settings, sizeof(*settings));
}

int camera_configure(struct camera *camera, const struct config_camera *config)
{
	bool same_source;

	camera->retired = !config;
	if (!config)
		return 0;
	same_source = strcmp(config->source, camera->source) == 0;
	if (replace(&camera->next_source,
		    same_source ? NULL : config->source) < 0 ||
	    replace(&camera->primary_name, config->primary) < 0)
		return -ENOMEM;
	camera->exclusive = config->exclusive;
	camera->clients.limit = config->clients;
	camera->bytes.limit = config->bytes;
	camera->transfer = config->transfer;
	set_settings(camera, config);
	return 0;
}

void camera_start(struct camera *camera)
{
	if (camera_is_idle(camera))
		start(camera);
}

void camera_stop(struct camera *camera)
{
	struct daemon_header stop = { .type = CAMERA_STOP };

	set_absent(camera);
	process_stop(&camera->process, &stop, sizeof(stop));
}

bool camera_is_idle(const struct camera *camera)
{
	return camera->process.state == PROCESS_IDLE;
}

bool camera_present(const struct camera *camera)
{
	return camera && camera->identity.present;
}

bool camera_is_behind(const struct camera *camera)
{
	return process_is_behind(&camera->process);
}

void camera_set_primary(struct camera *camera, uint32_t domid)
{
	if (camera->settings.primary == domid)
		return;
	camera->settings.primary = domid;
	tell(camera, &camera->settings, sizeof(camera->settings));
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

void camera_tell_guest(struct camera *camera, const struct camera_guest *guest)
{
	const struct camera_guest_changed message = {
		.hdr.type = CAMERA_GUEST,
		.guest = *guest,
	};

	tell(camera, &message, sizeof(message));
}

void camera_renew(struct camera *camera)
{
	const struct camera_renew message = { .hdr.type = CAMERA_RENEW };

	tell(camera, &message, sizeof(message));
}

void camera_admitted(struct camera *camera, uint64_t serial, unsigned int error)
{
	const struct camera_admitted message = {
		.hdr.type = CAMERA_ADMITTED,
		.serial = serial,
		.error = error,
	};

	tell(camera, &message, sizeof(message));
}

bool camera_query(struct camera *camera, uint32_t tag)
{
	const struct daemon_query message = {
		.hdr.type = CAMERA_QUERY,
		.tag = tag,
	};

	if (process_is_behind(&camera->process) ||
	    process_send(&camera->process, &message, sizeof(message), NULL,
			 0) < 0)
		return false;
	camera->asked = tag;
	return true;
}

void camera_end_session(struct camera *camera, uint64_t serial,
			unsigned int error)
{
	const struct camera_end message = {
		.hdr.type = CAMERA_END,
		.serial = serial,
		.error = error,
	};

	tell(camera, &message, sizeof(message));
}
