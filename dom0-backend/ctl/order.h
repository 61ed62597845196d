/* SPDX-License-Identifier: GPL-2.0-only */
/* order.h - vmediactl evict, primary, reload: what vmediad is told to do. */
#ifndef CTL_ORDER_H
#define CTL_ORDER_H

struct options;

/**
 * evict_run() - end sessions
 * @words: the serial number of one; or a domain, for all of its, and maybe a
 *         camera, for those on it
 *
 * Prints which.
 * Return: as request(), as all here.
 */
int evict_run(const struct options *options, char *const *words);

/**
 * primary_run() - who may write the settings of a camera
 * @words: the camera, and maybe a domain or "auto"
 *
 * Prints who it is, after the change if there is one.
 */
int primary_run(const struct options *options, char *const *words);

/** reload_run() - read the configuration again */
int reload_run(const struct options *options, char *const *words);

#endif /* CTL_ORDER_H */
