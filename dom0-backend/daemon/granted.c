// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/granted.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/broker.h"
#include "daemon/device.h"
#include "daemon/kept.h"
#include "ipc/link.h"

/* A guest that lets go needs a few turns of its driver and its process. */
#define GRACE_MS 2000

/* dma-bufs of a domain: its process' and what those before it left behind */
#define MOST_DMA_BUFS_OF_A_DOMAIN (2 * GUEST_MAX_GRANTED)

/* Sessions of a domain whose slots it may see: they outlive all quotas. */
#define MOST_OF_A_DOMAIN 2048

/**
 * struct entry - a domain may see the slots that a session of it had
 * @camera: whose slots; borrowed; NULL: it has other memory now, there is nothing
 *          to revoke
 * @domid: it may have no struct guest any more
 * @bytes: of the slots; what its process says only where it brings none of them
 * @dma_bufs: that the slots are
 * @kept: these; some or none of them where there was no room
 * @lost: the process that could have said UNGRANTED is no more
 * @evicted: it has lost the camera, whatever the configuration says
 * @due: when the camera is to be renewed, ms of CLOCK_MONOTONIC; 0: need not
 */
struct entry {
	struct list link; /* on granted->list */
	struct camera *camera;
	unsigned int domid;
	uint64_t serial;
	uint64_t bytes;
	unsigned int dma_bufs;
	struct kept kept;
	bool lost;
	bool evicted;
	uint64_t due;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void entry_destroy(struct entry *entry)
{
	list_remove(&entry->link);
	kept_drop(&entry->kept);
	free(entry);
}

static struct entry *find(const struct granted *granted, unsigned int domid,
			  uint64_t serial)
{
	struct entry *entry, *tmp;

	list_for_each(entry, tmp, &granted->list, link) {
		if (entry->domid == domid && entry->serial == serial)
			return entry;
	}
	return NULL;
}

/* What nobody can tell of counts against what the next process may have. */
static void count_lost(struct broker *broker, struct guest *guest)
{
	const struct entry *entry, *tmp;
	uint64_t bytes = 0;

	list_for_each(entry, tmp, &broker->granted.list, link) {
		if (entry->lost && entry->domid == guest->domid)
			bytes += entry->bytes;
	}
	guest_set_lost(guest, bytes);
}

static void count_all_lost(struct broker *broker)
{
	struct guest *guest, *tmp;

	list_for_each(guest, tmp, &broker->guests.list, link)
		count_lost(broker, guest);
}

static bool is_live(const struct broker *broker, const struct entry *entry)
{
	const struct session *session;

	session = sessions_find_serial(&broker->sessions, entry->serial);
	return session && session->live;
}

static bool has_by_configuration(struct broker *broker,
				 const struct guest *guest,
				 const struct camera *camera)
{
	const struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device_is_claimed(device) &&
		    broker_choose(broker, device) == camera)
			return true;
	}
	return false;
}

/* An exclusive camera that another domain has now */
static bool went_to_another(const struct broker *broker,
			    const struct entry *entry)
{
	const struct session *session, *tmp;
	bool went = false;

	if (!entry->camera->exclusive)
		return false;
	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (!session->live || session->camera != entry->camera)
			continue;
		if (session_domid(session) == entry->domid)
			return false;
		went = true;
	}
	return went;
}

/* A session that runs goes on until it ends, whatever the configuration says. */
static bool may_see(struct broker *broker, const struct entry *entry,
		    const struct guest *guest)
{
	if (is_live(broker, entry))
		return true;
	return !entry->evicted && guest &&
	       has_by_configuration(broker, guest, entry->camera) &&
	       !went_to_another(broker, entry);
}

/*
 * One whose devices are taken down is about to be destroyed, most often: that
 * is waited for. Where another domain waits for an exclusive camera, nobody has
 * anything to lose by fresh memory.
 */
static unsigned int grace(const struct broker *broker,
			  const struct entry *entry, const struct guest *guest)
{
	if ((entry->lost && guest) || went_to_another(broker, entry))
		return 0;
	return broker->granted.grace_ms;
}

static void review_entry(struct broker *broker, struct entry *entry,
			 uint64_t now)
{
	const struct guest *guest = guests_find(&broker->guests, entry->domid);
	uint64_t due;

	if (!guest && !store_domain_lives(broker->store, entry->domid)) {
		entry_destroy(entry);
		return;
	}
	if (!entry->camera || may_see(broker, entry, guest)) {
		entry->due = 0;
		return;
	}
	due = now + grace(broker, entry, guest);
	if (entry->due == 0 || due < entry->due)
		entry->due = due;
}

static struct entry *find_due(const struct granted *granted, uint64_t now)
{
	struct entry *entry, *tmp;

	list_for_each(entry, tmp, &granted->list, link) {
		if (entry->due != 0 && entry->due <= now)
			return entry;
	}
	return NULL;
}

/*
 * What is neither to be revoked nor to be kept need not be remembered. What there
 * was no room to keep must be: its process goes on to tell of it.
 */
static void leave_camera(struct entry *entry)
{
	entry->camera = NULL;
	entry->due = 0;
	if (entry->dma_bufs == 0)
		entry_destroy(entry);
}

/*
 * Those of sessions that go on may be of the fresh memory already. What the others
 * see shows no new picture, but they see it still.
 */
static void memory_is_another(struct broker *broker,
			      const struct camera *camera)
{
	struct session *session, *next;
	struct entry *entry, *tmp;

	list_for_each(entry, tmp, &broker->granted.list, link) {
		if (entry->camera == camera && !is_live(broker, entry))
			leave_camera(entry);
	}
	list_for_each(session, next, &broker->sessions.list, link) {
		if (session->camera == camera && !session->live)
			session->renewed = true;
	}
}

static void renew(struct broker *broker, struct camera *camera)
{
	camera_renew(camera);
	memory_is_another(broker, camera);
}

static void arm(struct granted *granted, uint64_t now)
{
	const struct entry *entry, *tmp;
	struct timeval delay;
	uint64_t first = 0;

	list_for_each(entry, tmp, &granted->list, link) {
		if (entry->due != 0 && (first == 0 || entry->due < first))
			first = entry->due;
	}
	if (first == 0) {
		event_del(granted->timer);
		return;
	}
	first -= now;
	delay = (struct timeval){ first / 1000, first % 1000 * 1000 };
	event_add(granted->timer, &delay);
}

void granted_review(struct broker *broker)
{
	struct granted *granted = &broker->granted;
	const uint64_t now = now_ms();
	struct entry *entry, *tmp;

	if (list_empty(&granted->list))
		return;
	list_for_each(entry, tmp, &granted->list, link)
		review_entry(broker, entry, now);
	while ((entry = find_due(granted, now))) {
		if (log_allowed(&entry->camera->log))
			log_warning("camera %s: its memory is renewed: domain "
				    "%u has it no more, and may still see it",
				    entry->camera->name, entry->domid);
		renew(broker, entry->camera);
	}
	arm(granted, now);
	count_all_lost(broker);
}

static void on_time(evutil_socket_t fd, short what, void *data)
{
	granted_review(data);
}

int granted_init(struct broker *broker)
{
	struct granted *granted = &broker->granted;

	list_init(&granted->list);
	granted->grace_ms = GRACE_MS;
	granted->timer = evtimer_new(broker->setup.base, on_time, broker);
	return granted->timer ? 0 : -ENOMEM;
}

void granted_finish(struct granted *granted)
{
	struct entry *entry, *tmp;

	if (!granted->timer)
		return;
	list_for_each(entry, tmp, &granted->list, link)
		entry_destroy(entry);
	event_free(granted->timer);
}

static bool has_too_many(const struct granted *granted, unsigned int domid)
{
	const struct entry *entry, *tmp;
	unsigned int count = 0;

	list_for_each(entry, tmp, &granted->list, link)
		count += entry->domid == domid;
	return count >= MOST_OF_A_DOMAIN;
}

/*
 * Where the kernel does not tell whether a guest has let go, none of them ever
 * ends, however long the guest runs. One that is over is as good as another of
 * the same domain and camera, unless it is to be shut out.
 */
static bool make_room(struct broker *broker, const struct session *session)
{
	const unsigned int domid = session_domid(session);
	struct entry *entry, *tmp;

	if (!has_too_many(&broker->granted, domid))
		return true;
	list_for_each(entry, tmp, &broker->granted.list, link) {
		if (entry->domid == domid && entry->camera == session->camera &&
		    !entry->lost && !entry->evicted &&
		    entry->dma_bufs == 0 &&
		    !is_live(broker, entry)) {
			entry_destroy(entry);
			return true;
		}
	}
	return false;
}

static unsigned int count_dma_bufs(const struct granted *granted,
				   unsigned int domid, bool lost)
{
	const struct entry *entry, *tmp;
	unsigned int count = 0;

	list_for_each(entry, tmp, &granted->list, link) {
		if (entry->domid == domid && (entry->lost || !lost))
			count += entry->dma_bufs;
	}
	return count;
}

bool granted_has_room(const struct broker *broker, const struct guest *guest)
{
	const unsigned int left =
		count_dma_bufs(&broker->granted, guest->domid, true);

	return left + GUEST_MAX_GRANTED <= MOST_DMA_BUFS_OF_A_DOMAIN &&
	       kept_has_room(LINK_MAX_FDS);
}

static struct entry *begin(struct broker *broker, const struct session *session)
{
	struct entry *entry;

	if (!make_room(broker, session))
		return NULL;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->camera = session->renewed ? NULL : session->camera;
	entry->domid = session_domid(session);
	entry->serial = session->serial;
	entry->evicted = session->evicted;
	list_append(&broker->granted.list, &entry->link);
	return entry;
}

/*
 * Where there is no room it is others who have it: nobody's fault, for there
 * was when the session was opened. Its process has the memory as well, and so
 * the guest sees nothing else there while that lives.
 */
static void keep(struct entry *entry, struct guest *guest,
		 const struct link_message *msg)
{
	const int ret = kept_replace(&entry->kept, msg);

	if (ret < 0 && log_allowed(&guest->log))
		log_warning("guest %s, session %" PRIu64 ": memory that it "
			    "sees is not kept beyond its process: %s",
			    guest->id.name, entry->serial, strerror(-ret));
}

/* Return: false if that is more than the domain can have, or no dma-bufs. */
static bool update(const struct granted *granted, struct entry *entry,
		   struct guest *guest, const struct link_message *msg)
{
	const struct guest_granted *message = msg->data;
	const unsigned int others =
		count_dma_bufs(granted, entry->domid, false) - entry->dma_bufs;
	uint64_t bytes;

	if (msg->nfds > MOST_DMA_BUFS_OF_A_DOMAIN - others ||
	    kept_measure(msg, &bytes) < 0)
		return false;
	keep(entry, guest, msg);
	entry->dma_bufs = msg->nfds;
	entry->bytes = msg->nfds > 0 ? bytes : message->bytes;
	return true;
}

bool granted_add(struct broker *broker, struct guest *guest,
		 const struct link_message *msg)
{
	const struct guest_granted *message = msg->data;
	struct granted *granted = &broker->granted;
	struct entry *entry = find(granted, guest->domid, message->serial);
	const struct session *session;
	bool is_new;

	session = sessions_find(&broker->sessions, guest, message->serial);
	/* What is new takes a session, and what was lost has none. */
	if (!session && (!entry || entry->lost || msg->nfds > entry->dma_bufs))
		return false;
	is_new = !entry;
	if (is_new && msg->nfds > 0)
		entry = begin(broker, session);
	if (!entry)
		return false;
	if (!update(granted, entry, guest, msg)) {
		if (is_new)
			entry_destroy(entry);
		return false;
	}
	/* The news that it is over may have crossed. */
	if (session && session->live)
		entry->camera = session->camera;
	else if (entry->camera)
		granted_review(broker);
	else
		leave_camera(entry);
	return true;
}

void granted_remove(struct broker *broker, const struct guest *guest,
		    uint64_t serial)
{
	struct entry *entry = find(&broker->granted, guest->domid, serial);

	if (entry && !entry->lost)
		entry_destroy(entry);
}

void granted_process_gone(struct broker *broker, struct guest *guest)
{
	struct entry *entry, *tmp;

	list_for_each(entry, tmp, &broker->granted.list, link) {
		if (entry->domid == guest->domid)
			entry->lost = true;
	}
	count_lost(broker, guest);
	if (guest->lost && log_allowed(&guest->log))
		log_info("guest %s: its process is gone, and the guest may "
			 "still see %" PRIu64 " bytes of cameras' slots",
			 guest->id.name, guest->lost);
	granted_review(broker);
}

void granted_camera_gone(struct broker *broker, const struct camera *camera)
{
	memory_is_another(broker, camera);
	count_all_lost(broker);
}

void granted_evict(struct broker *broker, const struct session *session)
{
	struct entry *entry = find(&broker->granted, session_domid(session),
				   session->serial);

	if (entry)
		entry->evicted = true;
}

unsigned int granted_evict_guest(struct broker *broker,
				 const struct guest *guest,
				 const struct camera *camera)
{
	struct entry *entry, *tmp;
	unsigned int count = 0;

	list_for_each(entry, tmp, &broker->granted.list, link) {
		if (entry->domid != guest->domid || entry->evicted ||
		    !entry->camera ||
		    (camera && entry->camera != camera))
			continue;
		entry->evicted = true;
		count++;
	}
	return count;
}
