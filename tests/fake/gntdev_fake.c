// SPDX-License-Identifier: GPL-2.0-only
#include "gntdev_fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#include "xenlibs_fake.h"

/* Numbers of its ioctls, of type 'G' */
#define TO_REFS 11
#define RELEASE 12
#define TO_REFS_RO 13
#define TRY_RELEASE 14

struct to_refs {
	uint32_t fd;
	uint32_t count;
	uint32_t domid;
	uint32_t reserved;
	uint32_t refs[];
};

/* Of its argument with one reference */
#define TO_REFS_SIZE 20

struct release {
	uint32_t fd;
	uint32_t reserved;
};

struct gntdev_fake gntdev_fake;

static struct gntdev_fake *const g = &gntdev_fake;

void gntdev_fake_reset(void)
{
	*g = (struct gntdev_fake){
		.has_dmabufs = true,
		.is_patched = true,
		.imported = -1,
	};
}

static bool is_known(unsigned int nr)
{
	return g->has_dmabufs && nr >= TO_REFS &&
	       nr <= (g->is_patched ? TRY_RELEASE : RELEASE);
}

static int to_refs(struct to_refs *argument, bool readonly)
{
	assert_int_equal(argument->reserved, 0);
	g->imported = argument->fd;
	g->readonly = readonly;
	g->domid = argument->domid;
	g->count = argument->count;
	for (uint32_t i = 0; i < argument->count; i++)
		argument->refs[i] = GNTDEV_FAKE_FIRST_REF + i;
	return 0;
}

static int release(const struct release *argument, bool tries)
{
	assert_int_equal(argument->reserved, 0);
	if (g->imported < 0 || (int)argument->fd != g->imported)
		return -ENOENT;
	if (tries && g->is_mapped)
		return -EBUSY;
	g->imported = -1;
	return 0;
}

static int run(unsigned int nr, size_t size, void *argument)
{
	const bool is_release = nr == RELEASE || nr == TRY_RELEASE;
	const int error = g->error;

	if (!is_known(nr))
		return -ENOTTY;
	assert_int_equal(size, is_release ? sizeof(struct release) :
					    TO_REFS_SIZE);
	g->error = 0;
	if (error)
		return -error;
	return is_release ? release(argument, nr == TRY_RELEASE) :
			    to_refs(argument, nr == TO_REFS_RO);
}

int ioctl(int fd, unsigned long request, ...)
{
	void *argument;
	va_list args;
	int ret;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	assert_int_equal(fd, XENLIBS_GNTDEV_FD);
	assert_int_equal(_IOC_TYPE(request), 'G');
	ret = run(_IOC_NR(request), _IOC_SIZE(request), argument);
	errno = -ret;
	return ret < 0 ? -1 : 0;
}
