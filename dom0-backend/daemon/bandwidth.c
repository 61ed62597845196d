// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/bandwidth.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "daemon/camera.h"
#include "daemon/guest.h"
#include "daemon/holders.h"
#include "daemon/limits.h"
#include "daemon/session.h"

/* limit_print() takes 0 for a limit; @text: of LIMIT_TEXT_SIZE bytes */
static const char *print(uint64_t bytes, char *text)
{
	if (bytes)
		limit_print(QUOTA_BYTES, bytes, text, LIMIT_TEXT_SIZE);
	else
		strcpy(text, "0");
	return text;
}

static void log_refusal(const struct sessions *sessions,
			const struct session *session, uint64_t bytes,
			bool by_camera)
{
	struct guest *guest = session->guest;
	struct camera *camera = session->camera;
	const struct quota *quota = by_camera ? &camera->bytes : &guest->bytes;
	char wanted[LIMIT_TEXT_SIZE], limit[LIMIT_TEXT_SIZE];
	char used[LIMIT_TEXT_SIZE], holders[HOLDERS_SIZE];

	if (!log_allowed(guest ? &guest->refusals : &camera->log))
		return;
	if (by_camera)
		holders_of_camera(sessions, camera, QUOTA_BYTES, holders,
				  sizeof(holders));
	else
		holders_of_guest(sessions, guest, QUOTA_BYTES, holders,
				 sizeof(holders));
	log_warning("guest %s, session %" PRIu64 ": stream refused: it needs %s"
		    " bytes/s, but `%s` of %s %s is %s and %s are used: %s; "
		    "refused %" PRIu64 " times",
		    session_owner(session), session->serial,
		    print(bytes, wanted), limit_name(QUOTA_BYTES),
		    by_camera ? "camera" : "guest",
		    by_camera ? camera->name : guest->id.name,
		    print(quota->limit, limit), print(quota->used, used),
		    holders, quota->refused);
}

int bandwidth_admit(const struct sessions *sessions, struct session *session,
		    uint64_t bytes)
{
	struct guest *guest = session->guest;
	uint64_t more;

	if (bytes <= session->bytes) {
		bandwidth_reduce(session, bytes);
		return 0;
	}
	more = bytes - session->bytes;
	if (guest && quota_take(&guest->bytes, more) < 0) {
		log_refusal(sessions, session, bytes, false);
		return -ENOSPC;
	}
	if (quota_take(&session->camera->bytes, more) < 0) {
		if (guest)
			quota_put(&guest->bytes, more);
		log_refusal(sessions, session, bytes, true);
		return -ENOSPC;
	}
	session->bytes = bytes;
	return 0;
}

void bandwidth_reduce(struct session *session, uint64_t bytes)
{
	uint64_t less;

	if (bytes >= session->bytes)
		return;
	less = session->bytes - bytes;
	session->bytes = bytes;
	quota_put(&session->camera->bytes, less);
	if (session->guest)
		quota_put(&session->guest->bytes, less);
}
