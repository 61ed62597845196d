/* SPDX-License-Identifier: GPL-2.0-only */
/* quota.h - vmediactl quota: limits of domains. */
#ifndef CTL_QUOTA_H
#define CTL_QUOTA_H

struct json_object;
struct options;

/* More than there are limits is a slip of the keyboard. */
#define QUOTA_MAX_WORDS 32

/**
 * quota_get_run() - print limits, and what is used
 * @words: maybe a domain; else all that run
 * Return: as request().
 */
int quota_get_run(const struct options *options, char *const *words);

/**
 * quota_set_check() - @words: a domain, and items of the form name=value
 * Return: -EINVAL, with a message, if an item has another form; which names
 * and values there are is vmediad's to say.
 */
int quota_set_check(char *const *words);

/**
 * quota_set_run() - change limits; all that are named, or none
 * @words: as quota_set_check() was content with
 *
 * Prints all limits of the domain.
 * Return: as request().
 */
int quota_set_run(const struct options *options, char *const *words);

/**
 * quota_print() - the limits of one domain
 * @guest: object with `quotas`; borrowed
 */
void quota_print(const char *title, struct json_object *guest);

#endif /* CTL_QUOTA_H */
