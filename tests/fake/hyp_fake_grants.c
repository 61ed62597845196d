// SPDX-License-Identifier: GPL-2.0-only
/* What the guest grants, and what the tested code makes of it */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/util.h"
#include "hyp_fake_priv.h"

#define GRANT_BIT (UINT64_C(1) << 63)

/* Linux, too, never gives the first ones away. */
#define FIRST_REF 8

static struct hyp_fake *to_fake(struct hyp *hyp)
{
	return container_of(hyp, struct hyp_fake, hyp);
}

static struct grant *find(struct hyp_fake *fake, uint32_t ref)
{
	struct grant *grant = ref < MAX_GRANTS ? &fake->grants[ref] : NULL;

	return grant && grant->gfn != 0 ? grant : NULL;
}

static bool may_use(struct hyp_fake *fake, uint32_t ref, bool writable)
{
	const struct grant *grant = find(fake, ref);

	return grant && (grant->writable || !writable);
}

/* Neighbours, and from the end: a mistake shall not look like a success. */
static uint32_t find_free(const struct hyp_fake *fake, size_t count)
{
	size_t run = 0;

	for (uint32_t ref = MAX_GRANTS; ref-- > FIRST_REF;) {
		run = fake->grants[ref].gfn != 0 ? 0 : run + 1;
		if (run == count)
			return ref;
	}
	fail_msg("the guest has no %zu free references", count);
	return 0;
}

uint64_t hyp_fake_grant(struct hyp_fake *fake, uint64_t gpa, size_t len,
			bool writable)
{
	const size_t offset = gpa % HYP_PAGE_SIZE;
	const size_t count = hyp_num_pages(offset, len);
	const uint32_t first = find_free(fake, count);

	for (size_t i = 0; i < count; i++) {
		fake->grants[first + i].gfn = gpa / HYP_PAGE_SIZE + i;
		fake->grants[first + i].writable = writable;
	}
	return GRANT_BIT | (uint64_t)first << HYP_PAGE_SHIFT | offset;
}

void hyp_fake_end_grant(struct hyp_fake *fake, uint64_t addr, size_t len)
{
	const uint32_t first = (addr & ~GRANT_BIT) >> HYP_PAGE_SHIFT;
	const size_t count = hyp_num_pages(addr % HYP_PAGE_SIZE, len);

	for (size_t i = 0; i < count; i++) {
		struct grant *grant = find(fake, first + i);

		assert_non_null(grant);
		if (grant->maps > 0)
			fail_msg("grant %zu is still in use: the guest gives "
				 "the device up", first + i);
		grant->gfn = 0;
	}
}

int hyp_fake_map_grants(struct hyp *hyp, uint32_t first, size_t count,
			bool writable, void **out)
{
	const int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	struct hyp_fake *fake = to_fake(hyp);
	uint64_t *gfns;
	int ret;

	ret = hyp_fake_injected_failure(fake, HYP_FAKE_MAP_GRANTS);
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = may_use(fake, first + i, writable) ? 0 : -EFAULT;
	if (ret < 0)
		return ret;
	gfns = calloc(count, sizeof(*gfns));
	assert_non_null(gfns);
	for (size_t i = 0; i < count; i++)
		gfns[i] = fake->grants[first + i].gfn;
	ret = hyp_fake_map(fake, gfns, count, prot, first, out);
	free(gfns);
	for (size_t i = 0; i < count && ret == 0; i++)
		fake->grants[first + i].maps++;
	return ret;
}

void hyp_fake_unmap_grants(struct hyp *hyp, void *pages, size_t count)
{
	struct hyp_fake *fake = to_fake(hyp);
	const uint32_t first = hyp_fake_unmap(fake, pages, count);

	if (first == 0)
		fail_msg("what is no grant's is unmapped as such");
	for (size_t i = 0; i < count; i++)
		fake->grants[first + i].maps--;
}

/* Copy to the guest from @from, or else from the guest to @to. */
static int copy(struct hyp_fake *fake, uint32_t ref, size_t offset,
		const unsigned char *from, unsigned char *to, size_t len)
{
	size_t done = 0;
	int ret;

	if (fake->vcpu_waits)
		fail_msg("guest memory is copied while a vCPU waits");
	ret = fake->no_copies ? -EOPNOTSUPP : 0;
	if (ret == 0)
		hyp_fake_spend(fake, hyp_num_pages(offset, len));
	for (; done < len && ret == 0; ref++, offset = 0) {
		const size_t part = MIN(len - done, HYP_PAGE_SIZE - offset);
		unsigned char *page;

		if (!may_use(fake, ref, from != NULL))
			return -EFAULT;
		page = hyp_fake_ram(fake, find(fake, ref)->gfn * HYP_PAGE_SIZE,
				    HYP_PAGE_SIZE);
		if (from)
			memcpy(page + offset, from + done, part);
		else
			memcpy(to + done, page + offset, part);
		done += part;
	}
	return ret;
}

int hyp_fake_read_grants(struct hyp *hyp, uint32_t first, size_t offset,
			 void *buf, size_t len)
{
	return copy(to_fake(hyp), first, offset, NULL, buf, len);
}

int hyp_fake_write_grants(struct hyp *hyp, uint32_t first, size_t offset,
			  const void *buf, size_t len)
{
	return copy(to_fake(hyp), first, offset, buf, NULL, len);
}

void hyp_fake_refuse_copies(struct hyp_fake *fake)
{
	fake->no_copies = true;
}
