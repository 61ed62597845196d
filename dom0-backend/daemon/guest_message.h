/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_message.h - what a vmedia-guest says to vmediad. A guest may have taken
 * it over: one that says what cannot be is killed.
 *
 * Thread: the event loop's.
 */
#ifndef DAEMON_GUEST_MESSAGE_H
#define DAEMON_GUEST_MESSAGE_H

struct guest;
struct link_message;

/** guest_message() - take one; its process may be killed for it */
void guest_message(struct guest *guest, const struct link_message *msg);

#endif /* DAEMON_GUEST_MESSAGE_H */
