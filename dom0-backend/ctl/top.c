// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/top.h"

#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "ctl/options.h"
#include "ctl/rates.h"
#include "ctl/request.h"
#include "ctl/table.h"

static const struct column sessions[] = {
	{ .title = "SERIAL", .key = "serial" },
	{ .title = "DOMAIN", .key = "guest" },
	{ .title = "CAMERA", .key = "camera" },
	{ .title = "MODE", .key = "mode", .format = field_mode },
	{ .title = "ASKED", .key = "rate", .format = field_tenths },
	{ .title = "FPS", .key = "fps", .format = field_tenths },
	{ .title = "FRAMES", .key = "frames" },
	{ .title = "SKIPPED", .key = "skipped" },
	{ .title = "-NOBUF", .key = "no_buffer" },
	{ .title = "-HELD", .key = "missed_held" },
	{ .title = "-BEHIND", .key = "missed_behind" },
	{ .title = "-SHORT", .key = "missed_short" },
	{ .title = "-FAILED", .key = "failed" },
	{ .title = "HELD", .key = "held" },
	{ .title = "BYTES/S", .key = "bytes_per_second", .format = field_size },
};

static void format_keeping(char *text, struct json_object *pinned)
{
	snprintf(text, FIELD_SIZE, "%s",
		 json_object_get_boolean(pinned) ? "pinned" : "first come");
}

static void format_primary(char *text, struct json_object *primary)
{
	field_print(text, primary, "guest", NULL);
}

static const struct column cameras[] = {
	{ .title = "CAMERA", .key = "name" },
	{ .title = "MODE", .key = "mode", .format = field_mode },
	{ .title = "KEPT", .key = "pinned", .format = format_keeping },
	{ .title = "FPS", .key = "fps", .format = field_tenths },
	{ .title = "CAPTURED", .key = "captured" },
	{ .title = "LOST", .key = "lost" },
	{ .title = "SLOTS", .key = "slots" },
	{ .title = "QUEUED", .key = "queued" },
	{ .title = "SESSIONS", .key = "sessions" },
	{ .title = "PRIMARY", .key = "primary", .format = format_primary },
};

static void print_round(const struct options *options,
			struct json_object *answer)
{
	char interval[FIELD_SIZE];

	/* Who asks for so many wants to have them all. */
	if (options->count == 0 && isatty(STDOUT_FILENO))
		printf("\033[H\033[2J");
	table_print("Sessions", sessions, ARRAY_SIZE(sessions),
		    field_get(answer, "sessions"));
	table_print("Cameras", cameras, ARRAY_SIZE(cameras),
		    field_get(answer, "cameras"));
	printf("FPS and BYTES/S of the last %s s; -NOBUF to -FAILED: frames that "
	       "it missed, by cause\n",
	       field_print(interval, answer, "interval", NULL));
}

/* ^C is the end of the wait. Return: -EINTR after it. */
static int wait_for(unsigned int ms, const sigset_t *interrupt)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	return sigtimedwait(interrupt, NULL, &time) < 0 ? 0 : -EINTR;
}

/* @last: the round before, which this one replaces */
static int next_round(const struct options *options, struct json_object **last)
{
	struct json_object *now;
	int ret = request(options->run_dir, request_new("top"), NULL, &now);

	if (ret < 0)
		return ret;
	rates_add(*last, now);
	json_object_put(*last);
	*last = now;
	if (options->json)
		request_print_json(now, false);
	else
		print_round(options, now);
	/* It is told at the end, as of every command. */
	return fflush(stdout) != 0 ? -EIO : 0;
}

int top_run(const struct options *options, char *const *words)
{
	struct json_object *last;
	unsigned int rounds = 0;
	sigset_t interrupt;
	int ret;

	(void)words;
	ret = request(options->run_dir, request_new("top"), NULL, &last);
	if (ret < 0)
		return ret;
	/* It waits until a round is complete: half a table helps nobody. */
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	while (ret == 0 && (options->count == 0 || rounds < options->count)) {
		ret = wait_for(options->interval_ms, &interrupt);
		if (ret == 0)
			ret = next_round(options, &last);
		rounds++;
	}
	json_object_put(last);
	return ret == -EINTR ? 0 : ret;
}
