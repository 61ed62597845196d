// SPDX-License-Identifier: GPL-2.0-only
#include "driver_fake.h"

#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/util.h"
#include "dma_fake.h"
#include "hyp_fake.h"

#define MAX_QUEUES 4
#define MAX_SIZE 256
#define WAIT_SECONDS 5

/* Odd places, so that rings cross pages and are only just aligned */
#define DESC_OFFSET 0xff0
#define AVAIL_OFFSET 0xffe
#define USED_OFFSET 0xffc

/* Guest memory of one part of a chain, in pieces, the last one first */
struct part {
	struct dma_fake memory;
	size_t len;
	size_t piece;
};

struct request {
	bool outstanding;
	struct part read;
	struct part write;
	struct dma_fake table;
};

struct queue {
	unsigned int size;
	struct vring ring;
	struct dma_fake desc;
	struct dma_fake avail;
	struct dma_fake used;
	bool busy[MAX_SIZE]; /* descriptors */
	struct request requests[MAX_SIZE]; /* by head */
	uint16_t next_avail;
	uint16_t next_used;
	bool wants_interrupts;
	unsigned int outstanding;
	unsigned int notifications;
	void *answer;
};

struct driver_fake {
	struct hyp_fake *fake;
	uint64_t addr;
	uint32_t irq;
	uint64_t features;
	bool grants;
	struct driver_fake_layout layout;
	struct queue queues[MAX_QUEUES];
};

struct driver_fake *driver_fake_create(struct hyp_fake *fake, uint64_t addr,
				       uint32_t irq)
{
	struct driver_fake *driver;

	driver = calloc(1, sizeof(*driver));
	assert_non_null(driver);
	driver->fake = fake;
	driver->addr = addr;
	driver->irq = irq;
	return driver;
}

static void free_request(struct driver_fake *driver, struct request *request)
{
	dma_fake_free(driver->fake, &request->read.memory);
	dma_fake_free(driver->fake, &request->write.memory);
	dma_fake_free(driver->fake, &request->table);
	memset(request, 0, sizeof(*request));
}

static size_t desc_len(const struct queue *queue)
{
	return DESC_OFFSET + queue->size * sizeof(struct vring_desc);
}

static size_t avail_len(const struct queue *queue)
{
	return AVAIL_OFFSET + 6 + 2 * queue->size;
}

static size_t used_len(const struct queue *queue)
{
	return USED_OFFSET + 6 + 8 * queue->size;
}

static void forget_queue(struct driver_fake *driver, struct queue *queue)
{
	for (size_t i = 0; i < MAX_SIZE; i++)
		free_request(driver, &queue->requests[i]);
	dma_fake_free(driver->fake, &queue->desc);
	dma_fake_free(driver->fake, &queue->avail);
	dma_fake_free(driver->fake, &queue->used);
	free(queue->answer);
	memset(queue, 0, sizeof(*queue));
}

void driver_fake_destroy(struct driver_fake *driver)
{
	if (!driver)
		return;
	for (size_t i = 0; i < MAX_QUEUES; i++)
		free(driver->queues[i].answer);
	free(driver);
}

void driver_fake_use_grants(struct driver_fake *driver)
{
	driver->grants = true;
}

uint32_t driver_fake_read(struct driver_fake *driver, uint32_t reg)
{
	return hyp_fake_read32(driver->fake, driver->addr + reg);
}

void driver_fake_write(struct driver_fake *driver, uint32_t reg,
		       uint32_t value)
{
	hyp_fake_write32(driver->fake, driver->addr + reg, value);
}

void driver_fake_read_config(struct driver_fake *driver, size_t offset,
			     void *buf, size_t len)
{
	unsigned char *to = buf;

	for (size_t i = 0; i < len; i++)
		to[i] = hyp_fake_read(driver->fake,
				      driver->addr + VIRTIO_MMIO_CONFIG +
					      offset + i,
				      1);
}

uint32_t driver_fake_status(struct driver_fake *driver)
{
	return driver_fake_read(driver, VIRTIO_MMIO_STATUS);
}

static void add_status(struct driver_fake *driver, uint32_t bits)
{
	driver_fake_write(driver, VIRTIO_MMIO_STATUS,
			  driver_fake_status(driver) | bits);
}

void driver_fake_reset(struct driver_fake *driver)
{
	driver_fake_write(driver, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(driver_fake_status(driver), 0);
	for (size_t i = 0; i < MAX_QUEUES; i++)
		forget_queue(driver, &driver->queues[i]);
}

/* 3.1.1 "Driver Requirements: Device Initialization", steps 1 to 6 */
bool driver_fake_negotiate(struct driver_fake *driver, uint64_t features)
{
	if (driver->grants)
		features |= DRIVER_FAKE_ACCESS_PLATFORM;
	driver_fake_reset(driver);
	add_status(driver, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	add_status(driver, VIRTIO_CONFIG_S_DRIVER);
	for (uint32_t word = 0; word < 2; word++) {
		driver_fake_write(driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL,
				  word);
		driver_fake_write(driver, VIRTIO_MMIO_DRIVER_FEATURES,
				  features >> (32 * word));
	}
	add_status(driver, VIRTIO_CONFIG_S_FEATURES_OK);
	driver->features = features;
	return driver_fake_status(driver) & VIRTIO_CONFIG_S_FEATURES_OK;
}

static void write_address(struct driver_fake *driver, uint32_t reg_low,
			  uint32_t reg_high, uint64_t addr)
{
	driver_fake_write(driver, reg_low, addr);
	driver_fake_write(driver, reg_high, addr >> 32);
}

/* A ring's part, which begins at @offset. Return: the driver's view of it. */
static void *allocate_ring(struct driver_fake *driver, unsigned int bank,
			   size_t len, size_t offset, bool writable,
			   struct dma_fake *out)
{
	dma_fake_alloc(driver->fake, bank, len, driver->grants, writable, out);
	return hyp_fake_ram(driver->fake, out->gpa + offset, 1);
}

static void allocate_rings(struct driver_fake *driver, struct queue *queue)
{
	queue->ring.num = queue->size;
	queue->ring.desc = allocate_ring(driver, 0, desc_len(queue),
					 DESC_OFFSET, false, &queue->desc);
	queue->ring.avail = allocate_ring(driver, 1, avail_len(queue),
					  AVAIL_OFFSET, false, &queue->avail);
	queue->ring.used = allocate_ring(driver, 1, used_len(queue),
					 USED_OFFSET, true, &queue->used);
}

/* 4.2.3.2 "Virtqueue Configuration" */
void driver_fake_setup_queue(struct driver_fake *driver, unsigned int index,
			     unsigned int size)
{
	struct queue *queue = &driver->queues[index];

	assert_in_range(size, 1, MAX_SIZE);
	forget_queue(driver, queue);
	queue->size = size;
	queue->wants_interrupts = true;
	allocate_rings(driver, queue);

	driver_fake_write(driver, VIRTIO_MMIO_QUEUE_SEL, index);
	assert_int_equal(driver_fake_read(driver, VIRTIO_MMIO_QUEUE_READY), 0);
	assert_true(size <=
		    driver_fake_read(driver, VIRTIO_MMIO_QUEUE_NUM_MAX));
	driver_fake_write(driver, VIRTIO_MMIO_QUEUE_NUM, size);
	write_address(driver, VIRTIO_MMIO_QUEUE_DESC_LOW,
		      VIRTIO_MMIO_QUEUE_DESC_HIGH,
		      queue->desc.addr + DESC_OFFSET);
	write_address(driver, VIRTIO_MMIO_QUEUE_AVAIL_LOW,
		      VIRTIO_MMIO_QUEUE_AVAIL_HIGH,
		      queue->avail.addr + AVAIL_OFFSET);
	write_address(driver, VIRTIO_MMIO_QUEUE_USED_LOW,
		      VIRTIO_MMIO_QUEUE_USED_HIGH,
		      queue->used.addr + USED_OFFSET);
	driver_fake_write(driver, VIRTIO_MMIO_QUEUE_READY, 1);
}

void driver_fake_driver_ok(struct driver_fake *driver)
{
	add_status(driver, VIRTIO_CONFIG_S_DRIVER_OK);
}

void driver_fake_start(struct driver_fake *driver, unsigned int num_queues,
		       uint64_t features)
{
	assert_true(driver_fake_negotiate(driver, features));
	for (unsigned int i = 0; i < num_queues; i++)
		driver_fake_setup_queue(driver, i, DRIVER_FAKE_QUEUE_SIZE);
	driver_fake_driver_ok(driver);
	hyp_fake_settle(driver->fake);
}

void driver_fake_set_layout(struct driver_fake *driver,
			    const struct driver_fake_layout *layout)
{
	driver->layout = *layout;
}

static unsigned int num_pieces(const struct part *part)
{
	if (part->len == 0)
		return 0;
	return (part->len + part->piece - 1) / part->piece;
}

/* Piece @index of the part: the first bytes lie at the highest address. */
static size_t piece_of(const struct part *part, unsigned int index,
		       size_t *offset)
{
	const size_t from = index * part->piece;
	const size_t len = MIN(part->piece, part->len - from);

	*offset = part->len - from - len;
	return len;
}

static void make_part(struct driver_fake *driver, struct part *part, size_t len,
		      size_t piece, bool writable)
{
	part->len = len;
	part->piece = piece > 0 ? piece : len;
	if (len > 0)
		dma_fake_alloc(driver->fake, driver->layout.bank, len,
			       driver->grants, writable, &part->memory);
}

/* The driver's view of a piece. Return: its bytes. */
static size_t view_piece(struct driver_fake *driver, const struct part *part,
			 unsigned int index, void **out)
{
	size_t offset, len;

	len = piece_of(part, index, &offset);
	*out = hyp_fake_ram(driver->fake, part->memory.gpa + offset, len);
	return len;
}

static void fill_part(struct driver_fake *driver, const struct part *part,
		      const void *bytes)
{
	const unsigned char *from = bytes;
	size_t len;
	void *to;

	for (unsigned int i = 0; i < num_pieces(part); i++) {
		len = view_piece(driver, part, i, &to);
		memcpy(to, from, len);
		from += len;
	}
}

/* The next descriptors of @count at @table, by the numbers in @slots */
static void link_part(struct vring_desc *table, const unsigned int *slots,
		      unsigned int count, unsigned int *at,
		      const struct part *part, uint16_t flags)
{
	struct vring_desc *desc;
	size_t offset, len;

	for (unsigned int i = 0; i < num_pieces(part); i++, (*at)++) {
		const bool last = *at == count - 1;

		desc = &table[slots[*at]];
		len = piece_of(part, i, &offset);
		desc->addr = htole64(part->memory.addr + offset);
		desc->len = htole32(len);
		desc->flags = htole16(flags | (last ? 0 : VRING_DESC_F_NEXT));
		desc->next = htole16(last ? 0 : slots[*at + 1]);
	}
}

static void take_slots(struct queue *queue, unsigned int *slots,
		       unsigned int count)
{
	unsigned int taken = 0;

	/* From the end: a chain's descriptors are in no particular order. */
	for (unsigned int i = queue->size; i-- > 0 && taken < count;) {
		if (queue->busy[i])
			continue;
		queue->busy[i] = true;
		slots[taken++] = i;
	}
	if (taken < count)
		fail_msg("the ring has no %u free descriptors", count);
}

/* 2.7.5.3 "Indirect Descriptors" */
static unsigned int link_indirect(struct driver_fake *driver,
				  struct queue *queue, struct request *request,
				  unsigned int count)
{
	const size_t len = count * sizeof(struct vring_desc);
	unsigned int head, at = 0, *slots;
	struct vring_desc *table, *desc;

	slots = calloc(count, sizeof(*slots));
	assert_non_null(slots);
	for (unsigned int i = 0; i < count; i++)
		slots[i] = i;
	dma_fake_alloc(driver->fake, driver->layout.bank, len, driver->grants,
		       false, &request->table);
	table = hyp_fake_ram(driver->fake, request->table.gpa, len);
	link_part(table, slots, count, &at, &request->read, 0);
	link_part(table, slots, count, &at, &request->write,
		  VRING_DESC_F_WRITE);
	free(slots);

	take_slots(queue, &head, 1);
	desc = &queue->ring.desc[head];
	desc->addr = htole64(request->table.addr);
	desc->len = htole32(len);
	desc->flags = htole16(VRING_DESC_F_INDIRECT);
	desc->next = 0;
	return head;
}

static unsigned int link_direct(struct queue *queue, struct request *request,
				unsigned int count)
{
	unsigned int slots[MAX_SIZE], at = 0;

	assert_true(count <= queue->size);
	take_slots(queue, slots, count);
	link_part(queue->ring.desc, slots, count, &at, &request->read, 0);
	link_part(queue->ring.desc, slots, count, &at, &request->write,
		  VRING_DESC_F_WRITE);
	return slots[0];
}

unsigned int driver_fake_send(struct driver_fake *driver, unsigned int index,
			      const void *bytes, size_t len, size_t room)
{
	struct queue *queue = &driver->queues[index];
	struct request request = { .outstanding = true };
	unsigned int count, head;
	uint16_t old, event;

	make_part(driver, &request.read, len, driver->layout.read_piece,
		  false);
	make_part(driver, &request.write, room, driver->layout.write_piece,
		  true);
	fill_part(driver, &request.read, bytes);
	count = num_pieces(&request.read) + num_pieces(&request.write);
	assert_true(count > 0);
	if (driver->layout.indirect && driver->features & DRIVER_FAKE_INDIRECT)
		head = link_indirect(driver, queue, &request, count);
	else
		head = link_direct(queue, &request, count);
	queue->requests[head] = request;
	queue->outstanding++;

	old = queue->next_avail;
	driver_fake_offer(driver, index, head);
	/* 2.7.13.4.1: the index is out before the device's wish is read. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (driver->features & DRIVER_FAKE_EVENT_IDX) {
		/* avail_event lies behind the last used entry. */
		memcpy(&event, &queue->ring.used->ring[queue->size],
		       sizeof(event));
		if (vring_need_event(le16toh(event), queue->next_avail, old))
			driver_fake_notify(driver, index);
	} else if (!(le16toh(queue->ring.used->flags) &
		     VRING_USED_F_NO_NOTIFY)) {
		driver_fake_notify(driver, index);
	}
	return head;
}

static void free_slots(struct queue *queue, unsigned int head)
{
	const struct vring_desc *desc = &queue->ring.desc[head];
	unsigned int slot = head;

	queue->busy[slot] = false;
	while (le16toh(desc->flags) & VRING_DESC_F_NEXT) {
		slot = le16toh(desc->next);
		queue->busy[slot] = false;
		desc = &queue->ring.desc[slot];
	}
}

static void gather_answer(struct driver_fake *driver, struct queue *queue,
			  const struct part *part)
{
	unsigned char *to;
	void *from;
	size_t len;

	free(queue->answer);
	queue->answer = to = malloc(part->len + 1);
	assert_non_null(to);
	for (unsigned int i = 0; i < num_pieces(part); i++) {
		len = view_piece(driver, part, i, &from);
		memcpy(to, from, len);
		to += len;
	}
}

static void set_used_event(struct queue *queue)
{
	/* Half a lap ahead is as good as never. */
	const uint16_t event = queue->next_used +
			       (queue->wants_interrupts ? 0 : 0x8000);

	queue->ring.avail->ring[queue->size] = htole16(event);
}

/* 2.7.14 "Receiving Used Buffers From The Device" */
bool driver_fake_collect(struct driver_fake *driver, unsigned int index,
			 struct driver_fake_answer *answer)
{
	struct queue *queue = &driver->queues[index];
	const uint16_t idx = le16toh(queue->ring.used->idx);
	struct vring_used_elem *elem;
	struct request *request;
	uint32_t head;

	/* 2.7.10: with EVENT_IDX "the device MUST set flags to 0". */
	if ((driver->features & DRIVER_FAKE_EVENT_IDX) &&
	    queue->ring.used->flags != 0)
		fail_msg("the device sets used flags beside used events");
	if (idx == queue->next_used)
		return false;
	if ((uint16_t)(idx - queue->next_used) > queue->outstanding)
		fail_msg("more entries are used than outstanding");
	elem = &queue->ring.used->ring[queue->next_used % queue->size];
	head = le32toh(elem->id);
	if (head >= queue->size || !queue->requests[head].outstanding)
		fail_msg("used entry %u is not outstanding", head);
	request = &queue->requests[head];
	if (le32toh(elem->len) > request->write.len)
		fail_msg("%u bytes are used of %zu", le32toh(elem->len),
			 request->write.len);
	gather_answer(driver, queue, &request->write);
	answer->token = head;
	answer->len = le32toh(elem->len);
	answer->data = queue->answer;

	free_slots(queue, head);
	free_request(driver, request);
	queue->outstanding--;
	queue->next_used++;
	if (driver->features & DRIVER_FAKE_EVENT_IDX)
		set_used_event(queue);
	return true;
}

struct driver_fake_answer driver_fake_wait(struct driver_fake *driver,
					   unsigned int queue)
{
	const time_t deadline = time(NULL) + WAIT_SECONDS;
	struct driver_fake_answer answer = { 0 };

	while (!driver_fake_collect(driver, queue, &answer)) {
		if (time(NULL) > deadline)
			fail_msg("no answer in queue %u", queue);
		hyp_fake_run_once(driver->fake, 10);
	}
	return answer;
}

unsigned int driver_fake_outstanding(const struct driver_fake *driver,
				     unsigned int queue)
{
	return driver->queues[queue].outstanding;
}

void driver_fake_want_interrupts(struct driver_fake *driver,
				 unsigned int index, bool wanted)
{
	struct queue *queue = &driver->queues[index];

	queue->wants_interrupts = wanted;
	if (driver->features & DRIVER_FAKE_EVENT_IDX)
		set_used_event(queue);
	else
		queue->ring.avail->flags =
			htole16(wanted ? 0 : VRING_AVAIL_F_NO_INTERRUPT);
}

uint32_t driver_fake_take_interrupt(struct driver_fake *driver)
{
	const uint32_t bits =
		driver_fake_read(driver, VIRTIO_MMIO_INTERRUPT_STATUS);

	driver_fake_write(driver, VIRTIO_MMIO_INTERRUPT_ACK, bits);
	return bits;
}

unsigned int driver_fake_interrupts(const struct driver_fake *driver)
{
	return hyp_fake_interrupts(driver->fake, driver->irq);
}

unsigned int driver_fake_notifications(const struct driver_fake *driver,
				       unsigned int queue)
{
	return driver->queues[queue].notifications;
}

struct vring *driver_fake_ring(struct driver_fake *driver, unsigned int queue)
{
	return &driver->queues[queue].ring;
}

void driver_fake_set_desc(struct driver_fake *driver, unsigned int queue,
			  unsigned int index, const struct vring_desc *desc)
{
	driver->queues[queue].ring.desc[index] = *desc;
}

/* 2.7.13 "Supplying Buffers to The Device", steps 3 to 5 */
void driver_fake_offer(struct driver_fake *driver, unsigned int index,
		       unsigned int head)
{
	struct queue *queue = &driver->queues[index];
	struct vring_avail *avail = queue->ring.avail;

	avail->ring[queue->next_avail % queue->size] = htole16(head);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	queue->next_avail++;
	avail->idx = htole16(queue->next_avail);
}

void driver_fake_notify(struct driver_fake *driver, unsigned int queue)
{
	driver->queues[queue].notifications++;
	driver_fake_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}
