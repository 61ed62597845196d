// SPDX-License-Identifier: GPL-2.0-only
#include "media/lending.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/time.h>

#include "base/util.h"
#include "hyp/export.h"
#include "ipc/link.h"
#include "media/account.h"

/* Between two looks at what lingers: it is most probably over soon, or the guest
 * has time. */
#define FIRST_LOOK_MS 100
#define LAST_LOOK_MS 6400

/**
 * struct lendings - see lending.h
 * @loans: each at the place that its name tells
 * @next: where the search for a free place begins: a name comes back late
 * @timer: pending if a loan lingers
 * @wait: milliseconds until then
 */
struct lendings {
	struct lendings_params params;
	struct loan *loans[LENDING_MAX];
	unsigned int next;
	struct event *timer;
	unsigned int wait;
};

/**
 * struct lending - see lending.h
 * @has_session: it is not over
 * @num_loans: that are not ended
 * @is_told: vmediad knows that the guest can see slots, and not that it cannot
 *           any more
 * @num_told: dma-bufs of these that vmediad keeps
 * @is_proof: when no loan is left it is sure that the guest sees nothing
 */
struct lending {
	struct lendings *lendings;
	uint64_t serial;
	bool trusts;
	bool has_session;
	unsigned int num_loans;
	bool is_told;
	unsigned int num_told;
	bool is_proof;
};

/**
 * struct loan - see lending.h
 * @place: in lendings.loans
 * @has_buffer: it is not retired
 * @mappings: that have it
 */
struct loan {
	struct lending *lending;
	struct export *export;
	unsigned int place;
	uint32_t len;
	bool has_buffer;
	unsigned int mappings;
};

static void look_later(struct lendings *lendings, unsigned int wait)
{
	const struct timeval when = {
		.tv_sec = wait / 1000,
		.tv_usec = wait % 1000 * 1000,
	};

	lendings->wait = wait;
	evtimer_add(lendings->timer, &when);
}

/* What vmediad keeps is what is lent now, and what is about to be. */
static int tell(struct lending *lending, uint64_t bytes, const int *fds,
		unsigned int nfds)
{
	const struct lendings *lendings = lending->lendings;
	const struct lendings_params *params = &lendings->params;
	int all[LINK_MAX_FDS];
	unsigned int count = 0;
	int ret;

	if (lending->num_loans + nfds > LINK_MAX_FDS)
		return -ENFILE;
	for (size_t i = 0; i < LENDING_MAX; i++) {
		const struct loan *loan = lendings->loans[i];

		if (!loan || loan->lending != lending)
			continue;
		bytes += loan->len;
		all[count++] = export_fd(loan->export);
	}
	for (unsigned int i = 0; i < nfds; i++)
		all[count++] = fds[i];
	ret = params->granted(params->owner, lending->serial, bytes, all,
			      count);
	if (ret < 0)
		return ret;
	lending->is_told = true;
	lending->num_told = count;
	return 0;
}

static void tell_end(struct lending *lending)
{
	const struct lendings_params *params = &lending->lendings->params;

	/* Nobody can know: vmediad remembers, but it need keep nothing. */
	if (!lending->is_proof) {
		if (lending->num_told > 0)
			tell(lending, 0, NULL, 0);
		return;
	}
	lending->is_told = false;
	lending->num_told = 0;
	params->ungranted(params->owner, lending->serial);
}

/* Loans and session are its users; both may be the last. */
static void drop_if_unused(struct lending *lending)
{
	struct lendings *lendings = lending->lendings;

	if (lending->num_loans > 0) {
		/* More may end now. Then vmediad can let go of these. */
		if (!evtimer_pending(lendings->timer, NULL))
			look_later(lendings, FIRST_LOOK_MS);
		return;
	}
	if (lending->is_told)
		tell_end(lending);
	if (!lending->has_session)
		free(lending);
}

/* It is ended: the guest sees it no more, as far as can be known. */
static void forget(struct loan *loan)
{
	struct lending *lending = loan->lending;
	struct lendings *lendings = lending->lendings;

	lendings->loans[loan->place] = NULL;
	account_give_back(lendings->params.account, 0, loan->len);
	lending->num_loans--;
	drop_if_unused(lending);
	free(loan);
}

static bool is_unused(const struct loan *loan)
{
	return !loan->has_buffer && loan->mappings == 0;
}

/* Return: true if it is over. */
static bool try_end(struct loan *loan)
{
	if (export_end(loan->export) < 0)
		return false;
	forget(loan);
	return true;
}

static bool end_unused(struct lendings *lendings)
{
	bool all = true;

	for (size_t i = 0; i < LENDING_MAX; i++) {
		struct loan *loan = lendings->loans[i];

		if (loan && is_unused(loan) && !try_end(loan))
			all = false;
	}
	return all;
}

/* Return: false if vmediad could not be told. */
static bool tell_what_is_left(const struct lendings *lendings)
{
	bool all = true;

	for (size_t i = 0; i < LENDING_MAX; i++) {
		const struct loan *loan = lendings->loans[i];

		if (loan && loan->lending->num_told != loan->lending->num_loans &&
		    tell(loan->lending, 0, NULL, 0) < 0)
			all = false;
	}
	return all;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct lendings *lendings = arg;
	const bool are_ended = end_unused(lendings);

	if (!tell_what_is_left(lendings) || !are_ended)
		look_later(lendings, MIN(2 * lendings->wait,
					 (unsigned int)LAST_LOOK_MS));
}

int lendings_create(const struct lendings_params *params, struct lendings **out)
{
	struct lendings *lendings = calloc(1, sizeof(*lendings));

	if (!lendings)
		return -ENOMEM;
	lendings->params = *params;
	lendings->timer = evtimer_new(params->base, on_timer, lendings);
	if (!lendings->timer) {
		free(lendings);
		return -ENOMEM;
	}
	*out = lendings;
	return 0;
}

/* Of what is left nobody may say that it is over, or that it need not be kept. */
static void abandon(struct loan *loan)
{
	loan->lending->is_told = false;
	export_abandon(loan->export);
	forget(loan);
}

void lendings_destroy(struct lendings *lendings)
{
	if (!lendings)
		return;
	end_unused(lendings);
	for (size_t i = 0; i < LENDING_MAX; i++) {
		if (lendings->loans[i]) {
			assert(is_unused(lendings->loans[i]));
			abandon(lendings->loans[i]);
		}
	}
	event_free(lendings->timer);
	free(lendings);
}

uint64_t lendings_bytes(const struct lendings *lendings)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < LENDING_MAX; i++)
		bytes += lendings->loans[i] ? lendings->loans[i]->len : 0;
	return bytes;
}

uint64_t lendings_unused(const struct lendings *lendings)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < LENDING_MAX; i++) {
		const struct loan *loan = lendings->loans[i];

		bytes += loan && !loan->has_buffer ? loan->len : 0;
	}
	return bytes;
}

int lending_create(struct lendings *lendings, uint64_t serial, bool trusts,
		   struct lending **out)
{
	struct lending *lending = calloc(1, sizeof(*lending));

	if (!lending)
		return -ENOMEM;
	lending->lendings = lendings;
	lending->serial = serial;
	lending->trusts = trusts;
	lending->has_session = true;
	lending->is_proof = true;
	*out = lending;
	return 0;
}

void lending_end(struct lending *lending)
{
	if (!lending)
		return;
	lending->has_session = false;
	drop_if_unused(lending);
}

int lending_begin(struct lending *lending, uint64_t bytes, const int *fds,
		  unsigned int nfds)
{
	return tell(lending, bytes, fds, nfds);
}

/* Return: LENDING_MAX if there is none. */
static unsigned int find_place(const struct lendings *lendings)
{
	for (unsigned int i = 0; i < LENDING_MAX; i++) {
		const unsigned int place = (lendings->next + i) % LENDING_MAX;

		if (!lendings->loans[place])
			return place;
	}
	return LENDING_MAX;
}

static int add(struct lending *lending, int fd, uint32_t len,
	       struct loan **out)
{
	struct lendings *lendings = lending->lendings;
	const unsigned int place = find_place(lendings);
	struct loan *loan;
	int ret;

	if (place == LENDING_MAX)
		return -ENFILE;
	loan = calloc(1, sizeof(*loan));
	if (!loan)
		return -ENOSPC;
	ret = export_create(lendings->params.hyp, fd, len, lending->trusts,
			    &loan->export);
	if (ret < 0) {
		free(loan);
		return ret;
	}
	loan->lending = lending;
	loan->place = place;
	loan->len = len;
	loan->has_buffer = true;
	lendings->loans[place] = loan;
	lendings->next = (place + 1) % LENDING_MAX;
	lending->num_loans++;
	lending->is_proof &= export_is_proof(loan->export);
	*out = loan;
	return 0;
}

int loan_create(struct lending *lending, int fd, uint32_t len,
		struct loan **out)
{
	const int ret = add(lending, fd, len, out);

	if (ret < 0)
		drop_if_unused(lending);
	return ret;
}

static void end_if_unused(struct loan *loan)
{
	struct lendings *lendings = loan->lending->lendings;

	if (is_unused(loan) && !try_end(loan))
		look_later(lendings, FIRST_LOOK_MS);
}

void loan_retire(struct loan *loan)
{
	if (!loan)
		return;
	loan->has_buffer = false;
	end_if_unused(loan);
}

struct loan *loan_get(struct loan *loan)
{
	loan->mappings++;
	return loan;
}

void loan_put(struct loan *loan)
{
	if (!loan)
		return;
	assert(loan->mappings > 0);
	loan->mappings--;
	end_if_unused(loan);
}

bool loan_is_mapped(const struct loan *loan)
{
	return loan->mappings > 0;
}

uint32_t loan_name(const struct loan *loan)
{
	return LENDING_FIRST_NAME + loan->place * LENDING_UNIT;
}

uint32_t loan_len(const struct loan *loan)
{
	return loan->len;
}

const struct export *loan_export(const struct loan *loan)
{
	return loan->export;
}
