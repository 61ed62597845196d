// SPDX-License-Identifier: GPL-2.0-only
#include "hyp/grant.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "hyp/hyp.h"

#define GRANT_BIT (UINT64_C(1) << 63)

/* References have 32 bits: bytes that all of them together name */
#define GRANTS_END (UINT64_C(1) << (32 + HYP_PAGE_SHIFT))

/* At a time, however long the copy */
#define MOST_MAPPED (16 * HYP_PAGE_SIZE)

/* What an address says, once it is known to be good for @len bytes */
struct place {
	uint32_t ref;
	size_t offset;
};

static int find_place(gpa_t gpa, size_t len, struct place *out)
{
	const uint64_t at = gpa & ~GRANT_BIT;

	if (at > GRANTS_END || len > GRANTS_END - at)
		return -EFAULT;
	out->ref = at >> HYP_PAGE_SHIFT;
	out->offset = at % HYP_PAGE_SIZE;
	return 0;
}

int grant_map(struct hyp *hyp, gpa_t gpa, size_t len, bool writable,
	      void **out)
{
	struct place place;
	int ret;

	ret = find_place(gpa, len, &place);
	if (ret < 0)
		return ret;
	return hyp_map_grants(hyp, place.ref, hyp_num_pages(place.offset, len),
			      writable, out);
}

/* Copy to the guest from @from, or else from the guest to @to. */
static int copy_mapped(struct hyp *hyp, gpa_t gpa, const unsigned char *from,
		       unsigned char *to, size_t len)
{
	const size_t offset = gpa % HYP_PAGE_SIZE;
	void *pages;
	int ret;

	ret = grant_map(hyp, gpa, len, from != NULL, &pages);
	if (ret < 0)
		return ret;
	if (from)
		memcpy((unsigned char *)pages + offset, from, len);
	else
		memcpy(to, (unsigned char *)pages + offset, len);
	hyp_unmap_grants(hyp, pages, hyp_num_pages(offset, len));
	return 0;
}

/* What the hypervisor cannot reach on our side we copy ourselves. */
static int copy_in_pieces(struct hyp *hyp, gpa_t gpa, const unsigned char *from,
			  unsigned char *to, size_t len)
{
	size_t done = 0;
	int ret = 0;

	while (done < len && ret == 0) {
		const size_t room = MOST_MAPPED - (gpa + done) % HYP_PAGE_SIZE;
		const size_t part = MIN(len - done, room);

		ret = copy_mapped(hyp, gpa + done, from ? from + done : NULL,
				  to ? to + done : NULL, part);
		done += part;
	}
	return ret;
}

int grant_read(struct hyp *hyp, gpa_t gpa, void *buf, size_t len)
{
	struct place place;
	int ret;

	ret = find_place(gpa, len, &place);
	if (ret < 0 || len == 0)
		return ret;
	ret = hyp_read_grants(hyp, place.ref, place.offset, buf, len);
	if (ret == -EOPNOTSUPP)
		ret = copy_in_pieces(hyp, gpa, NULL, buf, len);
	return ret;
}

int grant_write(struct hyp *hyp, gpa_t gpa, const void *buf, size_t len)
{
	struct place place;
	int ret;

	ret = find_place(gpa, len, &place);
	if (ret < 0 || len == 0)
		return ret;
	ret = hyp_write_grants(hyp, place.ref, place.offset, buf, len);
	if (ret == -EOPNOTSUPP)
		ret = copy_in_pieces(hyp, gpa, buf, NULL, len);
	return ret;
}
