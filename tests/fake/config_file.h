/* SPDX-License-Identifier: GPL-2.0-only */
/* config_file.h - a configuration file of a few lines, and what is said of it. */
#ifndef FAKE_CONFIG_FILE_H
#define FAKE_CONFIG_FILE_H

#include "daemon/config.h"

/**
 * struct config_file - a file that was loaded
 * @config: NULL if it was refused
 * @result: of config_load()
 * @log: what was logged of it, as "line: what", a line each
 */
struct config_file {
	struct config *config;
	int result;
	char log[16384];
};

/** config_file_load() - load @text; never fails itself */
void config_file_load(struct config_file *file, const char *text);

/** config_file_unload() - also of a file that was refused */
void config_file_unload(struct config_file *file);

/** config_file_accepted() - load @text, which must be good without a warning */
void config_file_accepted(struct config_file *file, const char *text);

/** config_file_refused() - @text must be refused, with nothing said but @log */
void config_file_refused(const char *text, const char *log);

/** config_file_warned() - @text must be taken, with nothing said but @log */
void config_file_warned(const char *text, const char *log);

#endif /* FAKE_CONFIG_FILE_H */
