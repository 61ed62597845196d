/* SPDX-License-Identifier: GPL-2.0-only */
/* top.h - vmediactl top: how the frames flow. */
#ifndef CTL_TOP_H
#define CTL_TOP_H

struct options;

/**
 * top_run() - print rounds, each about the time since the round before
 *
 * So the first comes after an interval. On a terminal each takes the place of
 * the one before, unless their number is given; for scripts each is a line.
 * Return: as request(); 0 after ^C.
 */
int top_run(const struct options *options, char *const *words);

#endif /* CTL_TOP_H */
