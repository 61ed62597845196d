// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_mapping.c - planes that are the device's, and mapped for us.
 *
 * For videobuf2 the memory of such a plane is a mapping: CMD_MMAP when it is
 * "allocated", CMD_MUNMAP when neither the queue nor anybody else has it any
 * more. That may be long after the buffer is gone for the device.
 */
#include "vmedia.h"

/* What the device calls a plane */
static int vmedia_mapping_query(struct vmedia_queue *queue,
				const struct vb2_buffer *vb, unsigned int plane,
				u32 *offset)
{
	struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
	struct v4l2_buffer buffer;
	int rc;

	rc = vmedia_queue_query(queue, vb->index, vb->num_planes, &buffer,
				planes);
	if (rc)
		return rc;
	*offset = vmedia_queue_is_mplane(queue) ? planes[plane].m.mem_offset :
						  buffer.m.offset;
	return 0;
}

static struct vmedia_cmd *
vmedia_mapping_mmap_alloc(struct vmedia_session *session, u32 offset, u32 flags,
			  size_t room)
{
	const u32 code = VIRTIO_MEDIA_CMD_MMAP;
	struct vmedia *vm = session->vm;
	struct virtio_media_draft_cmd_mmap *draft;
	struct virtio_media_cmd_mmap *mmap;
	struct vmedia_cmd *command;

	command = vmedia_cmd_alloc(vm, session->epoch, code,
				   vm->draft ? sizeof(*draft) : sizeof(*mmap),
				   room);
	if (!command)
		return NULL;
	command->in_least = sizeof(struct virtio_media_resp_mmap);
	command->session = session;
	/* They differ in the width of the last field only. */
	mmap = command->out;
	mmap->session_id = cpu_to_le32(session->id);
	mmap->flags = cpu_to_le32(flags);
	if (vm->draft) {
		draft = command->out;
		draft->offset = cpu_to_le64(offset);
	} else {
		mmap->offset = cpu_to_le32(offset);
	}
	return command;
}

/* Who was reset, and answered nothing, has forgotten all mappings. */
static void vmedia_mapping_munmap_done(struct vmedia_cmd *cmd)
{
	if (cmd->result && cmd->written)
		dev_warn_ratelimited(&cmd->vm->vdev->dev,
				     "a mapping could not be ended: %d\n",
				     cmd->result);
}

/* As long as the mapping was not made, sending this would end another's. */
static struct vmedia_cmd *
vmedia_mapping_munmap_alloc(struct vmedia_session *session)
{
	const size_t answer = sizeof(struct virtio_media_resp_munmap);
	struct vmedia_cmd *command;

	command = vmedia_cmd_alloc(session->vm, session->epoch,
				   VIRTIO_MEDIA_CMD_MUNMAP,
				   sizeof(struct virtio_media_cmd_munmap),
				   answer);
	if (command)
		command->done = vmedia_mapping_munmap_done;
	return command;
}

/* @mmap was answered: @munmap ends that mapping. */
static void vmedia_mapping_munmap_set(struct vmedia_cmd *munmap,
				      const struct vmedia_cmd *mmap)
{
	const struct virtio_media_resp_mmap *resp = mmap->in;
	struct virtio_media_cmd_munmap *cmd = munmap->out;

	cmd->driver_addr = resp->driver_addr;
}

/* A mapping that came after nobody waited for it any more is ended. */
static void vmedia_mapping_mmap_done(struct vmedia_cmd *cmd)
{
	struct vmedia_cmd *munmap = cmd->owner;

	if (cmd->abandoned && !cmd->result) {
		vmedia_mapping_munmap_set(munmap, cmd);
		vmedia_cmd_send(munmap);
	}
}

static void vmedia_mapping_mmap_release(struct vmedia_cmd *cmd)
{
	vmedia_cmd_put(cmd->owner);
}

/* Ask for the mapping of which @mapping says the offset. */
static struct vmedia_cmd *vmedia_mapping_run(struct vmedia_session *session,
					     struct vmedia_mapping *mapping,
					     u32 flags, size_t room)
{
	struct vmedia_cmd *command;
	int rc;

	command = vmedia_mapping_mmap_alloc(session, mapping->offset, flags,
					    room);
	if (!command)
		return ERR_PTR(-ENOMEM);
	refcount_inc(&mapping->munmap->ref);
	command->owner = mapping->munmap;
	command->done = vmedia_mapping_mmap_done;
	command->release = vmedia_mapping_mmap_release;

	rc = vmedia_cmd_run(command);
	if (rc) {
		vmedia_cmd_put(command);
		return ERR_PTR(rc);
	}
	vmedia_mapping_munmap_set(mapping->munmap, command);
	return command;
}

struct vmedia_cmd *vmedia_mapping_begin(struct vmedia_mapping *mapping,
					const struct vb2_buffer *vb, u32 flags,
					size_t room)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_cmd *command;
	unsigned int plane = 0;
	int rc;

	/* Planes get their memory one after the other. */
	while (plane < vb->num_planes - 1 && vb->planes[plane].mem_priv)
		plane++;

	mapping->munmap = vmedia_mapping_munmap_alloc(queue->session);
	if (!mapping->munmap)
		return ERR_PTR(-ENOMEM);
	rc = vmedia_mapping_query(queue, vb, plane, &mapping->offset);
	if (rc)
		command = ERR_PTR(rc);
	else
		command = vmedia_mapping_run(queue->session, mapping, flags,
					     room);
	if (IS_ERR(command)) {
		vmedia_cmd_put(mapping->munmap);
		mapping->munmap = NULL;
	}
	return command;
}

void vmedia_mapping_end(struct vmedia_mapping *mapping)
{
	vmedia_cmd_send(mapping->munmap);
	vmedia_cmd_put(mapping->munmap);
	mapping->munmap = NULL;
}

u32 vmedia_mapping_offset(const struct vb2_buffer *vb, unsigned int plane)
{
	const struct vmedia_mapping *mapping = vb->planes[plane].mem_priv;

	return mapping->offset;
}
