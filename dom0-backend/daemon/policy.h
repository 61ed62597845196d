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

#endif /* DAEMON_POLICY_H */
