// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_layout.c - proof that our structures are the wire's.
 *
 * V4L2 structures cross as they are, which is right only for a 64-bit little
 * endian kernel. Others do not compile this file.
 */
#include <vmedia/layout.h>
