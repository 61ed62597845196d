/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * field.h - values of vmediad's answers, as text for people.
 *
 * Names come from drivers and guests: none of these lets them speak to the
 * terminal.
 */
#ifndef CTL_FIELD_H
#define CTL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* Bytes of a value as text, with its NUL; longer ones are cut. */
#define FIELD_SIZE 128

/**
 * typedef field_format - how a value is written
 * @text: FIELD_SIZE bytes
 * @value: not NULL; borrowed
 */
typedef void field_format(char *text, struct json_object *value);

/** field_plain() - numbers and text as they are, booleans as yes and no */
field_format field_plain;

/** field_hex() - an address */
field_format field_hex;

/** field_tenths() - a number with one digit behind the point */
field_format field_tenths;

/** field_limit() - a number; 0 is "unlimited" */
field_format field_limit;

/** field_size() - a number of bytes, short: 128M, 52.7M; K is 1024 */
field_format field_size;

/** field_mode() - object of format, width, height: "YUYV 1280x720" */
field_format field_mode;

/** field_reason() - why frames are not granted, in words */
field_format field_reason;

/**
 * field_print() - the value of @key in @object, as text
 * @text: FIELD_SIZE bytes; "-" if it is absent, null or empty
 * @format: how; NULL: field_plain()
 * Return: @text.
 */
const char *field_print(char *text, struct json_object *object, const char *key,
			field_format *format);

/** field_make_harmless() - put a question mark for each control character */
void field_make_harmless(char *text);

/** field_number() - 0 if it is absent or no number */
int64_t field_number(struct json_object *object, const char *key);

/** field_flag() - false if it is absent */
bool field_flag(struct json_object *object, const char *key);

/** field_is() - it is there, and this text */
bool field_is(struct json_object *object, const char *key, const char *text);

/** field_get() - the value, borrowed; NULL if it is absent or null */
struct json_object *field_get(struct json_object *object, const char *key);

/** field_set_decimal() - a number with at most two digits behind the point */
void field_set_decimal(struct json_object *object, const char *key,
		       double number);

#endif /* CTL_FIELD_H */
