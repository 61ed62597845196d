// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/holders.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "daemon/camera.h"
#include "daemon/limits.h"
#include "daemon/session.h"

/* What is asked for: @camera's domains, or @guest's cameras */
struct question {
	const struct sessions *sessions;
	const struct camera *camera;
	const struct guest *guest;
	enum quota_kind what;
};

/* The first of a name's sessions speaks for all of them. */
static bool total(const struct question *question,
		  const struct session *speaker, uint64_t *out)
{
	const struct session *session, *tmp;
	bool met = false;

	*out = 0;
	list_for_each(session, tmp, &question->sessions->list, link) {
		if (session->camera != speaker->camera ||
		    session->guest != speaker->guest ||
		    (question->camera && !session->live))
			continue;
		if (!met && session != speaker)
			return false;
		met = true;
		*out += question->what == QUOTA_BYTES ? session->bytes : 1;
	}
	return met && *out > 0;
}

static const char *print(const struct question *question, const char *none,
			 char *text, size_t size)
{
	const struct session *session, *tmp;
	char amount[LIMIT_TEXT_SIZE];
	size_t len = 0;
	uint64_t sum;

	snprintf(text, size, "%s", none);
	list_for_each(session, tmp, &question->sessions->list, link) {
		if (question->camera ? session->camera != question->camera :
				       session->guest != question->guest)
			continue;
		if (len >= size || !total(question, session, &sum))
			continue;
		limit_print(question->what, sum, amount, sizeof(amount));
		len += snprintf(text + len, size - len, "%s%s %s",
				len ? ", " : "",
				question->camera ? session_owner(session) :
						   session->camera->name,
				amount);
	}
	return text;
}

const char *holders_of_camera(const struct sessions *sessions,
			      const struct camera *camera,
			      enum quota_kind what, char *text, size_t size)
{
	const struct question question = {
		.sessions = sessions,
		.camera = camera,
		.what = what,
	};

	return print(&question, "nobody", text, size);
}

const char *holders_of_guest(const struct sessions *sessions,
			     const struct guest *guest, enum quota_kind what,
			     char *text, size_t size)
{
	const struct question question = {
		.sessions = sessions,
		.guest = guest,
		.what = what,
	};

	return print(&question, "nothing", text, size);
}
