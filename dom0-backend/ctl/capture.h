/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - frames of a shared camera, for a person in dom0.
 *
 * A session like any guest's, so what is written is what guests are given at
 * the same time: the frame of the same sequence number has the same bytes.
 */
#ifndef CTL_CAPTURE_H
#define CTL_CAPTURE_H

struct options;

/**
 * capture_run() - write the next frames of a camera
 * @options: `count` frames, one if it is 0; `to` is a directory that exists: a
 *           frame goes to TO/SEQUENCE.raw, its planes one behind the other
 * @words: name of the camera
 *
 * Prints the mode that the camera is in, then a line per frame.
 * Return: as request(); what is wrong was said on standard error.
 */
int capture_run(const struct options *options, char *const *words);

#endif /* CTL_CAPTURE_H */
