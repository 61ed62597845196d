// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_check.h"

#include "daemon/config_domains.h"

/*
 * With a list of domains, an id that is not on it names nobody: a domain that
 * is listed by its uuid must be named so everywhere.
 */
static const struct config_domain *
known_domain(struct config_parser *p, unsigned int line, const char *key,
	     const char *id)
{
	const struct config_domain *domain;

	if (!id || p->config->every_domain)
		return NULL;
	domain = config_find_domain(p->config, id);
	if (!domain)
		config_mistake(p, line,
			       "`%s=%s`: no item of `domains` goes by that "
			       "name or uuid", key, id);
	return domain;
}

static void check_primary(struct config_parser *p,
			  const struct config_camera *camera)
{
	const struct config_domain *domain;

	domain = known_domain(p, camera->line, "primary", camera->primary);
	if (domain && !config_domain_has(domain, camera->name))
		config_mistake(p, camera->line, "`primary=%s`: that domain "
			       "does not have camera \"%s\" (line %u)",
			       camera->primary, camera->name, domain->line);
}

static void check_where(struct config_parser *p,
			const struct config_control *control)
{
	const struct config_domain *domain;

	domain = known_domain(p, control->line, "domain", control->domain);
	if (domain && control->camera &&
	    !config_domain_has(domain, control->camera))
		config_warning(p, control->line, "rule without effect: domain "
			       "\"%s\" does not have camera \"%s\" (line %u)",
			       control->domain, control->camera, domain->line);
}

/* The rule counts for whatever goes by these names; NULL: by none. */
static bool fits(const struct config_control *control, const char *domain,
		 const char *camera)
{
	return (!control->domain || config_same(control->domain, domain)) &&
	       (!control->camera || config_same(control->camera, camera));
}

static bool covers(const struct control_rule *rule,
		   const struct control_rule *other)
{
	if (!rule->id && !rule->name[0])
		return true;
	if (rule->id || other->id)
		return rule->id == other->id;
	return config_same(rule->name, other->name);
}

/* The first that fits counts, so what an earlier one covers is never asked. */
static void check_order(struct config_parser *p, unsigned int index)
{
	const struct config_control *controls = p->config->controls;
	const struct config_control *control = &controls[index];

	for (unsigned int i = 0; i < index; i++) {
		if (fits(&controls[i], control->domain, control->camera) &&
		    covers(&controls[i].rule, &control->rule)) {
			config_warning(p, control->line,
				       "rule without effect: that on line %u "
				       "fits before it", controls[i].line);
			return;
		}
	}
}

/* vmedia-camera takes so many with each session. False if there are more. */
static bool check_number(struct config_parser *p, const char *domain,
			 const char *camera)
{
	const struct config_control *control = p->config->controls;
	unsigned int number = 0;

	for (unsigned int i = 0; i < p->config->num_controls; i++, control++) {
		number += fits(control, domain, camera);
		if (number > CAMERA_MAX_RULES) {
			config_mistake(p, control->line,
				       "more than %d rules for domain \"%s\" "
				       "and camera \"%s\"", CAMERA_MAX_RULES,
				       domain ? domain : "*",
				       camera ? camera : "*");
			return false;
		}
	}
	return true;
}

/* What no rule names has fewer rules than what one names. */
static void check_numbers(struct config_parser *p)
{
	const struct config_control *controls = p->config->controls;
	unsigned int num = p->config->num_controls;

	if (num <= CAMERA_MAX_RULES)
		return;
	for (unsigned int i = 0; i < num; i++) {
		for (unsigned int j = 0; j < num; j++) {
			if (!check_number(p, controls[i].domain,
					  controls[j].camera))
				return;
		}
	}
}

void config_check(struct config_parser *p)
{
	const struct config *config = p->config;

	for (unsigned int i = 0; i < config->num_cameras; i++)
		check_primary(p, &config->cameras[i]);
	for (unsigned int i = 0; i < config->num_controls; i++) {
		check_where(p, &config->controls[i]);
		check_order(p, i);
	}
	check_numbers(p);
}
