// SPDX-License-Identifier: GPL-2.0-only
#include "media/mapping.h"

#include <errno.h>
#include <stdlib.h>

#include <vmedia/virtio_media.h>

#include "base/byteorder.h"
#include "hyp/export.h"
#include "media/area.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/lending.h"
#include "media/session.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

/* Grant references that are written at a time */
#define REFS_AT_ONCE 256

/* Mappings of one plane: forks and splits of what an application mapped */
#define MAX_TIMES 65536

/**
 * struct mappable - what the guest maps: one of the two, the other is NULL
 */
struct mappable {
	struct area *area;
	struct loan *loan;
};

/**
 * struct mapping - what the guest mapped. There is one for each plane, so the
 * buffers that the quotas allow bound them.
 * @what: a reference
 * @times: it was mapped and not unmapped
 */
struct mapping {
	struct list link; /* mappings.list */
	struct mappable what;
	unsigned int times;
};

static bool is_nothing(const struct mappable *what)
{
	return !what->area && !what->loan;
}

/* Slots have names that no place in the window has. */
static uint32_t name_of(const struct mappable *what)
{
	return what->area ? area_offset(what->area) : loan_name(what->loan);
}

static uint32_t len_of(const struct mappable *what)
{
	return what->area ? area_len(what->area) : loan_len(what->loan);
}

void mappings_init(struct mappings *mappings)
{
	list_init(&mappings->list);
}

static void mapping_free(struct mapping *mapping)
{
	list_remove(&mapping->link);
	area_put(mapping->what.area);
	loan_put(mapping->what.loan);
	free(mapping);
}

void mappings_finish(struct mappings *mappings)
{
	struct mapping *mapping, *tmp;

	list_for_each(mapping, tmp, &mappings->list, link)
		mapping_free(mapping);
}

static struct mapping *find(const struct mappings *mappings, uint64_t name)
{
	struct mapping *mapping, *tmp;

	list_for_each(mapping, tmp, &mappings->list, link) {
		if (name_of(&mapping->what) == name)
			return mapping;
	}
	return NULL;
}

static int add(struct mappings *mappings, const struct mappable *what)
{
	struct mapping *mapping = find(mappings, name_of(what));

	if (mapping) {
		if (mapping->times == MAX_TIMES)
			return -ENOMEM;
		mapping->times++;
		return 0;
	}
	mapping = calloc(1, sizeof(*mapping));
	if (!mapping)
		return -ENOMEM;
	mapping->what = *what;
	if (what->area)
		area_get(what->area);
	else
		loan_get(what->loan);
	mapping->times = 1;
	list_append(&mappings->list, &mapping->link);
	return 0;
}

/* Of another session an offset is nothing, whoever knows it. */
static struct mappable find_plane(struct session *session, uint64_t offset)
{
	struct mappable what = { 0 };

	if (offset > UINT32_MAX)
		return what;
	for (unsigned int i = 0; i < session->num_queues && is_nothing(&what);
	     i++) {
		what.area = queue_find_area(&session->queues[i], offset);
		what.loan = queue_find_loan(&session->queues[i], offset);
	}
	return what;
}

/*
 * Behind the header; what a driver of the draft, whose offset is wider, sends
 * beyond that is ignored by the ratified dialect.
 */
static int read_offset(const struct media_device *device,
		       struct vq_chain *chain, uint32_t *session,
		       uint64_t *offset)
{
	struct virtio_media_draft_cmd_mmap cmd = { 0 };
	size_t len = sizeof(struct virtio_media_cmd_mmap);

	if (media_device_is_draft(device))
		len = sizeof(cmd);
	if (vq_chain_read(chain, &cmd.session_id, len - sizeof(cmd.hdr)) < 0)
		return -EINVAL;
	*session = le32_to_cpu(cmd.session_id);
	*offset = le64_to_cpu(cmd.offset);
	return 0;
}

/* What the driver must have room for */
static size_t response_len(const struct mappable *what)
{
	if (!what->loan)
		return sizeof(struct virtio_media_resp_mmap);
	return sizeof(struct virtio_media_resp_mmap_grants) +
	       export_count(loan_export(what->loan)) * sizeof(__le32);
}

static int map(struct media_device *device, struct vq_chain *chain,
	       struct mappable *what)
{
	struct session *session;
	uint64_t offset;
	uint32_t id;
	int ret;

	ret = read_offset(device, chain, &id, &offset);
	if (ret < 0)
		return ret;
	session = session_find(device, id);
	if (!session ||
	    vq_chain_writable(chain) < sizeof(struct virtio_media_resp_mmap))
		return -EINVAL;
	if (session->error)
		return -(int)session->error;
	*what = find_plane(session, offset);
	if (is_nothing(what) || vq_chain_writable(chain) < response_len(what))
		return -EINVAL;
	return add(&device->mappings, what);
}

static void write_refs(struct vq_chain *chain, const struct export *export)
{
	const uint32_t *refs = export_refs(export);
	size_t left = export_count(export);
	__le32 some[REFS_AT_ONCE];

	while (left > 0) {
		const size_t part = MIN(left, (size_t)REFS_AT_ONCE);

		for (size_t i = 0; i < part; i++)
			some[i] = cpu_to_le32(*refs++);
		(void)vq_chain_write(chain, some, part * sizeof(some[0]));
		left -= part;
	}
}

/* An error here means that the guest's memory went: nobody to tell. */
static void write_response(const struct media_device *device,
			   struct vq_chain *chain, const struct mappable *what)
{
	struct virtio_media_resp_mmap_grants resp = {
		.mmap.driver_addr = cpu_to_le64(name_of(what)),
		.mmap.len = cpu_to_le64(len_of(what)),
	};
	const struct export *export;

	if (!virtio_dev_negotiated(device->virtio, VIRTIO_MEDIA_F_GNTREF) ||
	    vq_chain_writable(chain) < sizeof(resp)) {
		(void)vq_chain_write(chain, &resp.mmap, sizeof(resp.mmap));
		return;
	}
	if (!what->loan) {
		(void)vq_chain_write(chain, &resp, sizeof(resp));
		return;
	}
	export = loan_export(what->loan);
	resp.gref_count = cpu_to_le32(export_count(export));
	resp.gref_page_size = cpu_to_le32(EXPORT_PAGE_SIZE);
	resp.gref_domid = cpu_to_le32(export_domid(export));
	(void)vq_chain_write(chain, &resp, sizeof(resp));
	write_refs(chain, export);
}

void mapping_map(struct media_device *device, struct vq_chain *chain)
{
	struct mappable what;
	const int ret = map(device, chain, &what);

	if (ret < 0) {
		chain_answer(chain, ret);
		return;
	}
	write_response(device, chain, &what);
	vq_chain_complete(chain);
}

void mapping_unmap(struct media_device *device, struct vq_chain *chain)
{
	struct virtio_media_cmd_munmap cmd;
	struct mapping *mapping = NULL;

	if (vq_chain_read(chain, &cmd.driver_addr, sizeof(cmd.driver_addr)) ==
	    0)
		mapping = find(&device->mappings,
			       le64_to_cpu(cmd.driver_addr));
	if (!mapping) {
		chain_answer(chain, -EINVAL);
		return;
	}
	if (--mapping->times == 0)
		mapping_free(mapping);
	chain_answer(chain, 0);
}
