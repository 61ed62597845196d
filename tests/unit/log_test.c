// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

static int pipe_fds[2];
static int real_stderr;

static int capture(void **state)
{
	(void)state;
	if (pipe(pipe_fds) < 0)
		return -1;
	real_stderr = dup(STDERR_FILENO);
	dup2(pipe_fds[1], STDERR_FILENO);
	close(pipe_fds[1]);
	log_init("vmedia-guest ivi", LOG_INFO);
	return 0;
}

static int release(void **state)
{
	(void)state;
	close(pipe_fds[0]);
	return 0;
}

/* What was logged since capture(); ends the capture. */
static const char *logged(void)
{
	static char text[4096];
	ssize_t len;

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	len = read(pipe_fds[0], text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	return text;
}

static void a_line_names_the_process_and_the_level(void **state)
{
	(void)state;
	log_warning("camera %s is gone", "rear");
	assert_string_equal(logged(),
			    "vmedia-guest ivi: warning: camera rear is gone\n");
}

static void a_line_above_the_level_is_not_written(void **state)
{
	(void)state;
	log_debug("command 3");
	assert_string_equal(logged(), "");
}

static void logging_keeps_errno(void **state)
{
	(void)state;
	errno = ENXIO;
	log_error("%s", "anything");
	assert_int_equal(errno, ENXIO);
	logged();
}

static void a_line_that_is_too_long_is_cut_and_still_ends(void **state)
{
	char text[2000];
	const char *line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_error("%s", text);
	line = logged();
	assert_true(strlen(line) <= 1024);
	assert_int_equal(line[strlen(line) - 1], '\n');
}

static void a_guest_cannot_flood_the_log(void **state)
{
	struct log_limit limit = { 0 };
	unsigned int allowed = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		allowed += log_allowed(&limit);
	logged();
	/* The second may turn once while the loop runs. */
	assert_in_range(allowed, 10, 20);
}

static void an_unknown_level_is_refused(void **state)
{
	enum log_level level = LOG_WARNING;

	(void)state;
	assert_int_equal(log_level_from_name("loud", &level), -EINVAL);
	assert_int_equal(level, LOG_WARNING);
	logged();
}

static void every_level_has_a_name_that_leads_back_to_it(void **state)
{
	enum log_level level;

	(void)state;
	for (enum log_level l = LOG_ERROR; l <= LOG_DEBUG; l++) {
		assert_int_equal(log_level_from_name(log_level_name(l), &level),
				 0);
		assert_int_equal(level, l);
	}
	logged();
}

static void hear(void *owner, const char *line)
{
	strcat(strcat(owner, line), ";");
}

static void who_listens_hears_errors_and_nothing_else(void **state)
{
	char heard[64] = "";

	(void)state;
	log_listen(hear, heard);
	log_error("line %d", 3);
	log_warning("of no matter");
	log_listen(NULL, NULL);
	log_error("line 4");
	assert_string_equal(logged(), "vmedia-guest ivi: error: line 3\n"
			    "vmedia-guest ivi: warning: of no matter\n"
			    "vmedia-guest ivi: error: line 4\n");
	assert_string_equal(heard, "line 3;");
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, capture, release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_line_names_the_process_and_the_level),
		STORY(a_line_above_the_level_is_not_written),
		STORY(logging_keeps_errno),
		STORY(a_line_that_is_too_long_is_cut_and_still_ends),
		STORY(a_guest_cannot_flood_the_log),
		STORY(an_unknown_level_is_refused),
		STORY(who_listens_hears_errors_and_nothing_else),
		STORY(every_level_has_a_name_that_leads_back_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
