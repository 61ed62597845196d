/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inquiry.h - ask all processes how it is going, and wait for the answers, but
 * not for long, and never blocking.
 *
 * The answers are stored where they belong: session->at_guest and at_camera,
 * guest->report, camera->report. Several inquiries may be under way at a time.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_INQUIRY_H
#define DAEMON_INQUIRY_H

struct broker;
struct camera;
struct guest;
struct inquiry;

/**
 * inquiry_create() - ask
 * @broker: borrowed; must outlive the inquiry
 * @done: called once, from the loop, never from in here: all that run have
 *        answered, or 500 ms are over. Guests and cameras that have not
 *        answered are stale. May destroy the inquiry.
 * @owner: parameter of @done
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int inquiry_create(struct broker *broker, void (*done)(void *owner),
		   void *owner, struct inquiry **out);

/** inquiry_destroy() - done() is not called after it. NULL is fine. */
void inquiry_destroy(struct inquiry *inquiry);

/** inquiry_progress() - a process answered, or is gone: who waits no more? */
void inquiry_progress(struct broker *broker);

#endif /* DAEMON_INQUIRY_H */
