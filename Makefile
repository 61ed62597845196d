# SPDX-License-Identifier: GPL-2.0-only
#
# vmedia: "make help" tells what can be made.

VERSION := 0.1

PREFIX ?= /usr/local
sbindir := $(PREFIX)/sbin
libexecdir := $(PREFIX)/libexec/vmedia
unitdir := $(PREFIX)/lib/systemd/system
mandir := $(PREFIX)/share/man
sysconfdir := /etc/vmedia
rundir := /run/vmedia

MAKEFLAGS += -rR --no-print-directory
Q := $(if $(filter 1,$(V)),,@)
silent := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
say = $(if $(silent),,$(if $(Q),@printf '  %-7s %s\n' '$(1)' '$(2)'))
srctree := $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))
goals := $(or $(MAKECMDGOALS),all)

all:

ifneq ($(O),)

# Only go to the build directory: from there on, names of what is made are
# relative to it. The empty O is for a kernel's make, which would take ours.
absolute = $(foreach v,SYSROOT DESTDIR KDIR,$(if $($(v)),$(v)=$(abspath $($(v)))))

.PHONY: $(goals) in-build-directory
$(goals): in-build-directory
	@:
in-build-directory:
	$(Q)mkdir -p $(O)
	$(Q)$(MAKE) -C $(O) -f $(abspath $(srctree))/Makefile O= \
		$(absolute) $(goals)

else ifneq ($(and $(filter %config,$(goals)),$(filter-out %config,$(goals))),)

# "make defconfig all": one by one, for the first changes how the second reads.
.PHONY: $(goals) one-by-one
$(goals): one-by-one
	@:
one-by-one:
	$(Q)set -e; for goal in $(goals); do \
		$(MAKE) -f $(srctree)/Makefile $$goal; \
	done

else

# What each program is made of: folders of dom0-backend. It is made in the first.
backend := dom0-backend
programs := vmediad vmedia-guest vmedia-camera vmediactl
vmediad-folders := daemon ipc base
vmedia-guest-folders := guest guest/media guest/virtio guest/hyp ipc base
vmedia-camera-folders := camera ipc base
vmediactl-folders := ctl ipc base
program-path = $(backend)/$(firstword $($(1)-folders))/$(1)
program-files := $(foreach p,$(programs),$(call program-path,$(p)))

include $(srctree)/common/build/kconfig.mk
include $(srctree)/common/build/module.mk

# The daemon's sources are built as configured, so that comes before all else.
no-config-goals := %config help clean mrproper deps check check-kernels test \
	demo bench modules modules_install install-dkms
ifneq ($(filter-out $(no-config-goals),$(goals)),)
include include/config/auto.conf
include $(srctree)/common/build/rules.mk
include $(srctree)/common/build/tests.mk
endif

.PHONY: all install deps check check-kernels test demo bench clean mrproper help FORCE
FORCE:

all: $(ready) $(program-files)

sbin-files := $(filter %/vmediad %/vmediactl,$(program-files))
libexec-files := $(filter-out $(sbin-files),$(program-files))
man-files := $(wildcard $(srctree)/docs/man/*.[1-9])

install: all
	$(Q)install -d $(DESTDIR)$(sbindir) $(DESTDIR)$(libexecdir) \
		$(DESTDIR)$(sysconfdir) $(DESTDIR)$(unitdir)
	$(Q)install $(sbin-files) $(DESTDIR)$(sbindir)
	$(Q)install $(libexec-files) $(DESTDIR)$(libexecdir)
	$(Q)install -m 644 $(srctree)/configs/vmediad.cfg \
		$(DESTDIR)$(sysconfdir)/vmediad.cfg.example
	$(Q)sed 's|/usr/local|$(PREFIX)|' $(srctree)/configs/vmediad.service \
		>$(DESTDIR)$(unitdir)/vmediad.service
	$(Q)set -e; for page in $(man-files); do \
		dir=$(DESTDIR)$(mandir)/man$${page##*.}; \
		install -d $$dir; \
		sed 's|/usr/local|$(PREFIX)|' $$page >$$dir/$${page##*/}; \
	done

deps:
	$(Q)$(srctree)/common/build/packages.sh install build check

check:
	$(Q)$(srctree)/common/build/check.sh

test:
	$(Q)$(srctree)/common/build/check.sh --lab

check-kernels:
	$(Q)$(srctree)/common/build/check-kernels.sh

demo:
	$(Q)$(srctree)/common/build/packages.sh install build demo
	$(Q)MAKEFLAGS= $(srctree)/tests/lab/demo

bench:
	$(Q)$(srctree)/common/build/packages.sh install build bench
	$(Q)MAKEFLAGS= $(srctree)/tests/bench/run $(BENCH)

# Only what our rules make: a build in the source tree has sources beside it.
clean: modules_clean
	$(Q)[ ! -d $(backend) ] || find $(backend) -name '*.[oad]' -delete
	$(Q)rm -rf include out/check $(program-files) tests/obj tests/list \
		tests/unit/*_test tests/flow/*_test tests/self/must_fail

mrproper: clean
	$(Q)rm -f .config .config.old defconfig

help:
	@cat $(srctree)/common/build/help.txt

endif
