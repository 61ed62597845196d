# SPDX-License-Identifier: GPL-2.0-only
# The library of the benchmarks' scenarios, on top of the lab's.
# shellcheck shell=dash

# What "make bench" was asked for: BENCH_WAYS.
# shellcheck source=/dev/null
. /usr/lib/bench/settings

# The smallest is there to tell what a frame costs without its bytes.
BENCH_SMALL=320x180 BENCH_SIZES='640x480 1280x720 1920x1080'

# shellcheck source=tests/bench/lib/rows.sh
. /usr/lib/bench/rows.sh
# shellcheck source=tests/bench/lib/ways.sh
. /usr/lib/bench/ways.sh
# shellcheck source=tests/bench/lib/streams.sh
. /usr/lib/bench/streams.sh
# shellcheck source=tests/bench/lib/cost.sh
. /usr/lib/bench/cost.sh
