/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmedia_mapping.h - planes that are the device's, and mapped for us.
 *
 * For vmedia.h; the locks are explained there.
 */
#ifndef VMEDIA_MAPPING_H
#define VMEDIA_MAPPING_H

#include <linux/types.h>

struct vb2_buffer;
struct vmedia_cmd;

/**
 * struct vmedia_mapping - a plane that the device mapped for us
 * @munmap: ends the mapping; allocated when there was still a way to fail
 * @offset: what the device calls the plane
 *
 * First member of what videobuf2 has as the memory of such a plane.
 */
struct vmedia_mapping {
	struct vmedia_cmd *munmap;
	u32 offset;
};

/**
 * vmedia_mapping_begin() - have the device map a plane
 * @mapping: set on success
 * @vb: the buffer; its first plane that has no memory yet is meant
 * @flags: VIRTIO_MEDIA_MMAP_FLAG_*
 * @room: bytes of the longest answer that makes sense, at least a struct
 *        virtio_media_resp_mmap
 *
 * Context: may sleep. queue->lock is held.
 * Return: the command, whose answer has at least a struct
 * virtio_media_resp_mmap, for vmedia_cmd_put(); then @mapping is to be ended. Or
 * an ERR_PTR().
 */
struct vmedia_cmd *vmedia_mapping_begin(struct vmedia_mapping *mapping,
					const struct vb2_buffer *vb, u32 flags,
					size_t room);

/**
 * vmedia_mapping_end() - the device may forget the mapping
 *
 * After a reset it has forgotten it anyway.
 *
 * Context: any in which the device still has its struct vmedia.
 */
void vmedia_mapping_end(struct vmedia_mapping *mapping);

/**
 * vmedia_mapping_offset() - what the device calls a plane that it mapped
 * Return: its m.offset.
 */
u32 vmedia_mapping_offset(const struct vb2_buffer *vb, unsigned int plane);

#endif /* VMEDIA_MAPPING_H */
