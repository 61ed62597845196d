// SPDX-License-Identifier: GPL-2.0-only
/*
 * grant-map - in a guest: maps pages that another domain granted, as a driver
 * of good or bad intent would.
 *
 *	grant-map DOMID REFS STEP...
 *
 * REFS is a file with the grant references, white space between them; or
 * find:MAX, all below that number which it can map. The STEPs, besides those of
 * steps.h, which says how they are told:
 *
 *	writable: how many of them could be mapped writable, each for itself, and
 *		how many there are, as "N of M"
 *	map, map-writable: all of them, in this order
 *	sum	of their bytes, as dmabuf-grant has it
 *	write	changes the first byte of each page, also if they are mapped
 *		read-only: the signal that ended it, or "ok". SIGALRM: it had not
 *		come through after a second; on Arm, Xen lets it try for ever
 *	unmap
 *
 * With note: and until: it holds them as long as a scenario likes; what is
 * mapped at its end, or when it is killed, the kernel unmaps.
 */
#include <err.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* gntdev.h of Linux uses types of Xen. */
#include <xen/grant_table.h>
#include <xen/gntdev.h>

#include "../lab-sum.h"
#include "steps.h"

#define PAGE_SIZE 4096
#define MAX_REFS 32768
#define WRITE_SECONDS 1

/**
 * struct state - granted pages
 * @gntdev: what maps them
 * @grants: whose, and the references; where they are once they are mapped
 * @size: in bytes
 * @bytes: NULL while they are not mapped
 */
struct state {
	int gntdev;
	struct ioctl_gntdev_map_grant_ref *grants;
	size_t size;
	volatile uint8_t *bytes;
};

static void forget(const struct state *state)
{
	struct ioctl_gntdev_unmap_grant_ref unmap = {
		.index = state->grants->index,
		.count = state->grants->count,
	};

	ioctl(state->gntdev, IOCTL_GNTDEV_UNMAP_GRANT_REF, &unmap);
}

/* Return: MAP_FAILED, with errno. */
static void *map_grants(const struct state *state, int prot)
{
	void *bytes;
	int error;

	if (ioctl(state->gntdev, IOCTL_GNTDEV_MAP_GRANT_REF, state->grants) < 0)
		return MAP_FAILED;
	/* It is here that the hypervisor is asked. */
	bytes = mmap(NULL, state->size, prot, MAP_SHARED, state->gntdev,
		     (off_t)state->grants->index);
	if (bytes == MAP_FAILED) {
		error = errno;
		forget(state);
		errno = error;
	}
	return bytes;
}

static bool can_map(int gntdev, const struct ioctl_gntdev_grant_ref *ref,
		    int prot)
{
	struct ioctl_gntdev_map_grant_ref grants = {
		.count = 1,
		.refs = { *ref },
	};
	const struct state one = {
		.gntdev = gntdev,
		.grants = &grants,
		.size = PAGE_SIZE,
	};
	void *bytes = map_grants(&one, prot);

	if (bytes == MAP_FAILED)
		return false;
	munmap(bytes, one.size);
	forget(&one);
	return true;
}

static void do_writable(struct state *state, const char *value)
{
	const struct ioctl_gntdev_map_grant_ref *grants = state->grants;
	uint32_t writable = 0;

	(void)value;
	for (uint32_t i = 0; i < grants->count; i++)
		writable += can_map(state->gntdev, &grants->refs[i],
				    PROT_READ | PROT_WRITE);
	printf("%u of %u\n", writable, grants->count);
}

static void map(struct state *state, int prot)
{
	void *bytes;

	if (state->bytes) {
		puts("mapped already");
		return;
	}
	bytes = map_grants(state, prot);
	if (bytes == MAP_FAILED) {
		tell(-1);
		return;
	}
	state->bytes = bytes;
	puts("ok");
}

static void do_map(struct state *state, const char *value)
{
	(void)value;
	map(state, PROT_READ);
}

static void do_map_writable(struct state *state, const char *value)
{
	(void)value;
	map(state, PROT_READ | PROT_WRITE);
}

static bool is_mapped(const struct state *state)
{
	if (!state->bytes)
		puts("not mapped");
	return state->bytes;
}

static void do_sum(struct state *state, const char *value)
{
	unsigned long long sum;

	(void)value;
	if (!is_mapped(state))
		return;
	sum = lab_sum((const void *)state->bytes, state->size);
	printf("%llx\n", sum);
}

static sigjmp_buf refused;

static void on_signal(int number)
{
	siglongjmp(refused, number);
}

static void try_write(struct state *state)
{
	int number = sigsetjmp(refused, 1);

	if (number) {
		printf("SIG%s\n", sigabbrev_np(number));
		return;
	}
	for (size_t i = 0; i < state->size; i += PAGE_SIZE)
		state->bytes[i] ^= 0xff;
	puts("ok");
}

/* Our own kernel lets us: whether they are read-only only Xen knows. */
static void do_write(struct state *state, const char *value)
{
	static const int signals[] = { SIGBUS, SIGSEGV, SIGALRM };

	(void)value;
	if (!is_mapped(state))
		return;
	if (mprotect((void *)state->bytes, state->size, PROT_READ | PROT_WRITE) < 0) {
		tell(-1);
		return;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], on_signal);
	alarm(WRITE_SECONDS);
	try_write(state);
	alarm(0);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
}

static void do_unmap(struct state *state, const char *value)
{
	(void)value;
	if (!is_mapped(state))
		return;
	tell(munmap((void *)state->bytes, state->size));
	forget(state);
	state->bytes = NULL;
}

static const struct step steps[] = {
	{ "writable", do_writable, false },
	{ "map", do_map, false },
	{ "map-writable", do_map_writable, false },
	{ "sum", do_sum, false },
	{ "write", do_write, false },
	{ "unmap", do_unmap, false },
};

static void read_refs(struct state *state, uint32_t domid, const char *path)
{
	struct ioctl_gntdev_map_grant_ref *grants = state->grants;
	FILE *file = fopen(path, "r");

	if (!file)
		err(1, "%s", path);
	while (grants->count < MAX_REFS &&
	       fscanf(file, "%u", &grants->refs[grants->count].ref) == 1)
		grants->refs[grants->count++].domid = domid;
	if (!feof(file))
		errx(1, "%s: not just numbers, or too many", path);
	fclose(file);
}

static void find_refs(struct state *state, uint32_t domid, uint32_t max)
{
	struct ioctl_gntdev_map_grant_ref *grants = state->grants;
	struct ioctl_gntdev_grant_ref ref = { .domid = domid };

	for (; ref.ref < max; ref.ref++) {
		if (can_map(state->gntdev, &ref, PROT_READ))
			grants->refs[grants->count++] = ref;
	}
}

static void get_refs(struct state *state, uint32_t domid, const char *refs)
{
	uint32_t max;

	state->grants = calloc(1, offsetof(struct ioctl_gntdev_map_grant_ref,
					   refs[MAX_REFS]));
	if (!state->grants)
		err(1, "no memory");
	if (sscanf(refs, "find:%u", &max) == 1)
		find_refs(state, domid, max < MAX_REFS ? max : MAX_REFS);
	else
		read_refs(state, domid, refs);
	if (!state->grants->count)
		errx(1, "%s: no references", refs);
	state->size = (size_t)state->grants->count * PAGE_SIZE;
}

int main(int argc, char **argv)
{
	struct state state = { .bytes = NULL };

	if (argc < 4)
		errx(2, "usage: grant-map DOMID REFS STEP...");
	state.gntdev = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
	if (state.gntdev < 0)
		err(1, "gntdev");
	get_refs(&state, (uint32_t)strtoul(argv[1], NULL, 10), argv[2]);
	return do_steps(&state, steps, sizeof(steps) / sizeof(steps[0]), argv + 3);
}
