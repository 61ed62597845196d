// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config.h"

#include <ctype.h>
#include <errno.h>
#include <libxlutil.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "daemon/config_lines.h"

/* A file of more is not one of ours. */
#define MAX_FILE (1024 * 1024)

struct parser {
	const char *path;
	XLU_Config *xlu;
	struct config_lines *lines;
	struct config *config;
	unsigned int mistakes;
	int error; /* -ENOMEM once there is none */
};

/* An item "key=value,key=value" taken apart; key and value are in @text. */
struct item {
	char *text;
	unsigned int line;
	struct {
		const char *key;
		char *value;
		bool used;
	} part[8];
	unsigned int parts;
};

static void __attribute__((format(printf, 3, 4)))
mistake(struct parser *p, unsigned int line, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	log_error("%s:%u: %s", p->path, line, text);
	p->mistakes++;
}

static char *copy(struct parser *p, const char *text)
{
	char *copied = strdup(text);

	if (!copied)
		p->error = -ENOMEM;
	return copied;
}

/* Zeroed room for one more element at the end of *@array. */
static void *grow(struct parser *p, void **array, unsigned int count,
		  size_t size)
{
	char *grown = reallocarray(*array, count + 1, size);

	if (!grown) {
		p->error = -ENOMEM;
		return NULL;
	}
	*array = grown;
	memset(grown + count * size, 0, size);
	return grown + count * size;
}

static bool parse_number(const char *text, unsigned int *out)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value > CONFIG_MAX_SESSIONS)
		return false;
	*out = value;
	return true;
}

static bool is_camera_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) && !strchr("_-.", name[i]))
			return false;
	}
	return len > 0 && len <= CONFIG_MAX_CAMERA_NAME;
}

/* Xen's form: 8-4-4-4-12. Made lower case, as xenstore has it. */
static bool parse_uuid(char *text)
{
	static const char form[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++) {
		if (form[i] == '-' ? text[i] != '-' :
				     !isxdigit((unsigned char)text[i]))
			return false;
		text[i] = tolower((unsigned char)text[i]);
	}
	return true;
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return text;
}

static bool split_part(struct parser *p, struct item *item, char *part)
{
	char *equals = strchr(part, '=');
	const char *key;

	if (!equals) {
		mistake(p, item->line, "\"%s\" is not key=value", trim(part));
		return false;
	}
	*equals = '\0';
	key = trim(part);
	for (unsigned int i = 0; i < item->parts; i++) {
		if (strcmp(item->part[i].key, key) == 0) {
			mistake(p, item->line, "`%s=` is there twice", key);
			return false;
		}
	}
	if (item->parts == ARRAY_SIZE(item->part)) {
		mistake(p, item->line, "too many keys");
		return false;
	}
	item->part[item->parts].key = key;
	item->part[item->parts].value = trim(equals + 1);
	item->parts++;
	return true;
}

static bool item_init(struct parser *p, struct item *item, const char *text,
		      unsigned int line)
{
	bool good = true;
	char *rest;

	*item = (struct item){ .line = line };
	if (!text) {
		mistake(p, line, "a list in a list is not understood");
		return false;
	}
	item->text = copy(p, text);
	rest = item->text;
	while (rest)
		good = split_part(p, item, strsep(&rest, ",")) && good;
	return item->text && good;
}

static void item_finish(struct item *item)
{
	free(item->text);
}

/* NULL if the item does not have it. What nobody takes is unknown. */
static char *item_take(struct item *item, const char *key)
{
	for (unsigned int i = 0; i < item->parts; i++) {
		if (strcmp(item->part[i].key, key) == 0) {
			item->part[i].used = true;
			return item->part[i].value;
		}
	}
	return NULL;
}

static void item_refuse_rest(struct parser *p, const struct item *item)
{
	for (unsigned int i = 0; i < item->parts; i++) {
		if (!item->part[i].used)
			mistake(p, item->line, "unknown key `%s=`",
				item->part[i].key);
	}
}

static const struct config_camera *find_camera(const struct config *config,
					       const char *name)
{
	for (unsigned int i = 0; i < config->num_cameras; i++) {
		if (strcmp(config->cameras[i].name, name) == 0)
			return &config->cameras[i];
	}
	return NULL;
}

static void add_camera(struct parser *p, struct item *item)
{
	struct config *config = p->config;
	const char *name = item_take(item, "name");
	const char *source = item_take(item, "source");
	struct config_camera *camera;

	item_refuse_rest(p, item);
	if (!name || !is_camera_name(name)) {
		mistake(p, item->line,
			"a camera needs `name=`: at most %d letters, digits, "
			"`_`, `-`, `.`", CONFIG_MAX_CAMERA_NAME);
		return;
	}
	if (find_camera(config, name)) {
		mistake(p, item->line, "camera \"%s\" is there twice", name);
		return;
	}
	if (!source || (source[0] != '/' && strncmp(source, "pattern:", 8)))
		mistake(p, item->line, "camera \"%s\" needs `source=`: "
			"/dev/videoN or pattern:WIDTHxHEIGHT", name);
	/* Kept in spite of it: domains that name it are not wrong. */
	camera = grow(p, (void **)&config->cameras, config->num_cameras,
		      sizeof(*camera));
	if (!camera)
		return;
	config->num_cameras++;
	camera->name = copy(p, name);
	camera->source = copy(p, source ? source : "");
}

/* Without `cameras` they are found later: only the form can be judged. */
static bool camera_may_exist(const struct config *config, const char *name)
{
	size_t prefix = strlen("video");

	if (!config->host_cameras)
		return find_camera(config, name) != NULL;
	return strncmp(name, "video", prefix) == 0 && name[prefix] &&
	       strspn(name + prefix, "0123456789") == strlen(name + prefix);
}

static void add_domain_cameras(struct parser *p, struct item *item,
			       struct config_domain *domain)
{
	char *rest = item_take(item, "cameras");
	char **slot;
	char *name;

	domain->all_cameras = !rest;
	while (rest) {
		name = strsep(&rest, " \t");
		if (!*name)
			continue;
		if (!camera_may_exist(p->config, name))
			mistake(p, item->line, "there is no camera \"%s\"",
				name);
		slot = grow(p, (void **)&domain->cameras, domain->num_cameras,
			    sizeof(*slot));
		if (!slot)
			return;
		*slot = copy(p, name);
		domain->num_cameras++;
	}
}

static void add_domain_sessions(struct parser *p, struct item *item,
				struct config_domain *domain)
{
	const char *text = item_take(item, "sessions");
	unsigned int sessions;

	domain->limits = p->config->limits;
	if (!text)
		return;
	if (parse_number(text, &sessions))
		domain->limits.limit[QUOTA_SESSIONS] = sessions;
	else
		mistake(p, item->line, "`sessions=` is a number up to %d, "
			"not \"%s\"", CONFIG_MAX_SESSIONS, text);
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Who the item is about; false if that is not clear. */
static bool identify_domain(struct parser *p, struct item *item, char **name,
			    char **uuid)
{
	const struct config *config = p->config;
	const struct config_domain *other;

	*name = item_take(item, "name");
	*uuid = item_take(item, "uuid");
	if (!*name == !*uuid || (*name && !**name)) {
		mistake(p, item->line,
			"a domain needs one of `name=` and `uuid=`");
		return false;
	}
	if (*uuid && !parse_uuid(*uuid)) {
		mistake(p, item->line, "\"%s\" is not a uuid", *uuid);
		return false;
	}
	for (unsigned int i = 0; i < config->num_domains; i++) {
		other = &config->domains[i];
		if (same(other->name, *name) || same(other->uuid, *uuid)) {
			mistake(p, item->line, "domain \"%s\" is there twice",
				*name ? *name : *uuid);
			return false;
		}
	}
	return true;
}

static void add_domain(struct parser *p, struct item *item)
{
	struct config *config = p->config;
	struct config_domain *domain;
	char *name, *uuid;
	bool known;

	known = identify_domain(p, item, &name, &uuid);
	domain = grow(p, (void **)&config->domains, config->num_domains,
		      sizeof(*domain));
	if (!domain)
		return;
	config->num_domains++;
	if (known && name)
		domain->name = copy(p, name);
	if (known && uuid)
		domain->uuid = copy(p, uuid);
	add_domain_cameras(p, item, domain);
	add_domain_sessions(p, item, domain);
	item_refuse_rest(p, item);
}

/* True if @key is there, even if it is not a list. */
static bool read_list(struct parser *p, const char *key,
		      void (*add)(struct parser *p, struct item *item))
{
	XLU_ConfigList *list;
	struct item item;
	int count, ret;

	ret = xlu_cfg_get_list(p->xlu, key, &list, &count, 1);
	if (ret == ESRCH)
		return false;
	if (ret != 0) {
		mistake(p, config_lines_find(p->lines, key),
			"`%s` must be a list: [ \"...\", ]", key);
		return true;
	}
	for (int i = 0; i < count && p->error == 0; i++) {
		if (item_init(p, &item, xlu_cfg_get_listitem(list, i),
			      config_lines_item(p->lines, key, i)))
			add(p, &item);
		item_finish(&item);
	}
	return true;
}

static void read_log_level(struct parser *p)
{
	const char *name;
	int ret = xlu_cfg_get_string(p->xlu, "log_level", &name, 1);

	if (ret == ESRCH)
		return;
	if (ret != 0 || log_level_from_name(name, &p->config->log_level) < 0)
		mistake(p, config_lines_find(p->lines, "log_level"),
			"`log_level` must be \"error\", \"warning\", \"info\" "
			"or \"debug\"");
}

static void read_sessions(struct parser *p)
{
	unsigned int sessions;
	const char *text;
	int ret = xlu_cfg_get_string(p->xlu, "sessions", &text, 1);

	if (ret == ESRCH)
		return;
	if (ret == 0 && parse_number(text, &sessions))
		p->config->limits.limit[QUOTA_SESSIONS] = sessions;
	else
		mistake(p, config_lines_find(p->lines, "sessions"),
			"`sessions` must be a number up to %d, 0 = unlimited",
			CONFIG_MAX_SESSIONS);
}

static void check_key(struct parser *p, unsigned int index)
{
	static const char *const known[] = { "log_level", "sessions",
					     "cameras", "domains" };
	const struct config_setting *setting, *other;
	bool is_known = false;

	setting = config_lines_get(p->lines, index);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		is_known = is_known || same(known[i], setting->key);
	if (!is_known)
		mistake(p, setting->line, "unknown key `%s`", setting->key);
	for (unsigned int i = 0; i < index && !setting->appends; i++) {
		other = config_lines_get(p->lines, i);
		if (same(other->key, setting->key))
			mistake(p, setting->line, "`%s` is set on line %u too",
				setting->key, other->line);
	}
}

/* libxlutil's own words about the syntax, one line each, with its line. */
static void report_syntax(struct parser *p, char *report)
{
	char *line;

	while ((line = strsep(&report, "\n"))) {
		if (*line)
			log_error("%s", line);
	}
	p->mistakes++;
}

static void parse(struct parser *p, const char *text)
{
	char *report = NULL;
	size_t report_len;
	FILE *messages = open_memstream(&report, &report_len);
	int ret = ENOMEM;

	if (messages)
		p->xlu = xlu_cfg_init(messages, p->path);
	if (p->xlu)
		ret = xlu_cfg_readdata(p->xlu, text, strlen(text));
	if (messages)
		fflush(messages);
	if (ret == 0)
		p->error = config_lines_create(text, &p->lines);
	else if (ret == ENOMEM)
		p->error = -ENOMEM;
	else
		report_syntax(p, report);
	if (p->lines) {
		for (unsigned int i = 0; i < config_lines_count(p->lines); i++)
			check_key(p, i);
		read_log_level(p);
		read_sessions(p);
		p->config->host_cameras = !read_list(p, "cameras", add_camera);
		p->config->every_domain = !read_list(p, "domains", add_domain);
	}
	config_lines_destroy(p->lines);
	if (p->xlu)
		xlu_cfg_destroy(p->xlu);
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
	struct parser p = { .path = path };
	char *text = NULL;
	int ret;

	ret = read_file(path, &text);
	if (ret < 0) {
		log_error("%s: cannot be read: %s", path, strerror(-ret));
		return ret;
	}
	ret = config_create_default(&p.config);
	if (ret == 0) {
		parse(&p, text);
		ret = p.error ? p.error : p.mistakes ? -EINVAL : 0;
	}
	free(text);
	if (ret < 0)
		config_destroy(p.config);
	else
		*out = p.config;
	return ret;
}
