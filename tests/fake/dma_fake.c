// SPDX-License-Identifier: GPL-2.0-only
#include "dma_fake.h"

#include <string.h>

#include "hyp_fake.h"

void dma_fake_alloc(struct hyp_fake *fake, unsigned int bank, size_t len,
		    bool grants, bool writable, struct dma_fake *out)
{
	out->gpa = hyp_fake_alloc(fake, bank, len);
	out->addr = grants ? hyp_fake_grant(fake, out->gpa, len, writable) :
			     out->gpa;
	out->len = len;
}

void dma_fake_free(struct hyp_fake *fake, struct dma_fake *dma)
{
	if (dma->len == 0)
		return;
	if (dma->addr != dma->gpa)
		hyp_fake_end_grant(fake, dma->addr, dma->len);
	hyp_fake_free(fake, dma->gpa, dma->len);
	memset(dma, 0, sizeof(*dma));
}
