// SPDX-License-Identifier: GPL-2.0-only
#include "xs_fake.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <xenstore.h>

#define MAX_KEYS 256
#define MAX_DOMAINS 16
#define HOME "/local/domain/0/"
#define NODES HOME "backend/virtio/"

struct key {
	char path[128];
	char value[128];
};

struct tree {
	struct key keys[MAX_KEYS];
	unsigned int count;
	unsigned int generation;
};

struct xs_handle {
	char watches[8][64];
	unsigned int num_watches;
	unsigned int events; /* fired and not yet taken */
	int fd;
};

static struct tree store;
static struct tree transaction;
static bool in_transaction;
static char pending[512]; /* the transaction's part of the log */
static char written[4096];
static bool domains[MAX_DOMAINS];
static void (*interfering)(void);
static struct xs_handle *the_handle;

static void absolute(char *out, size_t size, const char *path)
{
	snprintf(out, size, "%s%s", *path == '/' ? "" : HOME, path);
}

static struct key *find(struct tree *tree, const char *path)
{
	char full[128];

	absolute(full, sizeof(full), path);
	for (unsigned int i = 0; i < tree->count; i++) {
		if (strcmp(tree->keys[i].path, full) == 0)
			return &tree->keys[i];
	}
	return NULL;
}

static void put(struct tree *tree, const char *path, const char *value)
{
	struct key *key = find(tree, path);

	if (!key) {
		assert(tree->count < MAX_KEYS);
		key = &tree->keys[tree->count++];
		absolute(key->path, sizeof(key->path), path);
	}
	snprintf(key->value, sizeof(key->value), "%s", value);
	tree->generation++;
}

static bool is_below(const char *path, const char *parent)
{
	size_t len = strlen(parent);

	return strncmp(path, parent, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

static void fire(const char *path)
{
	uint64_t one = 1;
	char watched[128], full[128];

	if (!the_handle)
		return;
	absolute(full, sizeof(full), path);
	for (unsigned int i = 0; i < the_handle->num_watches; i++) {
		absolute(watched, sizeof(watched), the_handle->watches[i]);
		if (!is_below(full, watched) && !is_below(watched, full))
			continue;
		the_handle->events++;
		assert(write(the_handle->fd, &one, sizeof(one)) > 0);
	}
}

void fake_xs_reset(void)
{
	memset(&store, 0, sizeof(store));
	memset(domains, 0, sizeof(domains));
	written[0] = '\0';
	interfering = NULL;
	in_transaction = false;
}

void fake_xs_set(const char *path, const char *value)
{
	put(&store, path, value);
	fire(path);
}

void fake_xs_remove(const char *path)
{
	unsigned int kept = 0;
	char full[128];

	absolute(full, sizeof(full), path);
	for (unsigned int i = 0; i < store.count; i++) {
		if (!is_below(store.keys[i].path, full))
			store.keys[kept++] = store.keys[i];
	}
	store.count = kept;
	store.generation++;
	fire(path);
}

const char *fake_xs_get(const char *path)
{
	struct key *key = find(&store, path);

	return key ? key->value : NULL;
}

void fake_xs_domain(unsigned int domid, bool alive)
{
	assert(domid < MAX_DOMAINS);
	domains[domid] = alive;
	fire(alive ? "@introduceDomain" : "@releaseDomain");
}

static void node_key(char *path, size_t size, unsigned int domid,
		     unsigned int devid, const char *key)
{
	snprintf(path, size, "backend/virtio/%u/%u%s%s", domid, devid,
		 *key ? "/" : "", key);
}

static void set_node(unsigned int domid, unsigned int devid, const char *key,
		     const char *value)
{
	char path[128];

	node_key(path, sizeof(path), domid, devid, key);
	fake_xs_set(path, value);
}

void fake_xs_device(unsigned int domid, unsigned int devid)
{
	char base[32], irq[32], id[32];

	snprintf(base, sizeof(base), "0x%x", 0x2000000 + devid * 0x200);
	snprintf(irq, sizeof(irq), "%u", 33 + devid);
	snprintf(id, sizeof(id), "%u", domid);
	set_node(domid, devid, "frontend-id", id);
	set_node(domid, devid, "online", "1");
	set_node(domid, devid, "state", "1");
	set_node(domid, devid, "irq", irq);
	set_node(domid, devid, "base", base);
	set_node(domid, devid, "type", "virtio,device30");
	set_node(domid, devid, "transport", "mmio");
	set_node(domid, devid, "grant_usage", "0");
}

void fake_xs_device_by_grants(unsigned int domid, unsigned int devid)
{
	fake_xs_device(domid, devid);
	set_node(domid, devid, "grant_usage", "1");
}

void fake_xs_unplug(unsigned int domid, unsigned int devid)
{
	set_node(domid, devid, "online", "0");
	if (strcmp(fake_xs_state(domid, devid), "6") != 0)
		set_node(domid, devid, "state", "5");
}

const char *fake_xs_state(unsigned int domid, unsigned int devid)
{
	const char *value;
	char path[128];

	node_key(path, sizeof(path), domid, devid, "state");
	value = fake_xs_get(path);
	return value ? value : "";
}

void fake_xs_before_commit(void (*interfere)(void))
{
	interfering = interfere;
}

const char *fake_xs_written(void)
{
	return written;
}

struct xs_handle *xs_open(unsigned long flags)
{
	assert(!the_handle);
	the_handle = calloc(1, sizeof(*the_handle));
	assert(the_handle);
	the_handle->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	assert(the_handle->fd >= 0);
	return the_handle;
}

void xs_close(struct xs_handle *xs)
{
	close(xs->fd);
	free(xs);
	the_handle = NULL;
}

bool xs_watch(struct xs_handle *xs, const char *path, const char *token)
{
	assert(xs->num_watches < 8);
	snprintf(xs->watches[xs->num_watches++], 64, "%s", path);
	fire(path);
	return true;
}

int xs_fileno(struct xs_handle *xs)
{
	return xs->fd;
}

/* One block of memory, as libxenstore gives it. */
char **xs_check_watch(struct xs_handle *xs)
{
	uint64_t count;
	char **event;

	if (xs->events == 0) {
		if (read(xs->fd, &count, sizeof(count)) < 0)
			assert(errno == EAGAIN);
		errno = EAGAIN;
		return NULL;
	}
	xs->events--;
	event = calloc(3, sizeof(*event));
	assert(event);
	return event;
}

static struct tree *tree_of(xs_transaction_t t)
{
	assert(t == XBT_NULL || in_transaction);
	return t == XBT_NULL ? &store : &transaction;
}

void *xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
	      unsigned int *len)
{
	struct key *key = find(tree_of(t), path);
	char *value;

	if (!key) {
		errno = ENOENT;
		return NULL;
	}
	value = strdup(key->value);
	assert(value);
	*len = strlen(value);
	return value;
}

bool xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path,
	      const void *data, unsigned int len)
{
	unsigned int domid, devid;
	char key[32], value[32], full[128];
	size_t used = strlen(pending);

	assert(t != XBT_NULL);
	absolute(full, sizeof(full), path);
	assert(sscanf(full, NODES "%u/%u/%31s", &domid, &devid, key) == 3);
	assert(strcmp(key, "state") == 0 || strcmp(key, "ioreq-server") == 0);
	snprintf(value, sizeof(value), "%.*s", (int)len, (const char *)data);
	put(tree_of(t), full, value);
	snprintf(pending + used, sizeof(pending) - used, "%u/%u/%s=%s ", domid,
		 devid, key, value);
	return true;
}

static bool add_entry(char **names, unsigned int *count, const char *name,
		      size_t len)
{
	for (unsigned int i = 0; i < *count; i++) {
		if (strncmp(names[i], name, len) == 0 && !names[i][len])
			return false;
	}
	names[*count] = strndup(name, len);
	assert(names[*count]);
	(*count)++;
	return true;
}

/* One block of memory, as libxenstore gives it. */
static char **pack(char **names, unsigned int count)
{
	size_t size = sizeof(char *) * (count + 1);
	char **packed, *at;

	for (unsigned int i = 0; i < count; i++)
		size += strlen(names[i]) + 1;
	packed = calloc(1, size);
	assert(packed);
	at = (char *)(packed + count + 1);
	for (unsigned int i = 0; i < count; i++) {
		packed[i] = at;
		at = stpcpy(at, names[i]) + 1;
		free(names[i]);
	}
	return packed;
}

char **xs_directory(struct xs_handle *xs, xs_transaction_t t, const char *path,
		    unsigned int *num)
{
	struct tree *tree = tree_of(t);
	char full[128], *names[MAX_KEYS];
	const char *name;
	size_t len;

	absolute(full, sizeof(full), path);
	len = strlen(full);
	*num = 0;
	/* From the end, for xenstored promises no order. */
	for (unsigned int i = tree->count; i-- > 0;) {
		if (!is_below(tree->keys[i].path, full))
			continue;
		name = tree->keys[i].path + len;
		if (*name)
			add_entry(names, num, name + 1,
				  strcspn(name + 1, "/"));
	}
	if (*num == 0) {
		errno = ENOENT;
		return NULL;
	}
	return pack(names, *num);
}

xs_transaction_t xs_transaction_start(struct xs_handle *xs)
{
	assert(!in_transaction);
	in_transaction = true;
	transaction = store;
	pending[0] = '\0';
	return 1;
}

static void commit(void)
{
	struct tree before = store;

	store = transaction;
	for (unsigned int i = 0; i < store.count; i++) {
		struct key *old = find(&before, store.keys[i].path);

		if (!old || strcmp(old->value, store.keys[i].value) != 0)
			fire(store.keys[i].path);
	}
	assert(strlen(written) + strlen(pending) < sizeof(written));
	strcat(written, pending);
}

bool xs_transaction_end(struct xs_handle *xs, xs_transaction_t t, bool abort)
{
	unsigned int generation = store.generation;
	void (*interfere)(void) = interfering;
	bool wrote = pending[0] != '\0';

	assert(in_transaction);
	if (wrote && !abort && interfere) {
		interfering = NULL;
		interfere();
	}
	in_transaction = false;
	if (abort || !wrote)
		return true;
	if (store.generation != generation) {
		errno = EAGAIN;
		return false;
	}
	commit();
	return true;
}

bool xs_is_domain_introduced(struct xs_handle *xs, unsigned int domid)
{
	assert(domid < MAX_DOMAINS);
	return domains[domid];
}
