#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# sparse has nothing to say: above all, no __le field is used unconverted.
# Run in a build directory, by check.sh.

srctree=$(cd "$(dirname "$0")/../.." && pwd)
read -r flags <include/generated/flags

find "$srctree/dom0-backend" -name '*.c' -print0 |
	xargs -0 -P "$(nproc)" -n 4 ${CHECK:-sparse} ${flags#* } \
		-Wsparse-error -Wbitwise -Wno-undef
