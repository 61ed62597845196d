/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - Linux 6.1 and later, as one kernel.
 *
 * The only file that looks at the kernel's version. Each difference is an
 * inline function or a constant, so that the code has one shape.
 */
#ifndef VMEDIA_COMPAT_H
#define VMEDIA_COMPAT_H

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/version.h>
#include <linux/virtio_config.h>
#include <media/v4l2-fh.h>
#include <media/videobuf2-v4l2.h>

/**
 * vmedia_find_vqs() - find both virtqueues of a device
 * @vqs: filled on success
 * @callbacks: of each queue
 * @names: of each queue
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
static inline int vmedia_find_vqs(struct virtio_device *vdev,
				  struct virtqueue *vqs[2],
				  vq_callback_t *const callbacks[2],
				  const char *const names[2])
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	struct virtqueue_info info[] = {
		{ .name = names[0], .callback = callbacks[0] },
		{ .name = names[1], .callback = callbacks[1] },
	};

	return virtio_find_vqs(vdev, 2, vqs, info, NULL);
#else
	vq_callback_t *cbs[] = { callbacks[0], callbacks[1] };

	return virtio_find_vqs(vdev, 2, vqs, cbs, names, NULL);
#endif
}

/* Since 6.18 v4l2_fh_add() sets file->private_data, v4l2_fh_del() clears it. */
static inline void vmedia_fh_add(struct v4l2_fh *fh, struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	v4l2_fh_add(fh, file);
#else
	file->private_data = fh;
	v4l2_fh_add(fh);
#endif
}

static inline void vmedia_fh_del(struct v4l2_fh *fh, struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	v4l2_fh_del(fh, file);
#else
	v4l2_fh_del(fh);
	file->private_data = NULL;
#endif
}

/* Since 6.8 the buffers of a queue need not be the first ones. */
static inline unsigned int vmedia_num_buffers(struct vb2_queue *q)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return vb2_get_num_buffers(q);
#else
	return q->num_buffers;
#endif
}

/* Not now, and not by mprotect(). Since 6.3 flags are changed by functions. */
static inline void vmedia_vma_forbid_writes(struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_clear(vma, VM_WRITE | VM_MAYWRITE);
#else
	vma->vm_flags &= ~(VM_WRITE | VM_MAYWRITE);
#endif
}

/* Since 6.13 a namespace is a string. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define VMEDIA_IMPORT_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#else
#define VMEDIA_IMPORT_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#endif

/* Since 6.13 videobuf2 drops and takes queue->lock by itself when it waits. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define VMEDIA_VB2_WAIT_OPS
#else
#define VMEDIA_VB2_WAIT_OPS			\
	.wait_prepare = vb2_ops_wait_prepare,	\
	.wait_finish = vb2_ops_wait_finish,
#endif

#endif /* VMEDIA_COMPAT_H */
