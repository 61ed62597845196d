# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's module, by the kernel's own build.

KDIR ?= $(wildcard /lib/modules/$(shell uname -r)/build)
module-dir := $(CURDIR)/domU-frontend
kbuild = -C $(KDIR) M=$(module-dir)

# A kernel older than 6.13 builds a module where its sources are, so with O=
# the sources come, as links, to where the module is wanted.
define link-module-sources
	$(if $(KDIR),,$(error modules: name a kernel's build directory: KDIR=))
	$(if $(filter .,$(srctree)),,$(Q)mkdir -p domU-frontend && ln -sf \
		$(addprefix $(srctree)/domU-frontend/,Kbuild *.c *.h) domU-frontend)
endef

.PHONY: modules modules_install modules_clean install-dkms

modules:
	$(link-module-sources)
	$(Q)$(MAKE) $(kbuild) modules

modules_install:
	$(if $(KDIR),,$(error modules_install: name a kernel: KDIR=))
	$(Q)$(MAKE) $(kbuild) $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install

modules_clean:
	$(Q)cd domU-frontend 2>/dev/null || exit 0; \
		rm -rf *.o *.ko *.mod *.mod.c .*.cmd .*.d .tmp_versions \
			Module.symvers modules.order

# For dkms: the module's sources as they must lie under /usr/src
dkms-dir := $(DESTDIR)/usr/src/vmedia-$(VERSION)

install-dkms:
	$(Q)install -d $(dkms-dir)/include/vmedia
	$(Q)cd $(srctree)/domU-frontend && \
		install -m 644 Kbuild Kconfig *.c *.h $(dkms-dir)
	$(Q)sed 's/@VERSION@/$(VERSION)/' $(srctree)/domU-frontend/dkms.conf \
		>$(dkms-dir)/dkms.conf
	$(Q)install -m 644 $(srctree)/common/include/vmedia/*.h \
		$(dkms-dir)/include/vmedia
