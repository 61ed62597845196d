/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wire.h - tests that the structures of both our ends are the golden bytes of
 * tests/vectors: one case for each text.
 *
 *	static void open(struct wire *wire)
 *	{
 *		WIRE_PUT(wire, "driver", cmd);
 *		WIRE_PUT(wire, "device", resp);
 *	}
 *	...
 *	return wire_run("commands", cases, ARRAY_SIZE(cases));
 */
#ifndef FAKE_WIRE_H
#define FAKE_WIRE_H

#include <stddef.h>
#include <stdint.h>

/* What the names of the texts stand for here */
#define WIRE_SESSION 0x5e5510a1
#define WIRE_OFFSET 0x00200000
#define WIRE_SECOND 0x00210000
#define WIRE_ADDRESS UINT64_C(0x0000000300420000)
#define WIRE_PAGE UINT64_C(0x0000000240001000)
#define WIRE_OTHER UINT64_C(0x0000000040002800)
#define WIRE_THIRD UINT64_C(0x0000000040007000)
#define WIRE_CLOCK UINT64_C(0x00000123456789ab)
#define WIRE_REFERENCE 4711
#define WIRE_OTHER_REFERENCE 815
#define WIRE_SECONDS 1005
#define WIRE_FRACTION 40000

/* UUIDs: these many bytes from here on */
extern const uint8_t wire_uuid[16];
extern const uint8_t wire_second_uuid[16];

struct wire;

/** struct wire_case - a text, and who makes the same bytes */
struct wire_case {
	const char *name;
	void (*make)(struct wire *wire);
};

/** wire_put() - append to a part of the exchange */
void wire_put(struct wire *wire, const char *part, const void *bytes,
	      size_t len);

#define WIRE_PUT(wire, part, object) \
	wire_put(wire, part, &(object), sizeof(object))

/** wire_status() - a response that is a header alone */
void wire_status(struct wire *wire, uint32_t error);

/** wire_ioctl() - the headers of both sides, for this VIDIOC_* */
void wire_ioctl(struct wire *wire, unsigned long request, uint32_t error);

/** wire_sg() - an entry of an SG list */
void wire_sg(struct wire *wire, uint64_t start, uint32_t len);

/**
 * wire_run() - make and compare all of these
 * @folder: of tests/vectors; they must be all that it has
 * Return: how many are wrong.
 */
int wire_run(const char *folder, const struct wire_case *cases, size_t count);

#endif /* FAKE_WIRE_H */
