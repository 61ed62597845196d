// SPDX-License-Identifier: GPL-2.0-only
/* V4L2 events of a session. */
#include "media/session.h"

#include "base/byteorder.h"
#include "media/device_state.h"

void session_init_events(struct session *session)
{
	for (unsigned int i = 0; i < SESSION_MAX_EVENTS; i++)
		media_event_init(&session->events[i]);
}

/* One that does not wait, or else the one that waits for longest */
static struct media_event *oldest_event(struct session *session)
{
	struct media_event *event, *tmp;

	for (unsigned int i = 0; i < SESSION_MAX_EVENTS; i++) {
		if (!media_event_waits(&session->events[i]))
			return &session->events[i];
	}
	list_for_each(event, tmp, &session->device->events.waiting, link) {
		if (event >= session->events &&
		    event < session->events + SESSION_MAX_EVENTS)
			break;
	}
	media_event_withdraw(event);
	return event;
}

void session_post_event(struct session *session, const struct v4l2_event *event)
{
	struct media_event *post = oldest_event(session);

	post->len = sizeof(post->event);
	post->event = (struct virtio_media_event_event){
		.hdr.event = cpu_to_le32(VIRTIO_MEDIA_EVT_EVENT),
		.hdr.session_id = cpu_to_le32(session->id),
		.event = *event,
	};
	events_post(&session->device->events, post);
}

void session_withdraw_events(struct session *session, uint32_t type,
			     uint32_t id)
{
	for (unsigned int i = 0; i < SESSION_MAX_EVENTS; i++) {
		struct media_event *event = &session->events[i];
		const struct v4l2_event *told = &event->event.event;

		if (type == V4L2_EVENT_ALL ||
		    (told->type == type && told->id == id))
			media_event_withdraw(event);
	}
}
