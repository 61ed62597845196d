// SPDX-License-Identifier: GPL-2.0-only
#include "media/mapping.h"

#include <errno.h>
#include <stdlib.h>

#include <vmedia/virtio_media.h>

#include "base/byteorder.h"
#include "media/area.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/session.h"
#include "virtio/vq.h"

/* Mappings of one area: forks and splits of what an application mapped */
#define MAX_TIMES 65536

/**
 * struct mapping - an area that the guest mapped. There is one for each area,
 * so the buffers that the quotas allow bound them.
 * @area: a reference
 * @times: it was mapped and not unmapped
 */
struct mapping {
	struct list link; /* mappings.list */
	struct area *area;
	unsigned int times;
};

void mappings_init(struct mappings *mappings)
{
	list_init(&mappings->list);
}

static void mapping_free(struct mapping *mapping)
{
	list_remove(&mapping->link);
	area_put(mapping->area);
	free(mapping);
}

void mappings_finish(struct mappings *mappings)
{
	struct mapping *mapping, *tmp;

	list_for_each(mapping, tmp, &mappings->list, link)
		mapping_free(mapping);
}

static struct mapping *find(const struct mappings *mappings, uint64_t offset)
{
	struct mapping *mapping, *tmp;

	list_for_each(mapping, tmp, &mappings->list, link) {
		if (area_offset(mapping->area) == offset)
			return mapping;
	}
	return NULL;
}

static int add(struct mappings *mappings, struct area *area)
{
	struct mapping *mapping = find(mappings, area_offset(area));

	if (mapping) {
		if (mapping->times == MAX_TIMES)
			return -ENOMEM;
		mapping->times++;
		return 0;
	}
	mapping = calloc(1, sizeof(*mapping));
	if (!mapping)
		return -ENOMEM;
	mapping->area = area_get(area);
	mapping->times = 1;
	list_append(&mappings->list, &mapping->link);
	return 0;
}

/* Of another session an offset is nothing, whoever knows it. */
static struct area *find_area(struct session *session, uint64_t offset)
{
	struct area *area = NULL;

	if (offset > UINT32_MAX)
		return NULL;
	for (unsigned int i = 0; i < session->num_queues && !area; i++)
		area = queue_find_area(&session->queues[i], offset);
	return area;
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

static int map(struct media_device *device, struct vq_chain *chain,
	       struct virtio_media_resp_mmap *resp)
{
	struct session *session;
	struct area *area;
	uint64_t offset;
	uint32_t id;
	int ret;

	ret = read_offset(device, chain, &id, &offset);
	if (ret < 0)
		return ret;
	session = session_find(device, id);
	if (!session || vq_chain_writable(chain) < sizeof(*resp))
		return -EINVAL;
	if (session->error)
		return -(int)session->error;
	area = find_area(session, offset);
	if (!area)
		return -EINVAL;
	ret = add(&device->mappings, area);
	if (ret < 0)
		return ret;
	*resp = (struct virtio_media_resp_mmap){
		.driver_addr = cpu_to_le64(area_offset(area)),
		.len = cpu_to_le64(area_len(area)),
	};
	return 0;
}

void mapping_map(struct media_device *device, struct vq_chain *chain)
{
	struct virtio_media_resp_mmap resp;
	const int ret = map(device, chain, &resp);

	if (ret < 0) {
		chain_answer(chain, ret);
		return;
	}
	(void)vq_chain_write(chain, &resp, sizeof(resp));
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
