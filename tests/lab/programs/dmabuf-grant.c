// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmabuf-grant - in dom0: grants a buffer of a capture node to a guest, through
 * a dma-buf and gntdev.
 *
 *	dmabuf-grant DEVICE DOMID STEP...
 *
 * The STEPs, besides those of steps.h, which says how they are told:
 *
 *	fill:SEED	bytes that are others for each SEED, into all of the buffer
 *	sum	of its bytes, as grant-map has it
 *	grant, grant-ro: IMP_TO_REFS, IMP_TO_REFS_RO
 *	refs:FILE	writes the references into a file
 *	release, try-release: IMP_RELEASE, IMP_TRY_RELEASE
 *
 * Buffer and grants are given back when it ends, or is killed.
 */
#include <err.h>
#include <linux/videodev2.h>
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

/* dom0-backend/linux */
#ifndef IOCTL_GNTDEV_DMABUF_IMP_TO_REFS_RO
#define IOCTL_GNTDEV_DMABUF_IMP_TO_REFS_RO \
	_IOC(_IOC_NONE, 'G', 13, sizeof(struct ioctl_gntdev_dmabuf_imp_to_refs))
#define IOCTL_GNTDEV_DMABUF_IMP_TRY_RELEASE \
	_IOC(_IOC_NONE, 'G', 14, sizeof(struct ioctl_gntdev_dmabuf_imp_release))
#endif

/**
 * struct state - a buffer, and its grants
 * @camera: the capture node
 * @dmabuf: its first buffer
 * @gntdev: what grants it
 * @bytes: the buffer, mapped
 * @size: in bytes, whole pages
 * @grants: for whom, and the references
 */
struct state {
	int camera;
	int dmabuf;
	int gntdev;
	uint8_t *bytes;
	size_t size;
	struct ioctl_gntdev_dmabuf_imp_to_refs *grants;
};

static void do_fill(struct state *state, const char *value)
{
	uint32_t word = (uint32_t)strtoul(value, NULL, 10);

	for (size_t i = 0; i < state->size; i++) {
		word = word * 1664525 + 1013904223;
		state->bytes[i] = (uint8_t)(word >> 24);
	}
	puts("ok");
}

static void do_sum(struct state *state, const char *value)
{
	(void)value;
	printf("%llx\n", (unsigned long long)lab_sum(state->bytes, state->size));
}

static void do_grant(struct state *state, const char *value)
{
	(void)value;
	tell(ioctl(state->gntdev, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, state->grants));
}

static void do_grant_ro(struct state *state, const char *value)
{
	(void)value;
	tell(ioctl(state->gntdev, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS_RO,
		   state->grants));
}

static void do_refs(struct state *state, const char *value)
{
	FILE *file = fopen(value, "w");

	if (!file) {
		tell(-1);
		return;
	}
	for (uint32_t i = 0; i < state->grants->count; i++)
		fprintf(file, "%u\n", state->grants->refs[i]);
	tell(fclose(file));
}

static void release(struct state *state, unsigned long request)
{
	struct ioctl_gntdev_dmabuf_imp_release release = {
		.fd = (uint32_t)state->dmabuf,
	};

	tell(ioctl(state->gntdev, request, &release));
}

static void do_release(struct state *state, const char *value)
{
	(void)value;
	release(state, IOCTL_GNTDEV_DMABUF_IMP_RELEASE);
}

static void do_try_release(struct state *state, const char *value)
{
	(void)value;
	release(state, IOCTL_GNTDEV_DMABUF_IMP_TRY_RELEASE);
}

static const struct step steps[] = {
	{ "fill", do_fill, true },
	{ "sum", do_sum, false },
	{ "grant", do_grant, false },
	{ "grant-ro", do_grant_ro, false },
	{ "refs", do_refs, true },
	{ "release", do_release, false },
	{ "try-release", do_try_release, false },
};

static void must(int fd, unsigned long request, void *argument, const char *what)
{
	if (ioctl(fd, request, argument) < 0)
		err(1, "%s", what);
}

/* The first of the node's buffers: mapped, and as a dma-buf. */
static void get_buffer(struct state *state)
{
	struct v4l2_requestbuffers req = {
		.count = 1,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct v4l2_buffer buf = { .type = req.type, .memory = req.memory };
	struct v4l2_exportbuffer export = { .type = req.type, .flags = O_CLOEXEC };

	must(state->camera, VIDIOC_REQBUFS, &req, "REQBUFS");
	must(state->camera, VIDIOC_QUERYBUF, &buf, "QUERYBUF");
	must(state->camera, VIDIOC_EXPBUF, &export, "EXPBUF");
	state->dmabuf = export.fd;
	state->size = (buf.length + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
	state->bytes = mmap(NULL, state->size, PROT_READ | PROT_WRITE, MAP_SHARED,
			    state->camera, buf.m.offset);
	if (state->bytes == MAP_FAILED)
		err(1, "mmap");
}

static void prepare_grants(struct state *state, uint32_t domid)
{
	uint32_t count = (uint32_t)(state->size / PAGE_SIZE);

	state->grants = calloc(1, offsetof(struct ioctl_gntdev_dmabuf_imp_to_refs,
					   refs[count]));
	if (!state->grants)
		err(1, "no memory");
	state->grants->fd = (uint32_t)state->dmabuf;
	state->grants->count = count;
	state->grants->domid = domid;
}

int main(int argc, char **argv)
{
	struct state state;

	if (argc < 4)
		errx(2, "usage: dmabuf-grant DEVICE DOMID STEP...");
	state.camera = open(argv[1], O_RDWR | O_CLOEXEC);
	if (state.camera < 0)
		err(1, "%s", argv[1]);
	state.gntdev = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
	if (state.gntdev < 0)
		err(1, "gntdev");
	get_buffer(&state);
	prepare_grants(&state, (uint32_t)strtoul(argv[2], NULL, 10));
	return do_steps(&state, steps, sizeof(steps) / sizeof(steps[0]), argv + 3);
}
