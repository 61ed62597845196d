# SPDX-License-Identifier: GPL-2.0-only
#
# .config and what is made of it: include/config/auto.conf for make,
# include/generated/autoconf.h for C.

# What kconfig-frontends reads from the environment
kconfig-env := srctree=$(srctree) KCONFIG_CONFIG=.config \
	KCONFIG_AUTOCONFIG=include/config/auto.conf \
	KCONFIG_AUTOHEADER=include/generated/autoconf.h \
	KCONFIG_TRISTATE=include/config/tristate.conf
kconf = $(if $(shell command -v kconfig-conf),,$(error \
	kconfig-conf is missing: "make deps" installs it))$(kconfig-env) kconfig-conf
kconfigs := $(srctree)/Kconfig

.PHONY: defconfig oldconfig olddefconfig menuconfig savedefconfig

defconfig: $(srctree)/configs/defconfig
	$(Q)$(kconf) --defconfig=$< $(kconfigs)

%_defconfig: $(srctree)/configs/%_defconfig
	$(Q)$(kconf) --defconfig=$< $(kconfigs)

oldconfig olddefconfig:
	$(Q)$(kconf) --$@ $(kconfigs)

menuconfig:
	$(Q)$(kconfig-env) kconfig-mconf $(kconfigs)

savedefconfig:
	$(Q)$(kconf) --savedefconfig=defconfig $(kconfigs)

# Its absence must not stop anybody: the default configuration builds.
.config:
	@echo '  no .config: taking configs/defconfig'
	$(Q)$(kconf) --defconfig=$(srctree)/configs/defconfig $(kconfigs) >/dev/null

# An option that is new to .config takes its default without a question, since
# nobody may be there to answer; oldconfig asks.
include/config/auto.conf: .config $(kconfigs)
	$(Q)mkdir -p include/config include/generated
	$(Q)$(kconf) --olddefconfig $(kconfigs) >/dev/null
	$(Q)$(kconf) --silentoldconfig $(kconfigs)
	$(Q)touch include/config/auto.conf include/generated/autoconf.h
