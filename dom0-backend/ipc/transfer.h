/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * transfer.h - how frames of a camera reach a guest, and why so.
 */
#ifndef IPC_TRANSFER_H
#define IPC_TRANSFER_H

/**
 * enum transfer_policy - how frames of a shared camera may reach a guest
 * @TRANSFER_AUTO: by grants of the camera's own slots, where the kernel can keep
 *                 the guest from writing and tell when it has let go; else copied
 * @TRANSFER_COPY: copied into the guest's memory
 * @TRANSFER_GRANTS: by grants also where the kernel can do neither: the guest is
 *                   trusted
 */
enum transfer_policy {
	TRANSFER_AUTO,
	TRANSFER_COPY,
	TRANSFER_GRANTS,
};

/**
 * enum transfer_way - how frames reach a session's guest
 * @WAY_NONE: it has no buffers
 * @WAY_GRANTS: its buffers are the camera's slots
 * @WAY_WINDOW: copied into the window of its device
 * @WAY_PAGES: copied into pages that the guest brings
 * @WAY_OBJECTS: copied into what the guest exported
 */
enum transfer_way {
	WAY_NONE,
	WAY_GRANTS,
	WAY_WINDOW,
	WAY_PAGES,
	WAY_OBJECTS,
};

/**
 * enum transfer_reason - why the buffers that a session has are not the
 * camera's slots
 * @REASON_NONE: they are, or there are none
 * @REASON_POLICY: TRANSFER_COPY
 * @REASON_DRIVER: the guest's driver does not know how
 * @REASON_ASKED: the driver asked for buffers of another kind
 * @REASON_DIRECT: the session has the node for itself
 * @REASON_MEMORY: the slots are no dma-bufs
 * @REASON_KERNEL: dom0's kernel cannot grant dma-bufs
 * @REASON_WRITABLE: it cannot grant them read-only, as TRANSFER_AUTO wants it
 * @REASON_REFERENCES: dom0 has too few grant references left
 * @REASON_QUOTA: quota `memory` or `buffers` leaves no room for the slots
 * @REASON_CAMERA: the camera could not make slots for them
 * @REASON_ROOM: vmediad cannot keep more memory that guests see; to the guest's
 *               process it says TRANSFER_COPY
 */
enum transfer_reason {
	REASON_NONE,
	REASON_POLICY,
	REASON_DRIVER,
	REASON_ASKED,
	REASON_DIRECT,
	REASON_MEMORY,
	REASON_KERNEL,
	REASON_WRITABLE,
	REASON_REFERENCES,
	REASON_QUOTA,
	REASON_CAMERA,
	REASON_ROOM,
};

#endif /* IPC_TRANSFER_H */
