// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config.h"

#include <errno.h>
#include <libxlutil.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "daemon/config_cameras.h"
#include "daemon/config_check.h"
#include "daemon/config_controls.h"
#include "daemon/config_domains.h"
#include "daemon/config_item.h"
#include "daemon/config_lines.h"
#include "daemon/config_window.h"

/* A file of more is not one of ours. */
#define MAX_FILE (1024 * 1024)

/* What libxlutil made of the file, and where it stands in there */
struct file {
	struct config_parser p;
	XLU_Config *xlu;
	struct config_lines *lines;
};

/* True if @key is there, even if it is not a list. */
static bool read_list(struct file *file, const char *key,
		      void (*add)(struct config_parser *p,
				  struct config_item *item))
{
	XLU_ConfigList *list;
	struct config_item item;
	int count, ret;

	ret = xlu_cfg_get_list(file->xlu, key, &list, &count, 1);
	if (ret == ESRCH)
		return false;
	if (ret != 0) {
		config_mistake(&file->p, config_lines_find(file->lines, key),
			       "`%s` must be a list: [ \"...\", ]", key);
		return true;
	}
	for (int i = 0; i < count && file->p.error == 0; i++) {
		if (config_item_init(&file->p, &item,
				     xlu_cfg_get_listitem(list, i),
				     config_lines_item(file->lines, key, i)))
			add(&file->p, &item);
		config_item_finish(&item);
	}
	return true;
}

static void read_log_level(struct file *file)
{
	const char *name;
	int ret = xlu_cfg_get_string(file->xlu, "log_level", &name, 1);

	if (ret == ESRCH)
		return;
	if (ret != 0 ||
	    log_level_from_name(name, &file->p.config->log_level) < 0)
		config_mistake(&file->p,
			       config_lines_find(file->lines, "log_level"),
			       "`log_level` must be \"error\", \"warning\", "
			       "\"info\" or \"debug\"");
}

static void read_quota(struct file *file)
{
	unsigned int line = config_lines_find(file->lines, "quota");
	struct config_item item;
	const char *text;
	int ret = xlu_cfg_get_string(file->xlu, "quota", &text, 1);

	if (ret == ESRCH)
		return;
	if (ret != 0) {
		config_mistake(&file->p, line, "`quota` must be a string: "
			       "\"sessions=128,held=2\"");
		return;
	}
	if (config_item_init(&file->p, &item, text, line)) {
		config_item_limits(&file->p, &item, &file->p.config->limits);
		config_item_refuse_rest(&file->p, &item);
	}
	config_item_finish(&item);
}

static void read_window(struct file *file)
{
	unsigned int line = config_lines_find(file->lines, "window");
	char why[CONFIG_WINDOW_WHY_SIZE];
	const char *text;
	int ret = xlu_cfg_get_string(file->xlu, "window", &text, 1);

	if (ret == ESRCH)
		return;
	if (ret != 0)
		config_mistake(&file->p, line, "`window` must be a string: "
			       "\"128M@0x100000000\"");
	else if (config_window_parse(text, &file->p.config->window, why,
				     sizeof(why)) < 0)
		config_mistake(&file->p, line, "%s", why);
}

static void check_key(struct file *file, unsigned int index)
{
	static const char *const known[] = { "log_level", "quota", "window",
					     "cameras", "domains",
					     "controls" };
	const struct config_setting *setting, *other;
	bool is_known = false;

	setting = config_lines_get(file->lines, index);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		is_known = is_known || config_same(known[i], setting->key);
	if (!is_known)
		config_mistake(&file->p, setting->line, "unknown key `%s`",
			       setting->key);
	for (unsigned int i = 0; i < index && !setting->appends; i++) {
		other = config_lines_get(file->lines, i);
		if (config_same(other->key, setting->key))
			config_mistake(&file->p, setting->line,
				       "`%s` is set on line %u too",
				       setting->key, other->line);
	}
}

/* Each reader leans on what those before it have read. */
static void read_settings(struct file *file)
{
	struct config *config = file->p.config;

	for (unsigned int i = 0; i < config_lines_count(file->lines); i++)
		check_key(file, i);
	read_log_level(file);
	read_quota(file);
	read_window(file);
	config->host_cameras = !read_list(file, "cameras", config_add_camera);
	config->every_domain = !read_list(file, "domains", config_add_domain);
	read_list(file, "controls", config_add_control);
	if (file->p.error == 0)
		config_check(&file->p);
}

/* libxlutil's own words about the syntax, one line each, with its line. */
static void report_syntax(struct file *file, char *report)
{
	char *line;

	while ((line = strsep(&report, "\n"))) {
		if (*line)
			log_error("%s", line);
	}
	file->p.mistakes++;
}

static void parse(struct file *file, const char *text)
{
	char *report = NULL;
	size_t report_len;
	FILE *messages = open_memstream(&report, &report_len);
	int ret = ENOMEM;

	if (messages)
		file->xlu = xlu_cfg_init(messages, file->p.path);
	if (file->xlu)
		ret = xlu_cfg_readdata(file->xlu, text, strlen(text));
	if (messages)
		fflush(messages);
	if (ret == 0)
		file->p.error = config_lines_create(text, &file->lines);
	else if (ret == ENOMEM)
		file->p.error = -ENOMEM;
	else
		report_syntax(file, report);
	if (file->lines)
		read_settings(file);
	config_parser_tell(&file->p);
	config_lines_destroy(file->lines);
	if (file->xlu)
		xlu_cfg_destroy(file->xlu);
	if (messages)
		fclose(messages);
	free(report);
}

/* The whole file, NUL-terminated; -errno if it cannot be had. */
static int read_file(const char *path, char **out)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t len;
	int ret = 0;

	if (!file)
		return -errno;
	text = calloc(1, MAX_FILE + 1);
	if (!text) {
		fclose(file);
		return -ENOMEM;
	}
	len = fread(text, 1, MAX_FILE, file);
	if (ferror(file))
		ret = -errno;
	else if (!feof(file))
		ret = -EFBIG;
	/* libxlutil would stop at it, and so would nobody notice the rest. */
	else if (strlen(text) != len)
		ret = -EILSEQ;
	fclose(file);
	if (ret < 0)
		free(text);
	else
		*out = text;
	return ret;
}

int config_load(const char *path, struct config **out)
{
	struct file file = { .p.path = path };
	char *text = NULL;
	int ret;

	ret = read_file(path, &text);
	if (ret < 0) {
		log_error("%s: cannot be read: %s", path, strerror(-ret));
		return ret;
	}
	ret = config_create_default(&file.p.config);
	if (ret == 0) {
		parse(&file, text);
		ret = file.p.error ? file.p.error :
		      file.p.mistakes ? -EINVAL : 0;
	}
	free(text);
	config_parser_finish(&file.p);
	if (ret < 0)
		config_destroy(file.p.config);
	else
		*out = file.p.config;
	return ret;
}
