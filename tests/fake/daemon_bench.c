// SPDX-License-Identifier: GPL-2.0-only
#include "daemon_bench.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/log.h"
#include "daemon/spawn.h"
#include "dma_buf_fake.h"
#include "ipc/link.h"

#define TAG 77

static struct config_camera cameras[] = {
	{ .name = (char *)"rear", .source = (char *)"/dev/video0", .slots = 8 },
	{ .name = (char *)"left", .source = (char *)"pattern:64x48",
	  .slots = 8 },
};

int bench_begin(void **state)
{
	static struct bench bench;

	log_init("vmediad", LOG_ERROR);
	fake_xs_reset();
	memset(&bench, 0, sizeof(bench));
	bench.base = event_base_new();
	assert_non_null(bench.base);
	assert_int_equal(spawner_create(bench.base, &bench.spawner), 0);
	bench.config = (struct config){
		.log_level = LOG_ERROR,
		.limits.limit[QUOTA_SESSIONS] = 2,
		.cameras = cameras,
		.num_cameras = 2,
		.every_domain = true,
	};
	*state = &bench;
	return 0;
}

int bench_end(void **state)
{
	struct bench *bench = *state;

	broker_destroy(bench->broker);
	spawner_destroy(bench->spawner);
	event_base_free(bench->base);
	return 0;
}

static char *copy_text(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void *copy_array(const void *array, unsigned int count, size_t size)
{
	void *copy;

	if (count == 0)
		return NULL;
	copy = calloc(count, size);
	assert_non_null(copy);
	return memcpy(copy, array, count * size);
}

static void copy_domain(struct config_domain *domain)
{
	domain->name = copy_text(domain->name);
	domain->uuid = copy_text(domain->uuid);
	domain->cameras = copy_array(domain->cameras, domain->num_cameras,
				     sizeof(*domain->cameras));
	for (unsigned int i = 0; i < domain->num_cameras; i++)
		domain->cameras[i] = copy_text(domain->cameras[i]);
}

/* What vmediad gets is its own, so that one that keeps a pointer into an old
 * configuration is found out. */
static int load(void *owner, struct config **out)
{
	const struct bench *bench = owner;
	struct config *config;

	if (bench->config_is_wrong) {
		log_error("vmediad.cfg:3: `cameras` is a list");
		return -EINVAL;
	}
	config = copy_array(&bench->config, 1, sizeof(*config));
	config->cameras = copy_array(config->cameras, config->num_cameras,
				     sizeof(*config->cameras));
	for (unsigned int i = 0; i < config->num_cameras; i++) {
		config->cameras[i].name = copy_text(config->cameras[i].name);
		config->cameras[i].source =
			copy_text(config->cameras[i].source);
		config->cameras[i].primary =
			copy_text(config->cameras[i].primary);
	}
	config->domains = copy_array(config->domains, config->num_domains,
				     sizeof(*config->domains));
	for (unsigned int i = 0; i < config->num_domains; i++)
		copy_domain(&config->domains[i]);
	config->controls = copy_array(config->controls, config->num_controls,
				      sizeof(*config->controls));
	for (unsigned int i = 0; i < config->num_controls; i++) {
		config->controls[i].domain =
			copy_text(config->controls[i].domain);
		config->controls[i].camera =
			copy_text(config->controls[i].camera);
	}
	*out = config;
	return 0;
}

void bench_start(struct bench *bench)
{
	struct broker_setup setup = {
		.load = load,
		.load_owner = bench,
		.base = bench->base,
		.spawner = bench->spawner,
		.guest_program = "vmedia-guest",
		.camera_program = "vmedia-camera",
	};

	assert_int_equal(broker_create(&setup, &bench->broker), 0);
	bench->broker->guest_host.backoff.first = 1;
	bench->broker->guest_host.backoff.longest = 1;
	bench->broker->guest_host.stop_ms = 50;
	bench->broker->camera_host.backoff.first = 1;
	bench->broker->camera_host.backoff.longest = 1;
	bench->broker->granted.grace_ms = 20;
	bench_settle(bench);
}

void bench_kill(struct bench *bench)
{
	broker_destroy(bench->broker);
	bench->broker = NULL;
	spawner_destroy(bench->spawner);
	assert_int_equal(spawner_create(bench->base, &bench->spawner), 0);
}

void bench_settle(struct bench *bench)
{
	/* What one event causes is an event of the next round. */
	for (int i = 0; i < 20; i++)
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
}

static void on_time(evutil_socket_t fd, short what, void *data)
{
	event_base_loopbreak(data);
}

void bench_wait(struct bench *bench, unsigned int ms)
{
	struct timeval delay = { ms / 1000, ms % 1000 * 1000 };

	event_base_once(bench->base, -1, EV_TIMEOUT, on_time, bench->base,
			&delay);
	event_base_dispatch(bench->base);
	bench_settle(bench);
}

void bench_domain(struct bench *bench, unsigned int domid, unsigned int devices)
{
	char path[64], value[64];

	fake_xs_domain(domid, true);
	snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
	snprintf(value, sizeof(value), "guest-%u", domid);
	fake_xs_set(path, value);
	snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
	snprintf(value, sizeof(value),
		 "/vm/00000000-0000-0000-0000-%012u", domid);
	fake_xs_set(path, value);
	for (unsigned int i = 0; i < devices; i++)
		fake_xs_device(domid, i);
	bench_settle(bench);
}

struct child *bench_guest(unsigned int domid)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", domid);
	return fake_child_find("--domid", text);
}

struct child *bench_camera(const char *name)
{
	return fake_child_find("--name", name);
}

struct child *bench_list(void)
{
	return fake_child_find("vmedia-camera", "--list");
}

void bench_live(struct bench *bench, unsigned int domid, unsigned int devid,
		unsigned int ioreq_server)
{
	struct guest_live live = {
		.hdr.type = GUEST_LIVE,
		.devid = devid,
		.ioreq_server = ioreq_server,
	};

	fake_child_send(bench_guest(domid), &live, sizeof(live));
	bench_settle(bench);
}

void bench_present(struct bench *bench, const char *name, const char *card)
{
	struct camera_state state = {
		.hdr.type = CAMERA_STATE,
		.identity.present = 1,
		.identity.shared = 1,
		.identity.device_caps = 0x04200001,
	};

	snprintf(state.identity.card, sizeof(state.identity.card), "%s", card);
	fake_child_send(bench_camera(name), &state, sizeof(state));
	bench_settle(bench);
}

void bench_start_with_a_guest(struct bench *bench)
{
	bench_start(bench);
	bench_domain(bench, 1, 1);
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

int bench_next(struct child *child, uint32_t type, void *message, size_t size)
{
	union {
		struct daemon_header hdr;
		char bytes[4096];
	} next;
	int fd, len;

	for (;;) {
		len = fake_child_receive(child, &next, sizeof(next), &fd);
		assert_true(len >= (int)sizeof(next.hdr));
		if (next.hdr.type == type)
			break;
		if (fd >= 0)
			close(fd);
	}
	assert_int_equal(len, size);
	memcpy(message, &next, size);
	return fd;
}

unsigned int bench_open(struct bench *bench, unsigned int domid,
			unsigned int devid, uint64_t *serial, int *fd)
{
	struct guest_open open = {
		.hdr.type = GUEST_OPEN,
		.tag = TAG,
		.devid = devid,
	};
	struct guest_session answer;

	fake_child_send(bench_guest(domid), &open, sizeof(open));
	bench_settle(bench);
	*fd = bench_next(bench_guest(domid), GUEST_SESSION, &answer,
			 sizeof(answer));
	assert_int_equal(answer.tag, TAG);
	*serial = answer.serial;
	return answer.error;
}

void bench_start_with_guests(struct bench *bench, unsigned int count)
{
	bench_start(bench);
	bench_present(bench, "rear", "Rear");
	bench_present(bench, "left", "Left");
	for (unsigned int domid = 1; domid <= count; domid++) {
		bench_domain(bench, domid, 1);
		bench_live(bench, domid, 0, 3);
	}
}

unsigned int bench_try_open(struct bench *bench, unsigned int domid)
{
	uint64_t serial;
	int fd;
	const unsigned int error = bench_open(bench, domid, 0, &serial, &fd);

	if (fd >= 0)
		close(fd);
	return error;
}

uint64_t bench_must_open(struct bench *bench, unsigned int domid)
{
	uint64_t serial;
	int fd;

	assert_int_equal(bench_open(bench, domid, 0, &serial, &fd), 0);
	close(fd);
	return serial;
}

void bench_close(struct bench *bench, unsigned int domid, uint64_t serial)
{
	struct guest_closed closed = {
		.hdr.type = GUEST_CLOSED,
		.serial = serial,
	};

	fake_child_send(bench_guest(domid), &closed, sizeof(closed));
	bench_settle(bench);
}

void bench_grant(struct bench *bench, unsigned int domid, uint64_t serial,
		 uint64_t bytes, unsigned int count)
{
	const struct guest_granted granted = {
		.hdr.type = GUEST_GRANTED,
		.serial = serial,
		.bytes = bytes,
	};
	int fds[LINK_MAX_FDS];

	assert_true(count <= LINK_MAX_FDS);
	for (unsigned int i = 0; i < count; i++)
		fds[i] = fake_dma_buf(bytes / count);
	fake_child_send_fds(bench_guest(domid), &granted, sizeof(granted), fds,
			    count);
	for (unsigned int i = 0; i < count; i++)
		close(fds[i]);
	bench_settle(bench);
}

void bench_lets_go(struct bench *bench, unsigned int domid, uint64_t serial)
{
	const struct guest_granted message = {
		.hdr.type = GUEST_UNGRANTED,
		.serial = serial,
	};

	fake_child_send(bench_guest(domid), &message, sizeof(message));
	bench_settle(bench);
}

void bench_guest_dies(struct bench *bench, unsigned int domid)
{
	fake_child_end(bench_guest(domid), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
}

void bench_evict(struct bench *bench, unsigned int domid)
{
	broker_evict_guest(bench->broker, bench_find(bench, domid), NULL);
	bench_settle(bench);
}

void bench_camera_closes(struct bench *bench, const char *name,
			 uint64_t serial)
{
	struct camera_closed closed = {
		.hdr.type = CAMERA_CLOSED,
		.serial = serial,
	};

	fake_child_send(bench_camera(name), &closed, sizeof(closed));
	bench_settle(bench);
}

uint64_t bench_capture(struct bench *bench)
{
	uint32_t caps;
	int fd;

	if (broker_capture(bench->broker, "rear", &caps, &fd) < 0)
		return 0;
	close(fd);
	return bench->broker->sessions.last_serial;
}

unsigned int bench_admit(struct bench *bench, uint64_t serial, uint64_t bytes)
{
	struct camera_bandwidth admit = {
		.hdr.type = CAMERA_ADMIT,
		.serial = serial,
		.bytes = bytes,
	};
	struct camera_admitted answer;

	fake_child_send(bench_camera("rear"), &admit, sizeof(admit));
	bench_settle(bench);
	bench_next(bench_camera("rear"), CAMERA_ADMITTED, &answer,
		   sizeof(answer));
	assert_int_equal(answer.serial, serial);
	return answer.error;
}

struct guest *bench_find(struct bench *bench, unsigned int domid)
{
	char who[16];
	struct guest *guest;

	snprintf(who, sizeof(who), "%u", domid);
	guest = broker_find_guest(bench->broker, who);
	assert_non_null(guest);
	return guest;
}

void bench_flood(struct bench *bench, const void *message, size_t size)
{
	struct child *child = bench_guest(1);

	for (int i = 0; i < 6400 && !fake_child_killed(child); i++) {
		fake_child_send(child, message, size);
		if (i % 64 < 63)
			continue;
		bench_settle(bench);
		bench_drop(child);
		if (i < 1024)
			assert_false(fake_child_killed(child));
	}
	assert_true(fake_child_killed(child));
}

bool bench_was_told(struct child *child, uint32_t type)
{
	union {
		struct daemon_header hdr;
		char bytes[4096];
	} message;
	bool found = false;
	int fd;

	while (fake_child_receive(child, &message, sizeof(message), &fd) > 0) {
		found = found || message.hdr.type == type;
		if (fd >= 0)
			close(fd);
	}
	return found;
}

void bench_drop(struct child *child)
{
	bench_was_told(child, 0);
}

void bench_log_begin(struct bench *bench, enum log_level level)
{
	bench->log = memfd_create("log", MFD_CLOEXEC);
	assert_true(bench->log >= 0);
	bench->saved_stderr = dup(STDERR_FILENO);
	dup2(bench->log, STDERR_FILENO);
	log_init("vmediad", level);
}

void bench_log_end(struct bench *bench, char *text, size_t size)
{
	ssize_t len;

	dup2(bench->saved_stderr, STDERR_FILENO);
	close(bench->saved_stderr);
	log_init("vmediad", LOG_ERROR);
	len = pread(bench->log, text, size - 1, 0);
	assert_true(len >= 0);
	text[len] = '\0';
	close(bench->log);
}
