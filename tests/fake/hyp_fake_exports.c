// SPDX-License-Identifier: GPL-2.0-only
/* What dom0 grants, and what the guest makes of it */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "hyp_fake_priv.h"

/* No reference follows another: who counts on that shall fail. */
#define FIRST_REF 5000
#define REF_STEP 3

static struct hyp_fake *to_fake(struct hyp *hyp)
{
	return container_of(hyp, struct hyp_fake, hyp);
}

void hyp_fake_init_exports(struct hyp_fake *fake)
{
	list_init(&fake->exported);
	list_init(&fake->seen);
	fake->next_ref = FIRST_REF;
}

void hyp_fake_set_kernel(struct hyp_fake *fake, enum hyp_fake_kernel kernel)
{
	fake->kernel = kernel;
}

static int what_kernel_says(const struct hyp_fake *fake,
			    enum hyp_access_of_guest may)
{
	if (fake->kernel == HYP_FAKE_OPTIONLESS)
		return -EOPNOTSUPP;
	return fake->kernel == HYP_FAKE_STOCK && may == HYP_MAY_READ ? -EPERM :
								       0;
}

static bool has_pages(int fd, size_t count)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 &&
	       hyp_num_pages(0, stat.st_size) == count;
}

/* By its number, as gntdev finds it */
static struct exported *find_fd(struct hyp_fake *fake, int fd)
{
	struct exported *exported, *tmp;

	list_for_each(exported, tmp, &fake->exported, link) {
		if (exported->fd == fd)
			return exported;
	}
	return NULL;
}

int hyp_fake_export(struct hyp *hyp, int fd, enum hyp_access_of_guest may,
		    uint32_t *refs, size_t count)
{
	struct hyp_fake *fake = to_fake(hyp);
	struct exported *exported;
	int ret;

	if (fake->vcpu_waits)
		fail_msg("pages are granted while a vCPU waits");
	ret = hyp_fake_injected_failure(fake, HYP_FAKE_EXPORT);
	if (ret == 0)
		ret = what_kernel_says(fake, may);
	if (ret == 0 && !has_pages(fd, count))
		ret = -EINVAL;
	if (ret < 0)
		return ret;
	if (find_fd(fake, fd))
		fail_msg("descriptor %d means two exports", fd);
	exported = calloc(1, sizeof(*exported) +
				     count * sizeof(exported->pages[0]));
	assert_non_null(exported);
	exported->fd = fd;
	exported->own_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	exported->may = may;
	exported->count = count;
	for (size_t i = 0; i < count; i++) {
		refs[i] = fake->next_ref;
		exported->pages[i].ref = fake->next_ref;
		fake->next_ref += REF_STEP;
	}
	list_append(&fake->exported, &exported->link);
	return 0;
}

static void forget(struct exported *exported)
{
	list_remove(&exported->link);
	close(exported->own_fd);
	free(exported);
}

int hyp_fake_end_export(struct hyp *hyp, int fd, enum hyp_access_of_guest may)
{
	struct hyp_fake *fake = to_fake(hyp);
	struct exported *exported = find_fd(fake, fd);
	int ret = 0;

	if (fake->vcpu_waits)
		fail_msg("a grant is ended while a vCPU waits");
	if (!exported)
		fail_msg("descriptor %d is not exported", fd);
	assert_int_equal(exported->may, may);
	for (size_t i = 0; i < exported->count; i++) {
		if (may == HYP_MAY_READ && exported->pages[i].maps > 0)
			ret = -EBUSY;
		else
			exported->pages[i].ref = 0;
	}
	if (ret == 0)
		forget(exported);
	return ret;
}

static struct page_of_ours *find_page(struct hyp_fake *fake, uint32_t ref,
				      struct exported **of, size_t *index)
{
	struct exported *exported, *tmp;

	list_for_each(exported, tmp, &fake->exported, link) {
		for (size_t i = 0; i < exported->count; i++) {
			if (exported->pages[i].ref != ref)
				continue;
			*of = exported;
			*index = i;
			return &exported->pages[i];
		}
	}
	return NULL;
}

static bool map_page(struct hyp_fake *fake, uint32_t ref, bool writable,
		     uint8_t *at)
{
	struct exported *exported;
	struct page_of_ours *page;
	size_t index;
	void *map;

	page = ref == 0 ? NULL : find_page(fake, ref, &exported, &index);
	if (!page || (writable && exported->may == HYP_MAY_READ))
		return false;
	map = mmap(at, HYP_PAGE_SIZE,
		   writable ? PROT_READ | PROT_WRITE : PROT_READ,
		   MAP_SHARED | MAP_FIXED, exported->own_fd,
		   index * HYP_PAGE_SIZE);
	assert_ptr_equal(map, at);
	page->maps++;
	return true;
}

/* Of what is granted no more there is nobody who counts. */
static void unmap_page(struct hyp_fake *fake, uint32_t ref)
{
	struct exported *exported;
	struct page_of_ours *page;
	size_t index;

	page = find_page(fake, ref, &exported, &index);
	if (page)
		page->maps--;
}

static void drop(struct hyp_fake *fake, struct seen *seen, size_t num_mapped)
{
	for (size_t i = 0; i < num_mapped; i++)
		unmap_page(fake, seen->refs[i]);
	munmap(seen->pages, seen->count * HYP_PAGE_SIZE);
	list_remove(&seen->link);
	free(seen);
}

uint8_t *hyp_fake_see(struct hyp_fake *fake, const uint32_t *refs, size_t count,
		      bool writable)
{
	struct seen *seen;

	seen = calloc(1, sizeof(*seen) + count * sizeof(refs[0]));
	assert_non_null(seen);
	memcpy(seen->refs, refs, count * sizeof(refs[0]));
	seen->count = count;
	seen->pages = mmap(NULL, count * HYP_PAGE_SIZE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(seen->pages, MAP_FAILED);
	list_append(&fake->seen, &seen->link);
	for (size_t i = 0; i < count; i++) {
		if (!map_page(fake, refs[i], writable,
			      seen->pages + i * HYP_PAGE_SIZE)) {
			drop(fake, seen, i);
			return NULL;
		}
	}
	return seen->pages;
}

void hyp_fake_look_away(struct hyp_fake *fake, uint8_t *pages)
{
	struct seen *seen, *tmp;

	list_for_each(seen, tmp, &fake->seen, link) {
		if (seen->pages == pages) {
			drop(fake, seen, seen->count);
			return;
		}
	}
	fail_msg("the guest unmaps what it never mapped");
}

size_t hyp_fake_exported(const struct hyp_fake *fake)
{
	struct exported *exported, *tmp;
	size_t pages = 0;

	list_for_each(exported, tmp, &fake->exported, link) {
		for (size_t i = 0; i < exported->count; i++)
			pages += exported->pages[i].ref != 0;
	}
	return pages;
}

static bool is_mapped(const struct exported *exported)
{
	for (size_t i = 0; i < exported->count; i++) {
		if (exported->pages[i].maps > 0)
			return true;
	}
	return false;
}

void hyp_fake_finish_exports(struct hyp_fake *fake)
{
	struct exported *exported, *next;
	struct seen *seen, *tmp;

	list_for_each(exported, next, &fake->exported, link) {
		if (!is_mapped(exported))
			fail_msg("%zu pages of ours are still granted",
				 exported->count);
		forget(exported);
	}
	list_for_each(seen, tmp, &fake->seen, link)
		drop(fake, seen, 0);
}
