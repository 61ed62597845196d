/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs have in common that do the STEPs of their command line, one
 * after the other, and print a line for each: what was done, and what came of
 * it, errno by its name. A STEP is WORD or WORD:VALUE. All programs know
 *
 *	note:FILE, until:FILE, sleep:SECONDS: makes a file, waits for one
 *
 * They end with 0 whatever was refused: the lines are what counts.
 */
#ifndef STEPS_H
#define STEPS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a program works on: each defines its own. */
struct state;

/* @needs_value: it makes no sense without one */
struct step {
	const char *word;
	void (*run)(struct state *state, const char *value);
	bool needs_value;
};

/* Prints what came of a system call, by its return value and errno. */
static inline void tell(int ret)
{
	if (ret < 0)
		puts(strerrorname_np(errno));
	else
		puts("ok");
}

static inline void do_note(struct state *state, const char *value)
{
	int fd = open(value, O_WRONLY | O_CREAT, 0600);

	(void)state;
	tell(fd);
	if (fd >= 0)
		close(fd);
}

static inline void do_until(struct state *state, const char *value)
{
	(void)state;
	while (access(value, F_OK) < 0)
		usleep(20000);
	puts("ok");
}

static inline void do_sleep(struct state *state, const char *value)
{
	(void)state;
	usleep(strtod(value, NULL) * 1e6);
	puts("ok");
}

static inline const struct step *find_step(const struct step *steps, size_t count,
					   const char *text)
{
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < count; i++) {
		const struct step *step = &steps[i];

		if (strlen(step->word) == len &&
		    strncmp(text, step->word, len) == 0 &&
		    (text[len] == ':' || !step->needs_value))
			return step;
	}
	return NULL;
}

/* Does what @words, which end with NULL, ask for. Returns the exit status. */
static inline int do_steps(struct state *state, const struct step *steps,
			   size_t count, char **words)
{
	static const struct step common[] = {
		{ "note", do_note, true },
		{ "until", do_until, true },
		{ "sleep", do_sleep, true },
	};

	/* Whoever reads along sees each step when it is done. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; *words; words++) {
		const char *value = strchr(*words, ':');
		const struct step *step = find_step(steps, count, *words);

		if (!step)
			step = find_step(common, sizeof(common) / sizeof(common[0]),
					 *words);
		if (!step) {
			fprintf(stderr, "what is %s?\n", *words);
			return 2;
		}
		printf("%s: ", *words);
		step->run(state, value ? value + 1 : NULL);
	}
	return 0;
}

#endif
