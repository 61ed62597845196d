/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reload.h - another configuration, while guests use their cameras.
 *
 * What would touch a session that runs waits until it is over: reload_review()
 * then makes up for it.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

struct broker;
struct config;

/**
 * reload_apply() - go by @config from now on
 * @config: consumed on success, also borrowed by the broker then; untouched on
 *          failure
 * Return: 0; -EINVAL if it demands a restart, which was logged; then nothing
 * changed.
 */
int reload_apply(struct broker *broker, struct config *config);

/**
 * reload_review() - give every device without sessions the camera that it should
 * have; stop, restart or forget the cameras that nobody uses and that should be;
 * then granted_review()
 */
void reload_review(struct broker *broker);

#endif /* DAEMON_RELOAD_H */
