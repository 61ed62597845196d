/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lending.h - what a guest can see of cameras' slots, and until when.
 *
 * A *loan* is one plane of a slot that is granted to the guest. Its buffer and
 * the guest's mapping have it; when both let go it is ended. But a guest may
 * have kept what it said it unmapped, or was reset without unmapping anything:
 * then the loan *lingers*, and is ended when the guest has let go of it indeed,
 * which is looked after now and then. As long as the guest may see it, it counts
 * against quota `memory`: also when its session and its device know nothing of
 * it any more.
 *
 * The loans of a session are a *lending*: vmediad is told when it begins, and
 * what is left of it, for it keeps that memory, too.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef MEDIA_LENDING_H
#define MEDIA_LENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/daemon_proto.h"

struct account;
struct event_base;
struct export;
struct hyp;
struct lending;
struct lendings;
struct loan;

/*
 * Names of loans are multiples of LENDING_UNIT, as offsets in the window are,
 * from here on to 4 GiB: no window reaches so far that has loans beside it.
 */
#define LENDING_FIRST_NAME UINT32_C(0x80000000)
#define LENDING_UNIT UINT32_C(0x10000)

/* Most loans of a guest. Each keeps a descriptor open. */
#define LENDING_MAX GUEST_MAX_GRANTED

/**
 * struct lendings_params - of one guest
 * @base: borrowed
 * @hyp: borrowed
 * @account: that loans count against; borrowed
 * @granted: for vmediad: session @serial's guest can see @bytes of slots, from
 *           now on, and no others; @fds are the descriptors of their dma-bufs,
 *           borrowed. Returns 0 or -errno: it was not told.
 * @ungranted: and not any more; see struct guest_granted
 * @owner: first parameter of both
 */
struct lendings_params {
	struct event_base *base;
	struct hyp *hyp;
	struct account *account;
	int (*granted)(void *owner, uint64_t serial, uint64_t bytes,
		       const int *fds, unsigned int nfds);
	void (*ungranted)(void *owner, uint64_t serial);
	void *owner;
};

/**
 * lendings_create() - nothing is lent
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int lendings_create(const struct lendings_params *params,
		    struct lendings **out);

/**
 * lendings_destroy() - as the process ends; NULL is fine
 *
 * There is no lending and no loan but those that linger. What the guest still
 * has is then the kernel's to keep for it, and vmediad is not told that it is
 * over.
 */
void lendings_destroy(struct lendings *lendings);

/** lendings_bytes() - that the guest can see */
uint64_t lendings_bytes(const struct lendings *lendings);

/** lendings_unused() - of these, the bytes of which no buffer is left */
uint64_t lendings_unused(const struct lendings *lendings);

/**
 * lending_create() - of a session, without loans as yet
 * @serial: by which vmediad knows the session
 * @trusts: the guest may have slots that it could write to
 * @out: owned by the caller on success, untouched on failure; ended with
 *       lending_end()
 * Return: 0 or -ENOMEM.
 */
int lending_create(struct lendings *lendings, uint64_t serial, bool trusts,
		   struct lending **out);

/** lending_end() - the session is over; its loans may outlive it. NULL is fine.
 */
void lending_end(struct lending *lending);

/**
 * lending_begin() - loans follow at once: vmediad is told before
 * @bytes: of all of them
 * @fds: of their dma-bufs; borrowed
 * Return: 0; -ENFILE: with what is left of earlier ones that is more than a message
 * has room for; as @granted of struct lendings_params. Then no loan may follow.
 */
int lending_begin(struct lending *lending, uint64_t bytes, const int *fds,
		  unsigned int nfds);

/**
 * loan_create() - grant a plane of a slot
 * @fd: of its dma-buf; borrowed
 * @len: bytes, not 0; they were taken from the account, and are given back when
 *       the guest cannot see it any more
 * @out: on success, with the buffer's reference; else untouched
 * Return: 0; as export_create(); -ENFILE: there are LENDING_MAX. Then nothing
 * was given back.
 */
int loan_create(struct lending *lending, int fd, uint32_t len,
		struct loan **out);

/** loan_retire() - the buffer's reference ends; NULL is fine */
void loan_retire(struct loan *loan);

/** loan_get() - the reference of a mapping; returns @loan */
struct loan *loan_get(struct loan *loan);

/** loan_put() - and its end; NULL is fine */
void loan_put(struct loan *loan);

/** loan_is_mapped() - as the guest says */
bool loan_is_mapped(const struct loan *loan);

/** loan_name() - that no other loan has, as long as this one lives */
uint32_t loan_name(const struct loan *loan);

/** loan_len() - bytes, as they were asked for */
uint32_t loan_len(const struct loan *loan);

/** loan_export() - its grants; borrowed */
const struct export *loan_export(const struct loan *loan);

#endif /* MEDIA_LENDING_H */
