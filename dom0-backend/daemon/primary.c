// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/primary.h"

#include "ipc/daemon_proto.h"

enum { NO_RULE, BY_COMMAND, BY_CONFIGURATION, BY_PRIORITY };

static unsigned int rule_of(const struct primary_contest *contest,
			    const struct primary_candidate *candidate)
{
	if (candidate->domid == 0)
		return NO_RULE;
	if (candidate->named)
		return BY_COMMAND;
	if (contest->configured)
		return candidate->configured ? BY_CONFIGURATION : NO_RULE;
	return candidate->since ? BY_PRIORITY : NO_RULE;
}

static bool is_better(const struct primary_contest *contest,
		      const struct primary_candidate *candidate,
		      unsigned int rule)
{
	const struct primary_candidate *best = &contest->best;

	if (contest->rule == NO_RULE || rule != contest->rule)
		return contest->rule == NO_RULE || rule < contest->rule;
	if (rule != BY_PRIORITY)
		return false;
	if (candidate->priority != best->priority)
		return candidate->priority > best->priority;
	return candidate->since < best->since;
}

void primary_offer(struct primary_contest *contest,
		   const struct primary_candidate *candidate)
{
	const unsigned int rule = rule_of(contest, candidate);

	if (rule == NO_RULE || !is_better(contest, candidate, rule))
		return;
	contest->best = *candidate;
	contest->rule = rule;
}

uint32_t primary_winner(const struct primary_contest *contest)
{
	return contest->rule == NO_RULE ? CAMERA_NO_PRIMARY :
					  contest->best.domid;
}
