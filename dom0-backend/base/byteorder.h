/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * byteorder.h - the kernel's names for little-endian conversion.
 *
 * The wire's integers are __le16, __le32, __le64, which sparse keeps apart
 * from plain ones. Only these functions cross the line.
 */
#ifndef BASE_BYTEORDER_H
#define BASE_BYTEORDER_H

#include <endian.h>
#include <linux/types.h>
#include <stdint.h>

/* The C library's headers lack it; sparse's checker defines the macros. */
#ifdef __CHECKER__
#define force __attribute__((force))
#else
#define force
#endif

static inline uint16_t le16_to_cpu(__le16 value)
{
	return le16toh((force uint16_t)value);
}

static inline uint32_t le32_to_cpu(__le32 value)
{
	return le32toh((force uint32_t)value);
}

static inline uint64_t le64_to_cpu(__le64 value)
{
	return le64toh((force uint64_t)value);
}

static inline __le16 cpu_to_le16(uint16_t value)
{
	return (force __le16)htole16(value);
}

static inline __le32 cpu_to_le32(uint32_t value)
{
	return (force __le32)htole32(value);
}

static inline __le64 cpu_to_le64(uint64_t value)
{
	return (force __le64)htole64(value);
}

#undef force

#endif /* BASE_BYTEORDER_H */
