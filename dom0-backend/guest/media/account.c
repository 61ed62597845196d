// SPDX-License-Identifier: GPL-2.0-only
#include "media/account.h"

#include <assert.h>

#include "base/util.h"

/* How many times @each fits between what is used and the limit */
static unsigned int room(uint64_t limit, uint64_t used, uint64_t each,
			 unsigned int asked)
{
	if (limit == 0)
		return asked;
	/* The limit may have been lowered since. */
	if (used >= limit)
		return 0;
	return MIN((limit - used) / each, (uint64_t)asked);
}

unsigned int account_take(struct account *account, unsigned int asked,
			  uint32_t bytes, enum quota_kind *reached)
{
	const uint64_t *limit = account->limits.limit;
	const unsigned int by_count =
		room(limit[QUOTA_BUFFERS], account->buffers, 1, asked);
	const unsigned int by_memory =
		room(limit[QUOTA_MEMORY], account->memory, bytes, asked);
	const unsigned int given = MIN(by_count, by_memory);

	account_add(account, given, (uint64_t)given * bytes);
	if (given < asked) {
		*reached = by_memory < by_count ? QUOTA_MEMORY : QUOTA_BUFFERS;
		account_refuse(account, *reached);
	}
	return given;
}

void account_add(struct account *account, unsigned int buffers, uint64_t bytes)
{
	account->buffers += buffers;
	account->memory += bytes;
}

void account_give_back(struct account *account, unsigned int buffers,
		       uint64_t bytes)
{
	assert(account->buffers >= buffers && account->memory >= bytes);
	account->buffers -= buffers;
	account->memory -= bytes;
}

void account_refuse(struct account *account, enum quota_kind kind)
{
	account->refused[kind]++;
}
