# SPDX-License-Identifier: GPL-2.0-only
# The library of the scenarios, in one word. See README.md.
# shellcheck shell=dash

# shellcheck source=dom0/lib/tap.sh
. /lab/dom0/lib/tap.sh
# shellcheck source=dom0/lib/guest.sh
. /lab/dom0/lib/guest.sh
# shellcheck source=dom0/lib/host.sh
. /lab/dom0/lib/host.sh
# shellcheck source=dom0/lib/nodes.sh
. /lab/dom0/lib/nodes.sh
# shellcheck source=dom0/lib/frames.sh
. /lab/dom0/lib/frames.sh
# shellcheck source=dom0/lib/clock.sh
. /lab/dom0/lib/clock.sh
# shellcheck source=dom0/lib/steps.sh
. /lab/dom0/lib/steps.sh
# shellcheck source=dom0/lib/compliance.sh
. /lab/dom0/lib/compliance.sh
# shellcheck source=dom0/lib/leftovers.sh
. /lab/dom0/lib/leftovers.sh
