// SPDX-License-Identifier: GPL-2.0-only
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vmedia/virtio_media.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "vector.h"

const uint8_t wire_uuid[16] = {0x6b, 0x1c, 0x44, 0x02, 0x9d, 0x5e, 0x4f, 0x10,
			       0x8a, 0x77, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab};
const uint8_t wire_second_uuid[16] = {0x6b, 0x1c, 0x44, 0x02, 0x9d, 0x5e,
				      0x4f, 0x10, 0x8a, 0x77, 0x01, 0x23,
				      0x45, 0x67, 0x89, 0xac};

/* An exchange as far as it is made */
struct wire {
	struct vector_part parts[VECTOR_MAX_PARTS];
	unsigned int num_parts;
};

void wire_put(struct wire *wire, const char *name, const void *bytes,
	      size_t len)
{
	struct vector_part *part = wire->parts;

	while (part < wire->parts + wire->num_parts &&
	       strcmp(part->name, name) != 0)
		part++;
	if (part == wire->parts + wire->num_parts) {
		assert_true(wire->num_parts++ < VECTOR_MAX_PARTS);
		strcpy(part->name, name);
	}
	assert_true(len <= VECTOR_MAX_LEN - part->len);
	if (len > 0)
		memcpy(part->bytes + part->len, bytes, len);
	part->len += len;
}

void wire_status(struct wire *wire, uint32_t error)
{
	const struct virtio_media_resp_header hdr = {
		.status = cpu_to_le32(error),
	};

	WIRE_PUT(wire, "device", hdr);
}

void wire_ioctl(struct wire *wire, unsigned long request, uint32_t error)
{
	const struct virtio_media_cmd_ioctl cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_IOCTL),
		.session_id = cpu_to_le32(WIRE_SESSION),
		.code = cpu_to_le32(_IOC_NR(request)),
	};
	const struct virtio_media_resp_ioctl resp = {
		.hdr.status = cpu_to_le32(error),
	};

	WIRE_PUT(wire, "driver", cmd);
	WIRE_PUT(wire, "device", resp);
}

void wire_sg(struct wire *wire, uint64_t start, uint32_t len)
{
	const struct virtio_media_sg_entry entry = {
		.start = cpu_to_le64(start),
		.len = cpu_to_le32(len),
	};

	WIRE_PUT(wire, "driver", entry);
}

/* Little endian, as the names' places are */
static void name_number(struct vector_names *names, const char *name,
			uint64_t value, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = value >> (8 * i);
	vector_set_name(names, name, bytes, len);
}

static void name_all(struct vector_names *names)
{
	uint8_t time[16] = {0};

	name_number(names, "session", WIRE_SESSION, 4);
	name_number(names, "offset", WIRE_OFFSET, 4);
	name_number(names, "second", WIRE_SECOND, 4);
	name_number(names, "address", WIRE_ADDRESS, 8);
	name_number(names, "reference", WIRE_REFERENCE, 4);
	name_number(names, "other-reference", WIRE_OTHER_REFERENCE, 4);
	name_number(names, "page", WIRE_PAGE, 8);
	name_number(names, "other", WIRE_OTHER, 8);
	name_number(names, "third", WIRE_THIRD, 8);
	name_number(names, "low", WIRE_CLOCK & 0xffffffff, 4);
	name_number(names, "high", WIRE_CLOCK >> 32, 4);
	vector_set_name(names, "uuid", wire_uuid, 16);
	vector_set_name(names, "second-uuid", wire_second_uuid, 16);
	time[0] = WIRE_SECONDS & 0xff;
	time[1] = WIRE_SECONDS >> 8;
	time[8] = WIRE_FRACTION & 0xff;
	time[9] = WIRE_FRACTION >> 8;
	vector_set_name(names, "time", time, sizeof(time));
}

/* The cases of one folder */
struct wire_list {
	const char *folder;
	const struct wire_case *cases;
	size_t count;
};

/* What cmocka hands to a test */
struct wire_check {
	char path[64];
	const struct wire_case *made;
};

/* Parts of an exchange that are no structures */
static unsigned int num_shapeless(const struct vector *vector)
{
	static const char *const parts[] = {"memory", "changed", "unused"};
	unsigned int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		count += vector_part(vector, parts[i]) != NULL;
	return count;
}

static void check_case(void **state)
{
	const struct wire_check *check = *state;
	struct vector_names names = {0};
	struct wire *wire = calloc(1, sizeof(*wire));
	struct vector vector;

	assert_non_null(wire);
	name_all(&names);
	check->made->make(wire);
	vector_load(check->path, &vector);
	assert_int_equal(wire->num_parts,
			 vector.num_parts - num_shapeless(&vector));
	for (unsigned int i = 0; i < wire->num_parts; i++)
		vector_match(&vector, wire->parts[i].name, &names,
			     wire->parts[i].bytes, wire->parts[i].len);
	free(wire);
}

static void find_case(const char *path, void *owner)
{
	const char *name = strrchr(path, '/') + 1;
	const struct wire_list *list = owner;

	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->cases[i].name, name) == 0)
			return;
	}
	fail_msg("nobody makes %s.txt", path);
}

static void no_text_is_left_out(void **state)
{
	struct wire_list *list = *state;

	vector_each(list->folder, find_case, list);
}

int wire_run(const char *folder, const struct wire_case *cases, size_t count)
{
	struct CMUnitTest *tests = calloc(count + 1, sizeof(*tests));
	struct wire_check *checks = calloc(count, sizeof(*checks));
	struct wire_list list = {folder, cases, count};
	int failed;

	if (!tests || !checks)
		abort();
	for (size_t i = 0; i < count; i++) {
		snprintf(checks[i].path, sizeof(checks[i].path), "%s/%s",
			 folder, cases[i].name);
		checks[i].made = &cases[i];
		tests[i].name = checks[i].path;
		tests[i].test_func = check_case;
		tests[i].initial_state = &checks[i];
	}
	tests[count].name = "no_text_is_left_out";
	tests[count].test_func = no_text_is_left_out;
	tests[count].initial_state = &list;
	failed = _cmocka_run_group_tests(folder, tests, count + 1, NULL, NULL);
	free(checks);
	free(tests);
	return failed;
}
