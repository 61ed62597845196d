// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_clock.c - the device's clock, in our own time.
 *
 * The host's CLOCK_MONOTONIC began at another time than ours, and each is
 * adjusted by itself: up to half a millisecond a second between them. So the
 * difference is looked at again while there are timestamps to translate.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sysfs.h>
#include <linux/virtio_config.h>

#include "vmedia.h"

/* A read that took longer than this is tried again. */
#define VMEDIA_CLOCK_QUICK_NS (50 * NSEC_PER_USEC)
#define VMEDIA_CLOCK_TRIES 8

#define VMEDIA_CLOCK_REFRESH_NS NSEC_PER_SEC

/* No frame ends so long after it came. */
#define VMEDIA_CLOCK_FUTURE_NS (10ULL * NSEC_PER_SEC)

/* Two adjusted clocks drift apart by less than one part in so many. */
#define VMEDIA_CLOCK_DRIFT_SHIFT 10

static u32 vmedia_clock_read_half(struct virtio_device *vdev, size_t offset)
{
	__le32 half;

	vdev->config->get(vdev, sizeof(struct virtio_media_config) + offset,
			  &half, sizeof(half));
	return le32_to_cpu(half);
}

/*
 * Being interrupted only makes a read longer, and the shortest one counts.
 * clock->lock is held.
 */
static void vmedia_clock_read(struct vmedia *vm)
{
	struct vmedia_clock *clock = &vm->clock;
	u64 shortest = U64_MAX, before, after;
	u32 low, high;

	for (unsigned int i = 0; i < VMEDIA_CLOCK_TRIES; i++) {
		before = ktime_get_ns();
		low = vmedia_clock_read_half(vm->vdev,
				offsetof(struct virtio_media_clock, low));
		after = ktime_get_ns();
		high = vmedia_clock_read_half(vm->vdev,
				offsetof(struct virtio_media_clock, high));
		if (after - before >= shortest)
			continue;
		shortest = after - before;
		clock->offset = ((u64)high << 32 | low) -
				(before + shortest / 2);
		if (shortest <= VMEDIA_CLOCK_QUICK_NS)
			break;
	}
	clock->error = DIV_ROUND_UP_ULL(shortest, 2);
	clock->updated = ktime_get_ns();
	clock->state = VMEDIA_CLOCK_READ;
}

static bool vmedia_clock_is_offered(struct vmedia *vm)
{
	return virtio_has_feature(vm->vdev, VIRTIO_MEDIA_F_CLOCK);
}

void vmedia_clock_start(struct vmedia *vm)
{
	mutex_lock(&vm->clock.lock);
	vm->clock.state = VMEDIA_CLOCK_UNKNOWN;
	if (vmedia_clock_is_offered(vm))
		vmedia_clock_read(vm);
	mutex_unlock(&vm->clock.lock);
}

void vmedia_clock_refresh(struct vmedia *vm)
{
	if (!vmedia_clock_is_offered(vm))
		return;
	mutex_lock(&vm->clock.lock);
	if (ktime_get_ns() - vm->clock.updated >= VMEDIA_CLOCK_REFRESH_NS)
		vmedia_clock_read(vm);
	mutex_unlock(&vm->clock.lock);
}

/* clock->lock is held. */
static void vmedia_clock_guess(struct vmedia_clock *clock, u64 stamp, u64 now)
{
	s64 offset = stamp - now;
	s64 drifted;

	if (clock->state == VMEDIA_CLOCK_GUESSED) {
		drifted = clock->offset -
			  ((now - clock->updated) >> VMEDIA_CLOCK_DRIFT_SHIFT);
		offset = max(offset, drifted);
	}
	clock->offset = offset;
	clock->updated = now;
	clock->state = VMEDIA_CLOCK_GUESSED;
}

u64 vmedia_clock_translate(struct vmedia *vm, u64 stamp)
{
	struct vmedia_clock *clock = &vm->clock;
	u64 now = ktime_get_ns();
	u64 ahead;

	if (!stamp)
		return 0;

	mutex_lock(&clock->lock);
	if (clock->state != VMEDIA_CLOCK_READ)
		vmedia_clock_guess(clock, stamp, now);
	stamp -= clock->offset;
	/*
	 * What has arrived is in the past, but for our error; and but for a
	 * driver of the host that stamps a frame with the time when it will
	 * have ended, which is not ours to correct. More than that is a clock
	 * that was set: back, too, which makes of it a very large number.
	 */
	ahead = stamp > now ? stamp - now : 0;
	if (ahead <= clock->error || ahead > VMEDIA_CLOCK_FUTURE_NS)
		stamp = min(stamp, now);
	mutex_unlock(&clock->lock);
	return stamp;
}

/* sysfs */

static ssize_t clock_offset_ns_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	struct vmedia *vm = dev_to_virtio(dev)->priv;
	ssize_t len = -ENODATA;

	mutex_lock(&vm->clock.lock);
	if (vm->clock.state != VMEDIA_CLOCK_UNKNOWN)
		len = sysfs_emit(buf, "%lld\n", vm->clock.offset);
	mutex_unlock(&vm->clock.lock);
	return len;
}
static DEVICE_ATTR_RO(clock_offset_ns);

static ssize_t clock_error_ns_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	struct vmedia *vm = dev_to_virtio(dev)->priv;
	ssize_t len = -ENODATA;

	mutex_lock(&vm->clock.lock);
	if (vm->clock.state == VMEDIA_CLOCK_READ)
		len = sysfs_emit(buf, "%llu\n", vm->clock.error);
	mutex_unlock(&vm->clock.lock);
	return len;
}
static DEVICE_ATTR_RO(clock_error_ns);

static struct attribute *vmedia_clock_attrs[] = {
	&dev_attr_clock_offset_ns.attr,
	&dev_attr_clock_error_ns.attr,
	NULL,
};

static const struct attribute_group vmedia_clock_group = {
	.attrs = vmedia_clock_attrs,
};

const struct attribute_group *vmedia_clock_groups[] = {
	&vmedia_clock_group,
	NULL,
};
