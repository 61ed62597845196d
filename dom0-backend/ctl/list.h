/* SPDX-License-Identifier: GPL-2.0-only */
/* list.h - vmediactl list: who has which camera. */
#ifndef CTL_LIST_H
#define CTL_LIST_H

struct options;

/** list_run() - print what vmediad knows. Return: as request(). */
int list_run(const struct options *options, char *const *words);

#endif /* CTL_LIST_H */
