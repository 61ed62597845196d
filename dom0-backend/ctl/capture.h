/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - frames of a shared camera, for a person in dom0.
 *
 * A session like any guest's, so what is written is what guests are given at
 * the same time: the frame of the same sequence number has the same bytes.
 */
#ifndef CTL_CAPTURE_H
#define CTL_CAPTURE_H

/**
 * capture_run() - write the next @count frames of a camera
 * @dir: run directory of vmediad
 * @camera: its name
 * @count: at least 1
 * @to: directory, must exist; a frame goes to TO/SEQUENCE.raw, its planes one
 *      behind the other
 *
 * Prints the mode that the camera is in, then a line per frame.
 * Return: as request(); what is wrong was said on standard error.
 */
int capture_run(const char *dir, const char *camera, unsigned int count,
		const char *to);

#endif /* CTL_CAPTURE_H */
