/* SPDX-License-Identifier: GPL-2.0-only */
/* show.h - vmediactl show: all about one camera or one domain. */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include "ctl/field.h"

struct json_object;
struct options;

/* Bytes of what show_primary() says */
#define SHOW_PRIMARY_SIZE (3 * FIELD_SIZE)

/** show_camera_run() - @words: a camera. Return: as request(). */
int show_camera_run(const struct options *options, char *const *words);

/** show_domain_run() - @words: a domain. Return: as request(). */
int show_domain_run(const struct options *options, char *const *words);

/**
 * show_primary() - who may write the settings of a camera, and why
 * @text: SHOW_PRIMARY_SIZE bytes
 * @camera: object with `primary`; borrowed
 * Return: @text.
 */
const char *show_primary(char *text, struct json_object *camera);

#endif /* CTL_SHOW_H */
