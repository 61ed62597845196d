// SPDX-License-Identifier: GPL-2.0-only
#include "config_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static int memory_file(const char *text)
{
	int fd = memfd_create("config", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

void config_file_load(struct config_file *file, const char *text)
{
	int fd = memory_file(text), log = memory_file("");
	int saved = dup(STDERR_FILENO);
	char path[64], lines[sizeof(file->log)] = "", *line, *rest = lines;

	memset(file, 0, sizeof(*file));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	dup2(log, STDERR_FILENO);
	file->result = config_load(path, &file->config);
	dup2(saved, STDERR_FILENO);
	assert_true(pread(log, lines, sizeof(lines) - 1, 0) >= 0);
	while ((line = strsep(&rest, "\n"))) {
		line = strstr(line, path);
		if (line) {
			strcat(file->log, line + strlen(path) + 1);
			strcat(file->log, "\n");
		}
	}
	close(saved);
	close(fd);
	close(log);
}

void config_file_unload(struct config_file *file)
{
	config_destroy(file->config);
}

void config_file_accepted(struct config_file *file, const char *text)
{
	config_file_load(file, text);
	assert_string_equal(file->log, "");
	assert_int_equal(file->result, 0);
}

void config_file_refused(const char *text, const char *log)
{
	struct config_file file;

	config_file_load(&file, text);
	assert_string_equal(file.log, log);
	assert_int_equal(file.result, -EINVAL);
	assert_null(file.config);
}

void config_file_warned(const char *text, const char *log)
{
	struct config_file file;

	config_file_load(&file, text);
	assert_string_equal(file.log, log);
	assert_int_equal(file.result, 0);
	config_file_unload(&file);
}
