// SPDX-License-Identifier: GPL-2.0-only
#include "media/payload.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vmedia/ioctls.h>
#include <vmedia/layout.h>
#include <vmedia/limits.h>

#include "base/util.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

/* VESA's */
#define EDID_BLOCK_LEN 128

#define TYPE(name, payload, dir, tail)                            \
	{ #name, _IOC_NR(VIDIOC_##name), sizeof(payload),         \
	  PAYLOAD_##dir, PAYLOAD_##tail },

static const struct payload_type types[] = { VMEDIA_IOCTLS(TYPE) };

const struct payload_type *payload_find(uint32_t nr)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].nr == nr)
			return &types[i];
	}
	return NULL;
}

/* A payload that is too short is the guest's mistake, not ours. */
static int read_exactly(struct vq_chain *chain, void *buf, size_t len)
{
	const int ret = vq_chain_read(chain, buf, len);

	return ret == -ENODATA ? -EINVAL : ret;
}

static int read_planes(struct payload *payload, struct vq_chain *chain)
{
	const struct v4l2_buffer *buffer = &payload->buffer;
	int ret;

	if (!V4L2_TYPE_IS_MULTIPLANAR(buffer->type))
		return 0;
	if (buffer->length > VIRTIO_MEDIA_MAX_PLANES)
		return -EINVAL;
	ret = read_exactly(chain, payload->planes,
			   buffer->length * sizeof(payload->planes[0]));
	if (ret == 0)
		payload->num_planes = buffer->length;
	return ret;
}

/* Compared one by one, so that the sum cannot wrap. */
static int check_buffer_len(const uint32_t *len, unsigned int count)
{
	uint32_t left = VMEDIA_MAX_BUFFER_BYTES;

	for (unsigned int i = 0; i < count; i++) {
		if (len[i] > left)
			return -EINVAL;
		left -= len[i];
	}
	return 0;
}

unsigned int payload_num_memory(const struct payload *payload)
{
	return V4L2_TYPE_IS_MULTIPLANAR(payload->buffer.type) ?
		       payload->num_planes :
		       1;
}

static int read_lists(struct payload *payload, struct vq_chain *chain,
		      struct virtio_dev *dev)
{
	const unsigned int count = payload_num_memory(payload);
	uint32_t len[VIRTIO_MEDIA_MAX_PLANES];
	struct sg_reader reader;
	int ret;

	if (V4L2_TYPE_IS_MULTIPLANAR(payload->buffer.type)) {
		for (unsigned int i = 0; i < count; i++)
			len[i] = payload->planes[i].length;
	} else {
		len[0] = payload->buffer.length;
	}
	ret = check_buffer_len(len, count);
	sg_reader_init(&reader, chain, dev);
	for (unsigned int i = 0; i < count && ret == 0; i++)
		ret = sg_list_read(&reader, len[i], &payload->sg[i]);
	return ret;
}

static size_t uuids_len(const struct payload *payload)
{
	return payload->num_uuids * sizeof(payload->uuids[0]);
}

static int read_uuids(struct payload *payload, struct vq_chain *chain)
{
	payload->num_uuids = payload_num_memory(payload);
	return read_exactly(chain, payload->uuids, uuids_len(payload));
}

static int read_buffer(struct payload *payload, struct vq_chain *chain,
		       struct virtio_dev *dev)
{
	int ret;

	ret = read_planes(payload, chain);
	if (ret < 0)
		return ret;
	switch (payload->buffer.memory) {
	case V4L2_MEMORY_USERPTR:
		return read_lists(payload, chain, dev);
	case V4L2_MEMORY_DMABUF:
		return read_uuids(payload, chain);
	default:
		return 0;
	}
}

/* What the driver sends in the room for the blocks matters if it sets them. */
static int read_edid(struct payload *payload, struct vq_chain *chain)
{
	const uint32_t blocks = payload->edid.blocks;

	if (blocks > VMEDIA_MAX_EDID_BLOCKS)
		return -EINVAL;
	if (blocks == 0)
		return 0;
	payload->data = calloc(blocks, EDID_BLOCK_LEN);
	if (!payload->data)
		return -ENOMEM;
	payload->data_len = blocks * EDID_BLOCK_LEN;
	if (payload->type->nr != _IOC_NR(VIDIOC_S_EDID) &&
	    vq_chain_readable(chain) < payload->data_len)
		return 0;
	return read_exactly(chain, payload->data, payload->data_len);
}

static int check_ctrls(const struct payload *payload, size_t *data_len)
{
	size_t left = VMEDIA_MAX_CTRL_BYTES;

	for (uint32_t i = 0; i < payload->num_ctrls; i++) {
		if (payload->ctrls[i].size > left)
			return -EINVAL;
		left -= payload->ctrls[i].size;
	}
	*data_len = VMEDIA_MAX_CTRL_BYTES - left;
	return 0;
}

static int read_ctrl_data(struct payload *payload, struct vq_chain *chain,
			  struct virtio_dev *dev)
{
	struct sg_reader reader;
	size_t offset = 0;
	int ret = 0;

	sg_reader_init(&reader, chain, dev);
	for (uint32_t i = 0; i < payload->num_ctrls && ret == 0; i++) {
		const uint32_t size = payload->ctrls[i].size;

		ret = sg_list_read(&reader, size, &payload->ctrl_sg[i]);
		if (ret == 0)
			ret = sg_list_load(&payload->ctrl_sg[i], dev,
					   payload->data + offset, size);
		offset += size;
	}
	return ret;
}

static int read_ctrls(struct payload *payload, struct vq_chain *chain,
		      struct virtio_dev *dev)
{
	const uint32_t count = payload->ext_controls.count;
	size_t data_len;
	int ret;

	if (count > VMEDIA_MAX_EXT_CTRLS)
		return -EINVAL;
	if (count == 0)
		return 0;
	payload->ctrls = calloc(count, sizeof(*payload->ctrls));
	payload->ctrl_sg = calloc(count, sizeof(*payload->ctrl_sg));
	if (!payload->ctrls || !payload->ctrl_sg)
		return -ENOMEM;
	ret = read_exactly(chain, payload->ctrls,
			   count * sizeof(*payload->ctrls));
	if (ret < 0)
		return ret;
	payload->num_ctrls = count;
	ret = check_ctrls(payload, &data_len);
	if (ret < 0 || data_len == 0)
		return ret;
	payload->data = malloc(data_len);
	if (!payload->data)
		return -ENOMEM;
	payload->data_len = data_len;
	return read_ctrl_data(payload, chain, dev);
}

static int read_tail(struct payload *payload, struct vq_chain *chain,
		     struct virtio_dev *dev)
{
	switch (payload->type->tail) {
	case PAYLOAD_PLANES:
		return read_planes(payload, chain);
	case PAYLOAD_BUFFER:
		return read_buffer(payload, chain, dev);
	case PAYLOAD_CTRLS:
		return read_ctrls(payload, chain, dev);
	case PAYLOAD_OBJECT:
		/* Room for it is in the command, too, with nothing in it. */
		payload->num_uuids = 1;
		return 0;
	case PAYLOAD_EDID:
		return read_edid(payload, chain);
	default:
		return 0;
	}
}

static size_t ctrls_len(const struct payload *payload)
{
	return payload->num_ctrls * sizeof(*payload->ctrls);
}

static size_t planes_len(const struct payload *payload)
{
	return payload->num_planes * sizeof(payload->planes[0]);
}

/* Bytes behind controls are told in the guest's memory, not in the answer. */
static size_t blocks_len(const struct payload *payload)
{
	return payload->type->tail == PAYLOAD_EDID ? payload->data_len : 0;
}

/* Known before anything is done that could not be told afterwards */
static bool answer_fits(const struct payload *payload,
			const struct vq_chain *chain)
{
	size_t len = sizeof(struct virtio_media_resp_ioctl);

	if (payload->type->dir & PAYLOAD_R)
		len += payload->type->size + ctrls_len(payload) +
		       planes_len(payload) + uuids_len(payload) +
		       blocks_len(payload);
	return vq_chain_writable(chain) >= len;
}

int payload_read(struct payload *payload, const struct payload_type *type,
		 struct vq_chain *chain, struct virtio_dev *dev)
{
	int ret;

	assert(type->size <= sizeof(payload->bytes));
	payload->type = type;
	if (type->dir & PAYLOAD_W) {
		ret = read_exactly(chain, payload->bytes, type->size);
		if (ret < 0)
			return ret;
		payload->read = true;
		ret = read_tail(payload, chain, dev);
		if (ret < 0)
			return ret;
	}
	payload->read = true;
	payload->complete = true;
	return answer_fits(payload, chain) ? 0 : -EINVAL;
}

void payload_finish(struct payload *payload)
{
	for (unsigned int i = 0; i < VIRTIO_MEDIA_MAX_PLANES; i++)
		sg_list_finish(&payload->sg[i]);
	for (uint32_t i = 0; i < payload->num_ctrls; i++)
		sg_list_finish(&payload->ctrl_sg[i]);
	free(payload->ctrls);
	free(payload->ctrl_sg);
	free(payload->data);
}

static int write_if_it_fits(struct vq_chain *chain, const void *buf, size_t len)
{
	if (len == 0 || len > vq_chain_writable(chain))
		return 0;
	return vq_chain_write(chain, buf, len);
}

int payload_write(const struct payload *payload, struct vq_chain *chain)
{
	int ret;

	if (!payload->read || !(payload->type->dir & PAYLOAD_R))
		return 0;
	ret = write_if_it_fits(chain, payload->bytes, payload->type->size);
	if (ret < 0 || !payload->complete)
		return ret;
	ret = write_if_it_fits(chain, payload->planes, planes_len(payload));
	if (ret == 0)
		ret = write_if_it_fits(chain, payload->uuids,
				       uuids_len(payload));
	if (ret == 0)
		ret = write_if_it_fits(chain, payload->ctrls,
				       ctrls_len(payload));
	if (ret == 0)
		ret = write_if_it_fits(chain, payload->data,
				       blocks_len(payload));
	return ret;
}

size_t payload_packed_len(const struct payload *payload)
{
	return payload->type->size + ctrls_len(payload) + payload->data_len;
}

static void pack_edid(const struct payload *payload, uint8_t *to)
{
	struct v4l2_edid head = payload->edid;

	head.edid = NULL;
	memcpy(to, &head, sizeof(head));
	if (payload->data_len > 0)
		memcpy(to + sizeof(head), payload->data, payload->data_len);
}

void payload_pack(const struct payload *payload, void *buf)
{
	struct v4l2_ext_controls head;
	struct v4l2_ext_control ctrl;
	uint8_t *to = buf;

	/* Of a buffer, what crosses is not what the guest sent. */
	assert(payload->num_planes == 0 && payload->num_uuids == 0);
	if (payload->type->tail == PAYLOAD_EDID) {
		pack_edid(payload, buf);
		return;
	}
	if (payload->type->tail != PAYLOAD_CTRLS) {
		memcpy(to, payload->bytes, payload->type->size);
		return;
	}
	head = payload->ext_controls;
	head.controls = NULL;
	memcpy(to, &head, sizeof(head));
	to += sizeof(head);
	for (uint32_t i = 0; i < payload->num_ctrls; i++) {
		ctrl = payload->ctrls[i];
		if (ctrl.size > 0)
			ctrl.ptr = NULL;
		memcpy(to, &ctrl, sizeof(ctrl));
		to += sizeof(ctrl);
	}
	if (payload->data_len > 0)
		memcpy(to, payload->data, payload->data_len);
}

static void unpack_ctrls(struct payload *payload, const uint8_t *from)
{
	struct v4l2_ext_control made;

	for (uint32_t i = 0; i < payload->num_ctrls; i++) {
		struct v4l2_ext_control *ctrl = &payload->ctrls[i];

		memcpy(&made, from, sizeof(made));
		from += sizeof(made);
		/* G_EXT_CTRLS says in size what it would have needed. */
		if (ctrl->size > 0 || made.size > 0)
			made.value64 = ctrl->value64;
		*ctrl = made;
	}
	if (payload->data_len > 0)
		memcpy(payload->data, from, payload->data_len);
}

int payload_unpack(struct payload *payload, const void *data,
		   size_t payload_len, size_t len)
{
	const struct payload_type *type = payload->type;
	const struct v4l2_ext_controls asked = payload->ext_controls;
	const uint8_t *tail = (const uint8_t *)data + type->size;
	uint8_t *const edid = payload->edid.edid;

	if (payload_len != type->size || len != payload_packed_len(payload))
		return -EPROTO;
	memcpy(payload->bytes, data, type->size);
	if (type->tail == PAYLOAD_CTRLS) {
		payload->ext_controls.controls = asked.controls;
		payload->ext_controls.count = asked.count;
		unpack_ctrls(payload, tail);
	} else if (type->tail == PAYLOAD_EDID) {
		payload->edid.edid = edid;
		if (payload->data_len > 0)
			memcpy(payload->data, tail, payload->data_len);
	}
	return 0;
}

int payload_store_ctrls(const struct payload *payload, struct virtio_dev *dev)
{
	size_t offset = 0;
	int ret = 0;

	for (uint32_t i = 0; i < payload->num_ctrls && ret == 0; i++) {
		const struct sg_list *list = &payload->ctrl_sg[i];
		size_t size = 0;

		for (size_t j = 0; j < list->count; j++)
			size += list->pieces[j].len;
		ret = sg_list_store(list, dev, payload->data + offset, size);
		offset += size;
	}
	return ret;
}
