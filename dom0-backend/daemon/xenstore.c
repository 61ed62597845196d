// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/xenstore.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#include "base/log.h"
#include "base/util.h"

/* Relative: xenstored takes it as below our own domain's directory. */
#define NODES "backend/virtio"
#define TOKEN "vmediad"

/* As long as a path may be */
#define MAX_PATH 256

/* A transaction that loses so often is not the one to be tried again. */
#define MAX_TRIES 100

struct store {
	struct xs_handle *xs;
	struct event *readable;
	const struct store_ops *ops;
	void *owner;
};

/* libxenstore sets errno, but not if it is short of memory here and there. */
static int failure(void)
{
	return errno ? -errno : -EIO;
}

static int read_key(struct store *store, xs_transaction_t t, const char *path,
		    char *out, size_t size)
{
	unsigned int len;
	char *value = xs_read(store->xs, t, path, &len);

	if (!value)
		return failure();
	snprintf(out, size, "%s", value);
	free(value);
	return 0;
}

static int write_key(struct store *store, xs_transaction_t t, const char *node,
		     const char *key, const char *value)
{
	char path[MAX_PATH];

	snprintf(path, sizeof(path), "%s/%s", node, key);
	if (!xs_write(store->xs, t, path, value, strlen(value)))
		return failure();
	return 0;
}

static void node_path(char *path, size_t size, unsigned int domid,
		      unsigned int devid)
{
	snprintf(path, size, NODES "/%u/%u", domid, devid);
}

/* An absent key is "": whether it may be absent is for node_check() to say. */
static int read_keys(struct store *store, xs_transaction_t t, const char *node,
		     struct node_text *text)
{
	const struct {
		const char *key;
		char *out;
		size_t size;
	} keys[] = {
		{ "type", text->type, sizeof(text->type) },
		{ "transport", text->transport, sizeof(text->transport) },
		{ "base", text->base, sizeof(text->base) },
		{ "irq", text->irq, sizeof(text->irq) },
		{ "frontend-id", text->frontend_id, sizeof(text->frontend_id) },
		{ "state", text->state, sizeof(text->state) },
		{ "online", text->online, sizeof(text->online) },
		{ "grant_usage", text->grant_usage, sizeof(text->grant_usage) },
		{ "ioreq-server", text->ioreq_server,
		  sizeof(text->ioreq_server) },
	};
	char path[MAX_PATH];
	bool any = false;
	int ret;

	memset(text, 0, sizeof(*text));
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		snprintf(path, sizeof(path), "%s/%s", node, keys[i].key);
		ret = read_key(store, t, path, keys[i].out, keys[i].size);
		if (ret < 0 && ret != -ENOENT)
			return ret;
		any = any || ret == 0;
	}
	return any ? 0 : -ENOENT;
}

/*
 * Run @work in a transaction until it goes through undisturbed. Its result is
 * the result; only if it is 0 has anything been written.
 */
static int transact(struct store *store,
		    int (*work)(struct store *store, xs_transaction_t t,
				const char *node, void *data),
		    const char *node, void *data)
{
	xs_transaction_t t;
	int ret;

	for (int i = 0; i < MAX_TRIES; i++) {
		t = xs_transaction_start(store->xs);
		if (t == XBT_NULL)
			return failure();
		ret = work(store, t, node, data);
		if (xs_transaction_end(store->xs, t, ret < 0))
			return ret;
		if (errno != EAGAIN)
			return ret < 0 ? ret : failure();
	}
	return -EAGAIN;
}

static int read_node(struct store *store, xs_transaction_t t, const char *node,
		     void *data)
{
	return read_keys(store, t, node, data);
}

int store_read_node(struct store *store, unsigned int domid,
		    unsigned int devid, struct node_text *out)
{
	char node[MAX_PATH];

	node_path(node, sizeof(node), domid, devid);
	return transact(store, read_node, node, out);
}

/*
 * Connected, not InitWait: libxl asks for InitWait only where `xl devd` runs,
 * in a driver domain, and an IOREQ server can only be in dom0. For libxl any
 * state but Closed is the same; people and our successor see that it is live.
 */
static int write_live(struct store *store, xs_transaction_t t,
		      const char *node, void *data)
{
	const unsigned int *ioreq_server = data;
	struct node_text text;
	char id[16];
	int ret;

	ret = read_keys(store, t, node, &text);
	if (ret < 0)
		return ret;
	if (node_is_offline(&text) || strcmp(text.state, "6") == 0)
		return -ESTALE;
	snprintf(id, sizeof(id), "%u", *ioreq_server);
	ret = write_key(store, t, node, "ioreq-server", id);
	if (ret == 0)
		ret = write_key(store, t, node, "state", "4");
	return ret;
}

int store_node_live(struct store *store, unsigned int domid,
		    unsigned int devid, unsigned int ioreq_server)
{
	char node[MAX_PATH];

	node_path(node, sizeof(node), domid, devid);
	return transact(store, write_live, node, &ioreq_server);
}

/* libxl looks at no node that has no state: it is as good as gone. */
static int write_closed(struct store *store, xs_transaction_t t,
			const char *node, void *data)
{
	char path[MAX_PATH], state[16];
	int ret;

	snprintf(path, sizeof(path), "%s/state", node);
	ret = read_key(store, t, path, state, sizeof(state));
	if (ret < 0)
		return ret;
	if (strcmp(state, "6") == 0)
		return 0;
	return write_key(store, t, node, "state", "6");
}

int store_node_closed(struct store *store, unsigned int domid,
		      unsigned int devid)
{
	char node[MAX_PATH];

	node_path(node, sizeof(node), domid, devid);
	return transact(store, write_closed, node, NULL);
}

int store_read_domain(struct store *store, unsigned int domid,
		      struct domain_identity *out)
{
	char path[MAX_PATH], vm[MAX_PATH];
	int ret;

	memset(out, 0, sizeof(*out));
	snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
	ret = read_key(store, XBT_NULL, path, out->name, sizeof(out->name));
	if (ret < 0)
		return ret;
	/* "/vm/UUID" */
	snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
	ret = read_key(store, XBT_NULL, path, vm, sizeof(vm));
	if (ret < 0)
		return ret;
	if (strncmp(vm, "/vm/", 4) == 0)
		snprintf(out->uuid, sizeof(out->uuid), "%.36s", vm + 4);
	return 0;
}

bool store_domain_lives(struct store *store, unsigned int domid)
{
	return xs_is_domain_introduced(store->xs, domid);
}

static int by_number(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a;
	unsigned int y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

/* The entries of @path that are numbers, sorted; none if it is not there. */
static int read_numbers(struct store *store, const char *path,
			unsigned int **out, unsigned int *count)
{
	unsigned int found, *numbers;
	char **names, *end;

	*count = 0;
	*out = NULL;
	names = xs_directory(store->xs, XBT_NULL, path, &found);
	if (!names)
		return errno == ENOENT ? 0 : failure();
	numbers = calloc(found + 1, sizeof(*numbers));
	for (unsigned int i = 0; i < found && numbers; i++) {
		numbers[*count] = strtoul(names[i], &end, 10);
		if (*names[i] && !*end)
			(*count)++;
	}
	free(names);
	if (!numbers)
		return -ENOMEM;
	qsort(numbers, *count, sizeof(*numbers), by_number);
	*out = numbers;
	return 0;
}

static int scan_domain(struct store *store, unsigned int domid,
		       void (*found)(void *owner, unsigned int domid,
				     unsigned int devid),
		       void *owner)
{
	unsigned int *devids, count;
	char path[MAX_PATH];
	int ret;

	snprintf(path, sizeof(path), NODES "/%u", domid);
	ret = read_numbers(store, path, &devids, &count);
	for (unsigned int i = 0; i < count; i++)
		found(owner, domid, devids[i]);
	free(devids);
	return ret;
}

int store_scan(struct store *store,
	       void (*found)(void *owner, unsigned int domid,
			     unsigned int devid),
	       void *owner)
{
	unsigned int *domids, count;
	int ret;

	ret = read_numbers(store, NODES, &domids, &count);
	for (unsigned int i = 0; i < count && ret == 0; i++)
		ret = scan_domain(store, domids[i], found, owner);
	free(domids);
	return ret;
}

/* All that has happened is one change: what to do about it is found by
 * looking, so it does not matter that several events say the same. */
static void on_readable(evutil_socket_t fd, short what, void *data)
{
	struct store *store = data;
	bool changed = false;
	char **event;

	while ((event = xs_check_watch(store->xs))) {
		free(event);
		changed = true;
	}
	if (errno != EAGAIN) {
		log_error("the connection to xenstored is lost: %s",
			  strerror(errno));
		event_del(store->readable);
		store->ops->lost(store->owner);
	} else if (changed) {
		store->ops->changed(store->owner);
	}
}

int store_open(struct event_base *base, const struct store_ops *ops,
	       void *owner, struct store **out)
{
	struct store *store = calloc(1, sizeof(*store));
	int ret = -ENOMEM;

	if (!store)
		return -ENOMEM;
	store->ops = ops;
	store->owner = owner;
	store->xs = xs_open(0);
	if (!store->xs) {
		ret = failure();
		goto err_close;
	}
	if (!xs_watch(store->xs, NODES, TOKEN) ||
	    !xs_watch(store->xs, "@releaseDomain", TOKEN)) {
		ret = failure();
		goto err_close;
	}
	store->readable = event_new(base, xs_fileno(store->xs),
				    EV_READ | EV_PERSIST, on_readable, store);
	if (!store->readable || event_add(store->readable, NULL) < 0)
		goto err_close;
	*out = store;
	return 0;

err_close:
	store_close(store);
	return ret;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->readable)
		event_free(store->readable);
	if (store->xs)
		xs_close(store->xs);
	free(store);
}
