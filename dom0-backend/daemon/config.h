/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - the configuration file: xl.cfg's syntax, read by libxlutil.
 *
 * Every mistake in a file is reported with its line, not only the first: a
 * camera daemon is configured over a serial line as often as not. What the
 * keys mean is told in configs/vmediad.cfg.
 *
 * Errors: 0 or a negative errno.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/log.h"
#include "daemon/window.h"
#include "ipc/daemon_proto.h"
#include "ipc/quotas.h"

/* Bytes of a camera's name, without its NUL */
#define CONFIG_MAX_CAMERA_NAME 31

/**
 * struct config_camera - an item of `cameras`
 * @line: of the file
 * @name: unique; letters, digits, `_`, `-`, `.`
 * @source: path of a node, or pattern:WxH; understood by vmedia-camera only
 * @exclusive: one domain at a time
 * @mode: pinned; without pixelformat: the first session that needs one sets it
 * @primary: name or uuid of the one domain that may write its settings; NULL:
 *           of those that have it open the one with the highest priority, among
 *           equals the one that has it open for longest
 * @clients: most sessions on it, 0 = unlimited
 * @bytes: most bytes/s of all sessions on it, 0 = unlimited
 * @transfer: how its frames may reach guests; combined with the domain's
 * @slots: of its pool while that is granted to guests
 */
struct config_camera {
	unsigned int line;
	char *name;
	char *source;
	bool exclusive;
	struct camera_mode mode;
	char *primary;
	unsigned int clients;
	uint64_t bytes;
	enum transfer_policy transfer;
	unsigned int slots;
};

/**
 * struct config_domain - an item of `domains`
 * @line: of the file
 * @name: of the domain; NULL if it goes by its uuid
 * @uuid: NULL if it goes by its name; lower case
 * @all_cameras: no `cameras=` was given: every camera, in order
 * @cameras: names of cameras, one per device in the order of devid
 * @num_cameras: their number
 * @priority: see primary of struct config_camera; 0 unless it was given
 * @limits: quotas; config's where the item has none of its own
 * @window: of its devices; likewise
 * @transfer: how frames may reach it; combined with each camera's
 */
struct config_domain {
	unsigned int line;
	char *name;
	char *uuid;
	bool all_cameras;
	char **cameras;
	unsigned int num_cameras;
	unsigned int priority;
	struct quota_limits limits;
	struct window_place window;
	enum transfer_policy transfer;
};

/**
 * struct config_control - an item of `controls`: what domains may do with a
 * control
 * @line: of the file
 * @domain: name or uuid; NULL: every domain
 * @camera: name; NULL: every camera
 * @rule: as it goes to vmedia-camera
 */
struct config_control {
	unsigned int line;
	char *domain;
	char *camera;
	struct control_rule rule;
};

/**
 * struct config - what vmediad goes by
 * @log_level: also of the processes that it starts
 * @limits: quotas of a domain that has none of its own
 * @window: likewise
 * @host_cameras: no `cameras` in the file: the host's capture nodes in order
 * @cameras: empty if @host_cameras
 * @num_cameras: their number
 * @every_domain: no `domains` in the file: each guest gets every camera
 * @domains: others than these get nothing, unless @every_domain
 * @num_domains: their number
 * @controls: the first that fits counts
 * @num_controls: their number
 */
struct config {
	enum log_level log_level;
	struct quota_limits limits;
	struct window_place window;
	bool host_cameras;
	struct config_camera *cameras;
	unsigned int num_cameras;
	bool every_domain;
	struct config_domain *domains;
	unsigned int num_domains;
	struct config_control *controls;
	unsigned int num_controls;
};

/**
 * config_create_default() - what is so without a file
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int config_create_default(struct config **out);

/**
 * config_load() - read the file at @path
 * @path: also how messages name the file
 * @out: owned by the caller on success, untouched on failure
 *
 * Logs each mistake as an error: "path:line: what"; and what does nothing, as
 * a warning.
 * Return: 0; -EINVAL if there are mistakes; -errno if it cannot be read
 * (logged too); -ENOMEM.
 */
int config_load(const char *path, struct config **out);

/** config_destroy() - NULL is fine. */
void config_destroy(struct config *config);

/**
 * config_print() - the effective configuration, as a file that says the same
 *
 * Comments in it say what follows from it: for each camera who may set it and
 * how many slots its pool has, for each domain its devices and quotas.
 */
void config_print(const struct config *config, FILE *file);

#endif /* DAEMON_CONFIG_H */
