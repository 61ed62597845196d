// SPDX-License-Identifier: GPL-2.0-only
#include "driver_spec_priv.h"

#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "driver_fake.h"
#include "hyp_fake.h"

static const struct spec_shadow no_shadow;

int driver_spec_open(struct driver_spec *driver, uint32_t *id)
{
	const struct virtio_media_cmd_open cmd = {
		.hdr.cmd = htole32(VIRTIO_MEDIA_CMD_OPEN),
	};
	struct virtio_media_resp_open resp;
	size_t len;
	int ret;

	ret = spec_run(driver, &cmd, sizeof(cmd), sizeof(resp), &no_shadow,
		       &len);
	memcpy(&resp, spec_ram(driver, driver->response_gpa, sizeof(resp)),
	       sizeof(resp));
	*id = le32toh(resp.session_id);
	return ret;
}

void driver_spec_close(struct driver_spec *driver, uint32_t id)
{
	const struct virtio_media_cmd_close cmd = {
		.hdr.cmd = htole32(VIRTIO_MEDIA_CMD_CLOSE),
		.session_id = htole32(id),
	};

	spec_run_alone(driver, &cmd, sizeof(cmd));
}

/* The shadow holds what goes out; afterwards what came back. */
static int run_ioctl(struct driver_spec *driver, uint32_t id,
		     unsigned long request, const struct spec_shadow *shadow,
		     size_t *len)
{
	const struct virtio_media_cmd_ioctl cmd = {
		.hdr.cmd = htole32(VIRTIO_MEDIA_CMD_IOCTL),
		.session_id = htole32(id),
		.code = htole32(_IOC_NR(request)),
	};
	uint8_t *bytes = spec_ram(driver, driver->shadow_gpa, SPEC_SHADOW_LEN);
	uint8_t before[SPEC_SHADOW_LEN];
	int ret;

	assert_true(shadow->len + shadow->out_len <= SPEC_SHADOW_LEN);
	memcpy(before, bytes, shadow->len);
	ret = spec_run(driver, &cmd, sizeof(cmd),
		       sizeof(struct virtio_media_resp_ioctl), shadow, len);
	if (*len == 0 && memcmp(before, bytes, shadow->len) != 0)
		fail_msg("the device wrote what it does not tell of");
	return ret;
}

int driver_spec_ioctl(struct driver_spec *driver, uint32_t id,
		      unsigned long request, void *arg)
{
	const size_t size = _IOC_SIZE(request);
	const bool back = _IOC_DIR(request) & _IOC_READ;
	const struct spec_shadow shadow = {
		.len = back ? size : 0,
		.out_len = back ? 0 : size,
	};
	size_t len;
	int ret;

	memcpy(spec_ram(driver, driver->shadow_gpa, size), arg, size);
	ret = run_ioctl(driver, id, request, &shadow, &len);
	if (back && len >= size)
		memcpy(arg, spec_ram(driver, driver->shadow_gpa, size), size);
	return ret;
}

int driver_spec_buffer(struct driver_spec *driver, uint32_t id,
		       unsigned long request, struct v4l2_buffer *buffer,
		       struct v4l2_plane *planes)
{
	const bool multiplanar = V4L2_TYPE_IS_MULTIPLANAR(buffer->type);
	const size_t planes_len =
		multiplanar ? buffer->length * sizeof(*planes) : 0;
	const struct spec_shadow shadow = {
		.len = sizeof(*buffer) + planes_len,
	};
	uint8_t *bytes = spec_ram(driver, driver->shadow_gpa, shadow.len);
	size_t len;
	int ret;

	memcpy(bytes, buffer, sizeof(*buffer));
	if (multiplanar)
		memcpy(bytes + sizeof(*buffer), planes, planes_len);
	ret = run_ioctl(driver, id, request, &shadow, &len);
	if (len < shadow.len)
		return ret;
	memcpy(buffer, bytes, sizeof(*buffer));
	if (multiplanar)
		memcpy(planes, bytes + sizeof(*buffer), planes_len);
	return ret;
}

/* Strings lie page-wise backwards, so that lists have more than one entry. */
static uint64_t string_gpa(const struct driver_spec *driver, size_t offset)
{
	return driver->strings_gpa + SPEC_STRINGS_LEN - 4096 -
	       offset / 4096 * 4096 + offset % 4096;
}

static void copy_string(struct driver_spec *driver, size_t offset, char *bytes,
			size_t len, bool out)
{
	for (size_t i = 0; i < len; i++) {
		char *at = spec_ram(driver, string_gpa(driver, offset + i), 1);

		if (out)
			*at = bytes[i];
		else
			bytes[i] = *at;
	}
}

/* Return: bytes of the list, at @to. */
static size_t list_string(struct driver_spec *driver, size_t offset, size_t len,
			  uint8_t *to)
{
	const size_t end = offset + len;
	size_t list_len = 0;

	while (offset < end) {
		const size_t part = MIN(end - offset, 4096 - offset % 4096);
		const struct virtio_media_sg_entry entry = {
			.start = htole64(string_gpa(driver, offset)),
			.len = htole32(part),
		};

		memcpy(to + list_len, &entry, sizeof(entry));
		list_len += sizeof(entry);
		offset += part;
	}
	return list_len;
}

static void copy_strings(struct driver_spec *driver,
			 const struct v4l2_ext_controls *ctrls, bool out)
{
	size_t offset = 0;

	for (uint32_t i = 0; i < ctrls->count; i++) {
		const struct v4l2_ext_control *ctrl = &ctrls->controls[i];

		if (ctrl->size > 0)
			copy_string(driver, offset, ctrl->string, ctrl->size,
				    out);
		offset += ctrl->size;
	}
	assert_true(offset <= SPEC_STRINGS_LEN);
}

static size_t list_strings(struct driver_spec *driver,
			   const struct v4l2_ext_controls *ctrls, uint8_t *to)
{
	size_t offset = 0, len = 0;

	for (uint32_t i = 0; i < ctrls->count; i++) {
		len += list_string(driver, offset, ctrls->controls[i].size,
				   to + len);
		offset += ctrls->controls[i].size;
	}
	return len;
}

int driver_spec_ctrls(struct driver_spec *driver, uint32_t id,
		      unsigned long request, struct v4l2_ext_controls *ctrls)
{
	const size_t array_len = ctrls->count * sizeof(*ctrls->controls);
	struct v4l2_ext_control *const controls = ctrls->controls;
	struct spec_shadow shadow = {
		.len = sizeof(*ctrls) + array_len,
	};
	uint8_t *bytes = spec_ram(driver, driver->shadow_gpa, SPEC_SHADOW_LEN);
	size_t len;
	int ret;

	memcpy(bytes, ctrls, sizeof(*ctrls));
	memcpy(bytes + sizeof(*ctrls), controls, array_len);
	copy_strings(driver, ctrls, true);
	shadow.out_len = list_strings(driver, ctrls, bytes + shadow.len);
	ret = run_ioctl(driver, id, request, &shadow, &len);
	if (len < sizeof(*ctrls))
		fail_msg("controls without a payload break the driver: EINVAL");
	memcpy(ctrls, bytes, sizeof(*ctrls));
	assert_ptr_equal(ctrls->controls, controls);
	if (len >= shadow.len)
		memcpy(controls, bytes + sizeof(*ctrls), array_len);
	copy_strings(driver, ctrls, false);
	return ret;
}

/* Mappings */

static uint64_t read_pair(struct driver_spec *driver, uint32_t low,
			  uint32_t high)
{
	struct driver_fake *transport = driver->params.transport;

	driver_fake_write(transport, VIRTIO_MMIO_SHM_SEL,
			  VIRTIO_MEDIA_SHM_MMAP);
	return driver_fake_read(transport, low) |
	       (uint64_t)driver_fake_read(transport, high) << 32;
}

uint64_t driver_spec_window(struct driver_spec *driver)
{
	return read_pair(driver, VIRTIO_MMIO_SHM_LEN_LOW,
			 VIRTIO_MMIO_SHM_LEN_HIGH);
}

int driver_spec_mmap(struct driver_spec *driver, uint32_t id, uint64_t offset,
		     struct driver_spec_map *map)
{
	const uint64_t base = read_pair(driver, VIRTIO_MMIO_SHM_BASE_LOW,
					VIRTIO_MMIO_SHM_BASE_HIGH);
	const struct virtio_media_draft_cmd_mmap cmd = {
		.hdr.cmd = htole32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = htole32(id),
		.flags = htole32(VIRTIO_MEDIA_MMAP_FLAG_RW),
		.offset = htole64(offset),
	};
	struct virtio_media_resp_mmap resp;
	size_t len;
	int ret;

	ret = spec_run(driver, &cmd,
		       driver->params.draft
			       ? sizeof(cmd)
			       : sizeof(struct virtio_media_cmd_mmap),
		       sizeof(resp), &no_shadow, &len);
	if (ret < 0)
		return ret;
	memcpy(&resp, spec_ram(driver, driver->response_gpa, sizeof(resp)),
	       sizeof(resp));
	map->address = le64toh(resp.driver_addr);
	map->len = le64toh(resp.len);
	if (map->address > driver_spec_window(driver) ||
	    map->len > driver_spec_window(driver) - map->address)
		fail_msg("a mapping that is not in the region");
	map->bytes = spec_ram(driver, base + map->address, map->len);
	return 0;
}

int driver_spec_munmap(struct driver_spec *driver, uint64_t address)
{
	const struct virtio_media_cmd_munmap cmd = {
		.hdr.cmd = htole32(VIRTIO_MEDIA_CMD_MUNMAP),
		.driver_addr = htole64(address),
	};
	size_t len;

	return spec_run(driver, &cmd, sizeof(cmd),
			sizeof(struct virtio_media_resp_munmap), &no_shadow,
			&len);
}
