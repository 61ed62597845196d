/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account.h - what a guest has, against what it may have (ipc/quotas.h).
 *
 * One for all devices of a guest: who opens more of them gets no more.
 */
#ifndef MEDIA_ACCOUNT_H
#define MEDIA_ACCOUNT_H

#include <stdint.h>

#include "ipc/quotas.h"

/**
 * struct account - zeroed memory is one without limits, and nothing in it
 * @limits: may change at any time, and hold for what comes next
 * @buffers: of all sessions
 * @memory: bytes of these, as they were allocated
 * @commands: taken so far
 * @refused: times that a limit was reached, by enum quota_kind
 */
struct account {
	struct quota_limits limits;
	uint32_t buffers;
	uint64_t memory;
	uint64_t commands;
	uint64_t refused[NUM_QUOTAS];
};

/**
 * account_take() - buffers, as many as the quotas leave room for
 * @asked: at most VMEDIA_MAX_BUFFERS
 * @bytes: of each, at most VMEDIA_MAX_BUFFER_BYTES, not 0
 * @reached: if fewer are given, the quota that leaves no room for more; it is
 *           counted. Else untouched.
 * Return: how many are given; account_give_back() ends it.
 */
unsigned int account_take(struct account *account, unsigned int asked,
			  uint32_t bytes, enum quota_kind *reached);

/** account_add() - what is there already: it counts, whatever the quotas say */
void account_add(struct account *account, unsigned int buffers, uint64_t bytes);

/**
 * account_give_back() - the end of what was taken or added
 *
 * Buffers and their bytes need not end together: memory of a buffer that is no
 * more may still be mapped.
 */
void account_give_back(struct account *account, unsigned int buffers,
		       uint64_t bytes);

/** account_refuse() - limit @kind was reached */
void account_refuse(struct account *account, enum quota_kind kind);

#endif /* MEDIA_ACCOUNT_H */
