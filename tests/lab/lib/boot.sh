# SPDX-License-Identifier: GPL-2.0-only
# QEMU, Xen and dom0.
# shellcheck shell=bash

# qemu_command SERIAL...: sets QEMU to the command. SERIAL is the options that
# say where the serial line goes, which is Xen's and dom0's console.
# shellcheck disable=SC2034,SC2054 # for the caller; QEMU has commas
qemu_command() {
	# guest-loader writes the multiboot nodes of the device tree itself, so
	# no firmware is needed. "-no-reboot" and dom0's poweroff end the run.
	# Xen scrubs all memory, so all of it is really taken from the host.
	# dom0 has a processor of its own and the guests share the other one:
	# what several guests get is else a matter of luck. With three guests
	# credit2 has left a runnable dom0 waiting on two idle processors.
	QEMU=(qemu-system-aarch64
		-machine virt,virtualization=on,gic-version=3 -cpu cortex-a57
		-accel tcg,thread=multi,tb-size=256 -smp 2 -m 3072 -no-reboot -nodefaults
		-display none -monitor none "$@"
		-global virtio-mmio.force-legacy=false
		-fsdev "local,id=lab,path=$LAB_RUN,security_model=none"
		-device virtio-9p-device,fsdev=lab,mount_tag=lab
		-kernel "$XEN/xen"
		-append "console=dtuart dtuart=/pl011@9000000 dom0_mem=1024M dom0_max_vcpus=1 dom0_vcpus_pin sched=credit"
		-device "guest-loader,addr=0x60000000,kernel=$KERNEL/Image,bootargs=console=hvc0 rdinit=/init"
		-device "guest-loader,addr=0x70000000,initrd=$LAB_RUN/dom0-initramfs")
}
