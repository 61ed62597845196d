// SPDX-License-Identifier: GPL-2.0-only
/* vmediactl: what vmediad does, and being told what to do. */
#include "ctl/command.h"

int main(int argc, char **argv)
{
	return command_run(argc, argv);
}
