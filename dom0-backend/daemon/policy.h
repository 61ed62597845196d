/* SPDX-License-Identifier: GPL-2.0-only */
/* policy.h - which camera is behind which device, and who may have one. */
#ifndef DAEMON_POLICY_H
#define DAEMON_POLICY_H

#include <stdbool.h>

#include "daemon/config.h"

/**
 * struct policy_choice - a camera
 * @name: borrowed from the configuration; NULL: go by @number
 * @number: position among all cameras, from 0
 */
struct policy_choice {
	const char *name;
	unsigned int number;
};

/**
 * policy_names() - @text, from the configuration, is this domain
 * @name: of the domain, as xl knows it
 * @uuid: of the domain, lower case
 */
bool policy_names(const char *text, const char *name, const char *uuid);

/**
 * policy_domain() - what the configuration says of a domain
 * @name: of the domain, as xl knows it
 * @uuid: of the domain, lower case
 *
 * A uuid is the better proof, so it goes before a name.
 * Return: borrowed from @config, or NULL if the domain is not listed.
 */
const struct config_domain *policy_domain(const struct config *config,
					  const char *name, const char *uuid);

/**
 * policy_camera() - the camera behind a device
 * @domain: of policy_domain()
 * @rank: of the device among the domain's devices of our kind, from 0
 * @out: untouched if there is none
 * Return: false if the policy gives this device no camera.
 */
bool policy_camera(const struct config *config,
		   const struct config_domain *domain, unsigned int rank,
		   struct policy_choice *out);

/** policy_limits() - quotas of a domain; borrowed from the configuration */
const struct quota_limits *policy_limits(const struct config *config,
					 const struct config_domain *domain);

/** policy_window() - of a domain's devices; borrowed from the configuration */
const struct window_place *policy_window(const struct config *config,
					 const struct config_domain *domain);

/** policy_transfer() - what a domain says of how frames reach it */
enum transfer_policy policy_transfer(const struct config_domain *domain);

/** policy_find_camera() - what the configuration says of a camera; NULL if it
 * is not there; borrowed from @config */
const struct config_camera *policy_find_camera(const struct config *config,
					       const char *camera);

/**
 * policy_rules() - what a domain may do with the controls of a camera
 * @name: of the domain
 * @uuid: likewise
 * @camera: its name
 * @guest: gets @rules and @num_rules
 *
 * If they are more than there is room for, what the last ones say is not known,
 * so every control that no other rule is about is hidden.
 */
void policy_rules(const struct config *config, const char *name,
		  const char *uuid, const char *camera,
		  struct camera_guest *guest);

#endif /* DAEMON_POLICY_H */
