/* SPDX-License-Identifier: GPL-2.0-only */
/* font.h - the few characters that a frame number and a clock are made of. */
#ifndef CAMERA_FONT_H
#define CAMERA_FONT_H

#include <stdint.h>

#define FONT_WIDTH 5
#define FONT_HEIGHT 7

/**
 * font_glyph() - FONT_HEIGHT rows, top first; bit 4 is the leftmost pixel
 *
 * Return: the glyph of a digit, ':' or '.'; an empty one for all else.
 */
const uint8_t *font_glyph(char c);

#endif /* CAMERA_FONT_H */
