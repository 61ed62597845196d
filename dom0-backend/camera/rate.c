// SPDX-License-Identifier: GPL-2.0-only
#include "camera/rate.h"

#include <assert.h>
#include <stdint.h>

#include "base/util.h"

bool rate_is_known(const struct v4l2_fract *interval)
{
	return interval->numerator > 0 && interval->denominator > 0;
}

unsigned int rate_max_divisor(const struct v4l2_fract *camera)
{
	unsigned int most = 0;

	if (rate_is_known(camera))
		most = camera->denominator / camera->numerator;
	most = MAX(most, 1u);
	return MIN(most, (unsigned int)RATE_MAX_DIVISOR);
}

unsigned int rate_divisor(const struct v4l2_fract *camera,
			  const struct v4l2_fract *asked)
{
	unsigned int max = rate_max_divisor(camera);
	uint64_t wanted, unit, divisor, rest;

	if (!rate_is_known(camera) || !rate_is_known(asked))
		return 1;

	/* The quotient of two fractions; a product of 32 bits each fits. */
	wanted = (uint64_t)asked->numerator * camera->denominator;
	unit = (uint64_t)asked->denominator * camera->numerator;
	divisor = wanted / unit;
	rest = wanted % unit;
	if (divisor >= max)
		return max;
	if (rest >= unit - rest)
		divisor++;
	return MAX(divisor, (uint64_t)1);
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
	while (b > 0) {
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

struct v4l2_fract rate_interval(const struct v4l2_fract *camera,
				unsigned int divisor)
{
	uint32_t common;

	assert(divisor >= 1 && divisor <= rate_max_divisor(camera));
	if (divisor == 1)
		return *camera;

	/* Up to a second: the numerator is no larger than the denominator. */
	common = common_divisor(camera->denominator, divisor);
	return (struct v4l2_fract){
		.numerator = camera->numerator * (divisor / common),
		.denominator = camera->denominator / common,
	};
}
