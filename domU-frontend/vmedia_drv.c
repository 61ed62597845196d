// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_drv.c - a virtio media device.
 *
 * The device is started and stopped more often than it is found and lost: it
 * may be suspended, ask for a reset, or be reset because it did not give our
 * memory back. Each stop begins a new epoch, in which what was before is dead.
 * What is behind open files outlives it: the last one frees struct vmedia.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <xen/xen.h>

#include "compat.h"
#include "vmedia.h"

/* A device that breaks again at once is given some rest. */
#define VMEDIA_RESTART_DELAY (2 * HZ)

/* Start and stop */

/* vm->state_lock is held; the device is reset and its features agreed. */
static int vmedia_start(struct vmedia *vm)
{
	static vq_callback_t *const callbacks[] = {
		[VIRTIO_MEDIA_COMMANDQ] = vmedia_cmd_notified,
		[VIRTIO_MEDIA_EVENTQ] = vmedia_event_notified,
	};
	static const char *const names[] = {
		[VIRTIO_MEDIA_COMMANDQ] = "command",
		[VIRTIO_MEDIA_EVENTQ] = "event",
	};
	struct virtqueue *vqs[VIRTIO_MEDIA_NUM_QUEUES];
	int rc;

	rc = vmedia_find_vqs(vm->vdev, vqs, callbacks, names);
	if (rc)
		return rc;
	rc = vmedia_event_fill(vm, vqs[VIRTIO_MEDIA_EVENTQ]);
	if (rc) {
		virtio_reset_device(vm->vdev);
		while (virtqueue_detach_unused_buf(vqs[VIRTIO_MEDIA_EVENTQ]))
			;
		vm->vdev->config->del_vqs(vm->vdev);
		return rc;
	}

	/* The first event may come at once, the first kick only after it. */
	spin_lock_irq(&vm->eventq.lock);
	vm->eventq.vq = vqs[VIRTIO_MEDIA_EVENTQ];
	spin_unlock_irq(&vm->eventq.lock);
	virtio_device_ready(vm->vdev);
	spin_lock_irq(&vm->eventq.lock);
	virtqueue_kick(vm->eventq.vq);
	spin_unlock_irq(&vm->eventq.lock);

	spin_lock_irq(&vm->cmdq.lock);
	vm->cmdq.vq = vqs[VIRTIO_MEDIA_COMMANDQ];
	spin_unlock_irq(&vm->cmdq.lock);

	vmedia_clock_start(vm);
	vm->running = true;
	vm->started = jiffies;
	return 0;
}

/*
 * Nothing of the device's is left when this returns: no DMA, no callback, no
 * command. vm->state_lock is held.
 */
static void vmedia_stop(struct vmedia *vm, int error)
{
	struct virtqueue *cmdq = vm->cmdq.vq;
	struct virtqueue *eventq = vm->eventq.vq;

	if (!vm->running)
		return;
	vm->running = false;

	spin_lock_irq(&vm->cmdq.lock);
	vm->cmdq.vq = NULL;
	vm->epoch++;
	spin_unlock_irq(&vm->cmdq.lock);
	spin_lock_irq(&vm->eventq.lock);
	vm->eventq.vq = NULL;
	spin_unlock_irq(&vm->eventq.lock);

	virtio_break_device(vm->vdev);
	virtio_synchronize_cbs(vm->vdev);
	cancel_work_sync(&vm->event_work);
	virtio_reset_device(vm->vdev);

	vmedia_session_kill_all(vm, NULL, error);
	vmedia_cmd_cancel_all(vm, cmdq, error);
	while (virtqueue_detach_unused_buf(eventq))
		;
	vm->vdev->config->del_vqs(vm->vdev);
}

/* After a reset, what the virtio core does before probe. */
static int vmedia_agree(struct virtio_device *vdev)
{
	int rc;

	virtio_add_status(vdev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	virtio_add_status(vdev, VIRTIO_CONFIG_S_DRIVER);
	rc = vdev->config->finalize_features(vdev);
	if (rc)
		return rc;
	virtio_add_status(vdev, VIRTIO_CONFIG_S_FEATURES_OK);
	if (!(vdev->config->get_status(vdev) & VIRTIO_CONFIG_S_FEATURES_OK))
		return -ENODEV;
	return 0;
}

static void vmedia_restart_work(struct work_struct *work)
{
	struct vmedia *vm = container_of(to_delayed_work(work), struct vmedia,
					 restart_work);
	int rc = 0;

	mutex_lock(&vm->state_lock);
	if (vm->may_restart && !vm->running) {
		rc = vmedia_agree(vm->vdev);
		if (!rc)
			rc = vmedia_start(vm);
		if (rc) {
			virtio_add_status(vm->vdev, VIRTIO_CONFIG_S_FAILED);
			dev_err(&vm->vdev->dev, "cannot start again: %d\n", rc);
		} else {
			dev_info(&vm->vdev->dev, "started again\n");
			queue_work(vm->wq, &vm->config_work);
		}
	}
	mutex_unlock(&vm->state_lock);
}

void vmedia_break(struct vmedia *vm, u32 epoch, const char *why)
{
	unsigned long delay = 0;

	mutex_lock(&vm->state_lock);
	if (vm->running && vm->epoch == epoch) {
		dev_err(&vm->vdev->dev, "%s: reset\n", why);
		if (time_before(jiffies, vm->started + VMEDIA_RESTART_DELAY))
			delay = VMEDIA_RESTART_DELAY;
		vmedia_stop(vm, -EIO);
		if (vm->may_restart)
			queue_delayed_work(vm->wq, &vm->restart_work, delay);
	}
	mutex_unlock(&vm->state_lock);
}

/* The virtio driver */

/* Context: any. */
static void vmedia_config_changed(struct virtio_device *vdev)
{
	struct vmedia *vm = vdev->priv;

	queue_work(vm->wq, &vm->config_work);
}

static void vmedia_free(struct vmedia *vm)
{
	vmedia_event_free(vm);
	if (vm->wq)
		destroy_workqueue(vm->wq);
	vmedia_window_release(vm);
	mutex_destroy(&vm->clock.lock);
	mutex_destroy(&vm->sessions_lock);
	mutex_destroy(&vm->state_lock);
	put_device(vm->dma_dev);
	put_device(&vm->vdev->dev);
	kfree(vm);
}

/* The last file on a removed device was closed, or there was none. */
static void vmedia_v4l2_release(struct v4l2_device *v4l2_dev)
{
	vmedia_free(container_of(v4l2_dev, struct vmedia, v4l2_dev));
}

static struct vmedia *vmedia_alloc(struct virtio_device *vdev)
{
	struct vmedia *vm;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	if (!vm)
		return NULL;

	get_device(&vdev->dev);
	vm->vdev = vdev;
	vm->draft = vdev->id.device == VIRTIO_MEDIA_DRAFT_DEVICE_ID;
	vm->grants = virtio_has_feature(vdev, VIRTIO_MEDIA_F_GNTREF);
	vm->dma_dev = get_device(vdev->dev.parent);
	/* A piece of a buffer may be as long as the wire's 32 bits can say. */
	dma_set_max_seg_size(vm->dma_dev, U32_MAX);
	mutex_init(&vm->state_lock);
	mutex_init(&vm->sessions_lock);
	mutex_init(&vm->clock.lock);
	INIT_LIST_HEAD(&vm->sessions);
	spin_lock_init(&vm->cmdq.lock);
	INIT_LIST_HEAD(&vm->backlog);
	spin_lock_init(&vm->eventq.lock);
	INIT_WORK(&vm->event_work, vmedia_event_work);
	INIT_WORK(&vm->config_work, vmedia_config_work);
	INIT_DELAYED_WORK(&vm->restart_work, vmedia_restart_work);
	/* Unlike anything that a device says. */
	memset(&vm->config, 0xff, sizeof(vm->config));

	vm->wq = alloc_workqueue("vmedia-%s", WQ_UNBOUND | WQ_HIGHPRI, 0,
				 dev_name(&vdev->dev));
	if (!vm->wq || vmedia_event_alloc(vm)) {
		vmedia_free(vm);
		return NULL;
	}
	return vm;
}

static int vmedia_validate(struct virtio_device *vdev)
{
	struct iommu_domain *domain;

	if (!vdev->config->get || !virtio_has_feature(vdev, VIRTIO_F_VERSION_1)) {
		dev_err(&vdev->dev, "not a virtio 1 device\n");
		return -EINVAL;
	}

	/*
	 * Our SG lists have addresses of the DMA API. Without this feature the
	 * device takes them for physical ones, which is the same only if
	 * nothing translates. (Under Xen the DMA API is always right.)
	 */
	domain = iommu_get_domain_for_dev(vdev->dev.parent);
	if (virtio_has_dma_quirk(vdev) && !xen_domain() &&
	    domain && domain->type != IOMMU_DOMAIN_IDENTITY) {
		dev_err(&vdev->dev,
			"behind an IOMMU, but without VIRTIO_F_ACCESS_PLATFORM\n");
		return -EINVAL;
	}
	if (!vmedia_probe_may_grant())
		__virtio_clear_bit(vdev, VIRTIO_MEDIA_F_GNTREF);
	return 0;
}

/* No work runs, and none that starts the device will. */
static void vmedia_forbid_restart(struct vmedia *vm)
{
	mutex_lock(&vm->state_lock);
	vm->may_restart = false;
	mutex_unlock(&vm->state_lock);
	cancel_delayed_work_sync(&vm->restart_work);
	cancel_work_sync(&vm->config_work);
}

static void vmedia_allow_restart(struct vmedia *vm)
{
	mutex_lock(&vm->state_lock);
	vm->may_restart = true;
	mutex_unlock(&vm->state_lock);
}

static void vmedia_remove(struct virtio_device *vdev)
{
	struct vmedia *vm = vdev->priv;

	vmedia_forbid_restart(vm);
	vmedia_node_remove(vm);

	mutex_lock(&vm->state_lock);
	vmedia_stop(vm, -ENODEV);
	mutex_unlock(&vm->state_lock);
	/* It may have been stopped, and left in another state. */
	virtio_reset_device(vdev);

	v4l2_device_unregister(&vm->v4l2_dev);
	v4l2_device_put(&vm->v4l2_dev);
}

static int vmedia_probe(struct virtio_device *vdev)
{
	struct vmedia *vm;
	int rc;

	vm = vmedia_alloc(vdev);
	if (!vm)
		return -ENOMEM;
	vdev->priv = vm;
	vmedia_window_claim(vm);

	rc = v4l2_device_register(&vdev->dev, &vm->v4l2_dev);
	if (rc) {
		vmedia_free(vm);
		return rc;
	}
	vm->v4l2_dev.release = vmedia_v4l2_release;

	mutex_lock(&vm->state_lock);
	rc = vmedia_start(vm);
	mutex_unlock(&vm->state_lock);
	if (rc) {
		vmedia_remove(vdev);
		return rc;
	}

	vmedia_allow_restart(vm);
	queue_work(vm->wq, &vm->config_work);
	/* So that who loads the module finds the node. */
	flush_work(&vm->config_work);
	return 0;
}

#ifdef CONFIG_PM_SLEEP
static int vmedia_freeze(struct virtio_device *vdev)
{
	struct vmedia *vm = vdev->priv;

	vmedia_forbid_restart(vm);
	mutex_lock(&vm->state_lock);
	vmedia_stop(vm, -EIO);
	mutex_unlock(&vm->state_lock);
	return 0;
}

static int vmedia_restore(struct virtio_device *vdev)
{
	struct vmedia *vm = vdev->priv;
	int rc;

	mutex_lock(&vm->state_lock);
	rc = vmedia_start(vm);
	mutex_unlock(&vm->state_lock);
	if (rc)
		return rc;
	vmedia_allow_restart(vm);
	queue_work(vm->wq, &vm->config_work);
	return 0;
}
#endif

static const struct virtio_device_id vmedia_ids[] = {
	{ VIRTIO_MEDIA_DEVICE_ID, VIRTIO_DEV_ANY_ID },
	{ VIRTIO_MEDIA_DRAFT_DEVICE_ID, VIRTIO_DEV_ANY_ID },
	{ 0 },
};
MODULE_DEVICE_TABLE(virtio, vmedia_ids);

static const unsigned int vmedia_features[] = {
	VIRTIO_MEDIA_F_CLOCK,
	VIRTIO_MEDIA_F_GNTREF,
};

static struct virtio_driver vmedia_driver = {
	.driver.name = KBUILD_MODNAME,
	.driver.owner = THIS_MODULE,
	.driver.dev_groups = vmedia_clock_groups,
	.id_table = vmedia_ids,
	.feature_table = vmedia_features,
	.feature_table_size = ARRAY_SIZE(vmedia_features),
	.validate = vmedia_validate,
	.probe = vmedia_probe,
	.remove = vmedia_remove,
	.config_changed = vmedia_config_changed,
#ifdef CONFIG_PM_SLEEP
	.freeze = vmedia_freeze,
	.restore = vmedia_restore,
#endif
};

static int __init vmedia_init(void)
{
	int rc;

	rc = vmedia_grant_init();
	if (rc)
		return rc;
	rc = register_virtio_driver(&vmedia_driver);
	if (rc)
		vmedia_grant_exit();
	return rc;
}
module_init(vmedia_init);

static void __exit vmedia_exit(void)
{
	unregister_virtio_driver(&vmedia_driver);
	vmedia_grant_exit();
}
module_exit(vmedia_exit);

VMEDIA_IMPORT_DMA_BUF;
MODULE_DESCRIPTION("Virtio media driver: V4L2 devices of the host");
MODULE_LICENSE("GPL");
