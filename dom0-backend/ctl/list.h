/* SPDX-License-Identifier: GPL-2.0-only */
/* list.h - vmediactl list: who has which camera. */
#ifndef CTL_LIST_H
#define CTL_LIST_H

#include <stdbool.h>

/**
 * list_run() - print what vmediad knows
 * @dir: run directory of vmediad
 * @json: for scripts, as vmediad gave it; else tables for people
 * Return: as request().
 */
int list_run(const char *dir, bool json);

#endif /* CTL_LIST_H */
