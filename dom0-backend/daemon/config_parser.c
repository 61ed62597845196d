// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_parser.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void config_parser_finish(struct config_parser *p)
{
	for (unsigned int i = 0; i < p->num_remarks; i++)
		free(p->remarks[i].text);
	free(p->remarks);
	p->remarks = NULL;
	p->num_remarks = 0;
}

void config_parser_tell(const struct config_parser *p)
{
	const struct config_remark *remark;

	for (unsigned int i = 0; i < p->num_remarks; i++) {
		remark = &p->remarks[i];
		log_line(remark->is_mistake ? LOG_ERROR : LOG_WARNING,
			 "%s:%u: %s", p->path, remark->line, remark->text);
	}
	if (p->untold > 0)
		log_error("%s: and %u more", p->path, p->untold);
}

/*
 * Cameras are read before their domains, whatever the order of the file; who
 * mends it goes from line to line.
 */
static void add_remark(struct config_parser *p, struct config_remark remark)
{
	unsigned int at = p->num_remarks;

	if (at == CONFIG_MAX_REMARKS) {
		p->untold++;
		free(remark.text);
		return;
	}
	if (!config_grow(p, (void **)&p->remarks, at, sizeof(remark))) {
		free(remark.text);
		return;
	}
	for (; at > 0 && p->remarks[at - 1].line > remark.line; at--)
		p->remarks[at] = p->remarks[at - 1];
	p->remarks[at] = remark;
	p->num_remarks++;
}

static void remember(struct config_parser *p, unsigned int line,
		     bool is_mistake, const char *format, va_list ap)
{
	struct config_remark remark = { line, is_mistake, NULL };

	if (vasprintf(&remark.text, format, ap) < 0)
		p->error = -ENOMEM;
	else
		add_remark(p, remark);
}

void config_mistake(struct config_parser *p, unsigned int line,
		    const char *format, ...)
{
	va_list ap;

	p->mistakes++;
	va_start(ap, format);
	remember(p, line, true, format, ap);
	va_end(ap);
}

void config_warning(struct config_parser *p, unsigned int line,
		    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	remember(p, line, false, format, ap);
	va_end(ap);
}

char *config_copy(struct config_parser *p, const char *text)
{
	char *copied = strdup(text);

	if (!copied)
		p->error = -ENOMEM;
	return copied;
}

void *config_grow(struct config_parser *p, void **array, unsigned int count,
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

bool config_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}
