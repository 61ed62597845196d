# SPDX-License-Identifier: GPL-2.0-only
#
# How the daemon's sources become objects, archives and programs.
#
# Each folder of dom0-backend has a Makefile that lists
#	obj-y += log.o			its objects, one a line,
#	obj-$(CONFIG_VMEDIA_X) += x.o	some of them optional,
#	pkg-y += libevent_core		the libraries it calls, by pkg-config.

ifneq ($(filter default undefined,$(origin CC)),)
CC := $(CROSS_COMPILE)gcc
endif
ifneq ($(filter default undefined,$(origin AR)),)
AR := $(CROSS_COMPILE)ar
endif
PKG_CONFIG ?= pkg-config
CHECK ?= sparse

is-clang := $(findstring clang,$(notdir $(firstword $(CC))))
triplet := $(patsubst %-,%,$(notdir $(CROSS_COMPILE)))
target-flags := $(if $(is-clang),$(addprefix --target=,$(triplet)))
ifneq ($(SYSROOT),)
target-flags += --sysroot=$(SYSROOT)
pkg-config-env := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(triplet)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig
endif
pkg-config = $(shell $(pkg-config-env) $(PKG_CONFIG) $(1))

folders := $(sort $(foreach p,$(programs),$($(p)-folders)))

define read-folder
obj-y :=
pkg-y :=
include $(srctree)/$(backend)/$(1)/Makefile
obj-$(1) := $$(addprefix $(backend)/$(1)/,$$(obj-y))
pkg-$(1) := $$(pkg-y)
endef
$(foreach f,$(folders),$(eval $(call read-folder,$(f))))

# Not all of the libraries are wanted by each compilation, but all are found in
# the same place, and one question is quicker than one per folder.
packages := $(sort $(foreach f,$(folders),$(pkg-$(f))))
answer := $(call pkg-config,--exists --print-errors --short-errors \
	--errors-to-stdout $(packages) && echo found)
ifneq ($(answer),found)
$(error pkg-config: $(answer) ("make deps" installs what is needed))
endif
pkg-cflags := $(call pkg-config,--cflags $(packages))

include-flags := -I$(srctree)/$(backend) -I$(srctree)/$(backend)/guest \
	-I$(srctree)/common/include \
	-include include/generated/autoconf.h -include include/generated/build.h

warning-flags := -Wall -Wextra -Werror -Wmissing-prototypes \
	-Wstrict-prototypes -Wdeclaration-after-statement -Wvla -Wshadow \
	-Wundef -Wno-unused-parameter
ifneq ($(W),)
# What is worth a look but not always a change
warning-flags += -Wno-error -Wunused-parameter -Wconversion -Wcast-align \
	-Wformat=2 -Wnull-dereference
endif

hardening-flags := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	-fstack-protector-strong
# -Wno-undef: sparse looks into the libraries' headers too
sparse-flags := -Wsparse-error -Wbitwise -Wno-undef
# -O1: what is optimized away cannot be caught.
sanitizer-flags := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

common-flags := $(target-flags) -std=gnu11 -O2 -g -fPIE -D_GNU_SOURCE \
	-ffile-prefix-map=$(srctree)/= $(warning-flags) $(include-flags) \
	$(pkg-cflags)
link-flags := $(target-flags) -pie -Wl,-z,relro,-z,now,--as-needed

ifeq ($(SAN),1)
program-flags := $(common-flags) $(sanitizer-flags)
program-link-flags := $(link-flags) $(sanitizer-flags)
else
program-flags := $(common-flags) $(hardening-flags)
program-link-flags := $(link-flags)
endif

# Written anew only if it differs, so that what depends on it is too.
define update
	@mkdir -p $(@D)
	@printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) >$@
endef

include/generated/build.h: FORCE
	$(call update,'#define VMEDIA_VERSION "$(VERSION)"' \
		'#define VMEDIA_LIBEXECDIR "$(libexecdir)"' \
		'#define VMEDIA_SYSCONFDIR "$(sysconfdir)"' \
		'#define VMEDIA_RUNDIR "$(rundir)"')

# A compiler or a flag that changes makes everything anew.
include/generated/flags: FORCE
	$(call update,'$(CC) $(program-flags) $(CFLAGS)' \
		'$(program-link-flags) $(LDFLAGS)')

ready := include/config/auto.conf include/generated/build.h \
	include/generated/flags

$(backend)/%.o: $(srctree)/$(backend)/%.c $(ready)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
ifeq ($(C),1)
	$(call say,CHECK,$<)
	$(Q)$(CHECK) $(program-flags) $(sparse-flags) $<
endif
	$(Q)$(CC) $(program-flags) $(CFLAGS) -MMD -MP -c -o $@ $<

# An archive is made anew from its folder's list: what left the list is gone.
define archive-rule
$(backend)/$(1)/lib.a: $(obj-$(1)) $(srctree)/$(backend)/$(1)/Makefile
	$$(call say,AR,$$@)
	$$(Q)mkdir -p $$(@D) && rm -f $$@
	$$(Q)$$(AR) rcsD $$@ $(obj-$(1))
endef
$(foreach f,$(folders),$(eval $(call archive-rule,$(f))))

define program-rule
$(1)-archives := $(patsubst %,$(backend)/%/lib.a,$($(1)-folders))
$(1)-packages := $(sort $(foreach f,$($(1)-folders),$(pkg-$(f))))
$(call program-path,$(1)): $$($(1)-archives)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(program-link-flags) $$(LDFLAGS) -o $$@ \
		-Wl,--start-group $$($(1)-archives) -Wl,--end-group \
		$$(call pkg-config,--libs $$($(1)-packages))
endef
$(foreach p,$(programs),$(eval $(call program-rule,$(p))))

-include $(foreach f,$(folders),$(patsubst %.o,%.d,$(obj-$(f))))
