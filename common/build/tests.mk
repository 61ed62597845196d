# SPDX-License-Identifier: GPL-2.0-only
#
# Unit and flow tests: small programs that link the named objects and nothing
# else, so that the list is the proof of what a module can live without.
#
# tests/unit/Makefile and tests/flow/Makefile list
#	test-y += vq_test			vq_test.c, with cmocka; the name ends so
#	vq_test-objs := guest/virtio/vq.o	what it tests, of dom0-backend
#	vq_test-fakes := guest.o		what it leans on, of tests/fake
#	vq_test-pkgs := json-c			libraries besides libevent_core
#
# All of that is compiled apart from the programs, with the sanitizers.

test-files :=
define read-tests
test-y :=
include $(srctree)/tests/$(1)/Makefile
test-files += $$(addprefix tests/$(1)/,$$(test-y))
endef
$(foreach t,unit flow self,$(eval $(call read-tests,$(t))))

test-flags := $(common-flags) $(sanitizer-flags) -I$(srctree)/tests/fake \
	-DVECTORS_DIR='"$(srctree)/tests/vectors"'
test-link-flags := $(link-flags) $(sanitizer-flags)

tests/obj/%.o: $(srctree)/%.c $(ready)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(test-flags) $(CFLAGS) -MMD -MP -c -o $@ $<

# $(1): program
define test-rule
$(1)-all := $$(addprefix tests/obj/,$(1).o \
	$$(addprefix $(backend)/,$$($(notdir $(1))-objs)) \
	$$(addprefix tests/fake/,$$($(notdir $(1))-fakes)))
test-objects += $$($(1)-all)
$(1): $$($(1)-all) $(srctree)/$(dir $(1))Makefile
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(test-link-flags) $$(LDFLAGS) -o $$@ $$($(1)-all) \
		$$(call pkg-config,--libs cmocka libevent_core \
			$$($(notdir $(1))-pkgs))
endef
$(foreach t,$(test-files),$(eval $(call test-rule,$(t))))

include $(srctree)/tests/bench/host/Makefile

.PHONY: tests
tests: $(test-files) tests/list

# What check.sh runs
tests/list: FORCE
	$(call update,$(filter-out tests/self/%,$(test-files)))

-include $(patsubst %.o,%.d,$(sort $(test-objects)))
