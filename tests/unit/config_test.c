// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "config_file.h"
#include "daemon/config.h"

#define UUID "6c5a0e65-0f40-4fd9-b1f3-17a3fbe1ed5b"
#define FOURCC(a, b, c, d) \
	((uint32_t)(a) | (b) << 8 | (c) << 16 | (uint32_t)(d) << 24)

static void an_empty_file_says_what_no_file_says(void **state)
{
	struct config_file file;
	struct config *config;

	config_file_accepted(&file, "");
	assert_int_equal(config_create_default(&config), 0);
	assert_memory_equal(&file.config->limits, &config->limits,
			    sizeof(config->limits));
	assert_int_equal(file.config->log_level, config->log_level);
	assert_true(file.config->host_cameras);
	assert_true(file.config->every_domain);
	assert_int_equal(file.config->num_controls, 0);
	config_destroy(config);
	config_file_unload(&file);
}

static void cameras_keep_their_order(void **state)
{
	struct config_file file;

	config_file_accepted(&file,
			     "cameras = [ 'name=rear,source=/dev/video0',\n"
			     "  \" name = bars , source = pattern:8x8\" ]\n");
	assert_int_equal(file.config->num_cameras, 2);
	assert_string_equal(file.config->cameras[0].name, "rear");
	assert_string_equal(file.config->cameras[0].source, "/dev/video0");
	assert_string_equal(file.config->cameras[1].name, "bars");
	assert_string_equal(file.config->cameras[1].source, "pattern:8x8");
	config_file_unload(&file);
}

static void a_camera_has_defaults(void **state)
{
	struct config_file file;
	const struct config_camera *camera;

	config_file_accepted(&file, "cameras = ['name=a,source=/dev/a']");
	camera = &file.config->cameras[0];
	assert_false(camera->exclusive);
	assert_int_equal(camera->mode.pixelformat, 0);
	assert_null(camera->primary);
	assert_int_equal(camera->clients, CONFIG_VMEDIA_CAMERA_CLIENTS);
	assert_int_equal(camera->bytes, 0);
	assert_int_equal(camera->transfer, TRANSFER_AUTO);
	assert_int_equal(camera->slots, CONFIG_VMEDIA_CAMERA_SLOTS);
	config_file_unload(&file);
}

static void a_camera_has_what_its_item_says(void **state)
{
	struct config_file file;
	const struct config_camera *camera;

	config_file_accepted(&file,
			     "cameras = ['name=a,source=/dev/a,"
			     "share=exclusive,mode=NV12:1920x1080@30000/1001,"
			     "primary=ivi,clients=4,bytes/s=100M,"
			     "transfer=grants,slots=24']");
	camera = &file.config->cameras[0];
	assert_true(camera->exclusive);
	assert_int_equal(camera->mode.pixelformat,
			 FOURCC('N', 'V', '1', '2'));
	assert_int_equal(camera->mode.width, 1920);
	assert_int_equal(camera->mode.height, 1080);
	assert_int_equal(camera->mode.numerator, 1001);
	assert_int_equal(camera->mode.denominator, 30000);
	assert_string_equal(camera->primary, "ivi");
	assert_int_equal(camera->clients, 4);
	assert_int_equal(camera->bytes, 100 << 20);
	assert_int_equal(camera->transfer, TRANSFER_GRANTS);
	assert_int_equal(camera->slots, 24);
	config_file_unload(&file);
}

static void a_mode_may_have_any_format_and_no_rate(void **state)
{
	static const struct {
		const char *text;
		struct camera_mode mode;
	} table[] = {
		{ "YUYV:8x4", { FOURCC('Y', 'U', 'Y', 'V'), 8, 4, 0, 0 } },
		{ "YUYV:8x4@1", { FOURCC('Y', 'U', 'Y', 'V'), 8, 4, 1, 1 } },
		{ "pRAA:8x4@15/2", { FOURCC('p', 'R', 'A', 'A'), 8, 4, 2, 15 } },
		{ "Y16:8x4", { FOURCC('Y', '1', '6', ' '), 8, 4, 0, 0 } },
		{ "Y16 :8x4", { FOURCC('Y', '1', '6', ' '), 8, 4, 0, 0 } },
		{ "Y16-BE:8x4",
		  { FOURCC('Y', '1', '6', ' ' | 0x80), 8, 4, 0, 0 } },
		{ "Y16 -BE:8x4",
		  { FOURCC('Y', '1', '6', ' ' | 0x80), 8, 4, 0, 0 } },
		{ "Z:16384x16384@1000",
		  { FOURCC('Z', ' ', ' ', ' '), 16384, 16384, 1, 1000 } },
		{ "Z:1x1@1/1000000",
		  { FOURCC('Z', ' ', ' ', ' '), 1, 1, 1000000, 1 } },
	};
	struct config_file file;
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		snprintf(text, sizeof(text),
			 "cameras = ['name=a,source=/dev/a,mode=%s']",
			 table[i].text);
		config_file_accepted(&file, text);
		assert_memory_equal(&file.config->cameras[0].mode,
				    &table[i].mode, sizeof(table[i].mode));
		config_file_unload(&file);
	}
}

static void an_empty_list_of_cameras_is_not_the_hosts(void **state)
{
	struct config_file file;

	config_file_accepted(&file, "cameras = []");
	assert_false(file.config->host_cameras);
	config_file_unload(&file);
}

static void a_domain_has_cameras_and_a_priority(void **state)
{
	struct config_file file;
	const struct config_domain *domain;

	config_file_accepted(&file,
			     "cameras = ['name=a,source=pattern:8x8',"
			     "'name=b,source=pattern:8x8']\n"
			     "domains = ['name=ivi,cameras=b  a,priority=7',\n"
			     "'uuid=6C5A0E65-0F40-4FD9-B1F3-17A3FBE1ED5B',]\n");
	assert_int_equal(file.config->num_domains, 2);
	domain = &file.config->domains[0];
	assert_string_equal(domain->name, "ivi");
	assert_int_equal(domain->num_cameras, 2);
	assert_string_equal(domain->cameras[0], "b");
	assert_string_equal(domain->cameras[1], "a");
	assert_int_equal(domain->priority, 7);
	domain = &file.config->domains[1];
	assert_string_equal(domain->uuid, UUID);
	assert_true(domain->all_cameras);
	assert_int_equal(domain->priority, 0);
	config_file_unload(&file);
}

static void a_domain_says_how_frames_reach_it(void **state)
{
	struct config_file file;

	config_file_accepted(&file, "domains = ['name=a,transfer=copy',"
			     "'name=b,transfer=auto','name=c']\n");
	assert_int_equal(file.config->domains[0].transfer, TRANSFER_COPY);
	assert_int_equal(file.config->domains[1].transfer, TRANSFER_AUTO);
	assert_int_equal(file.config->domains[2].transfer, TRANSFER_AUTO);
	config_file_unload(&file);
}

static void a_domain_may_get_no_camera(void **state)
{
	struct config_file file;

	config_file_accepted(&file, "domains = ['name=ivi,cameras=']\n");
	assert_false(file.config->domains[0].all_cameras);
	assert_int_equal(file.config->domains[0].num_cameras, 0);
	config_file_unload(&file);
}

static void a_domain_has_the_quotas_of_all_but_its_own(void **state)
{
	struct config_file file;
	struct config *config;
	const uint64_t *limit;

	config_file_accepted(&file,
			     "domains = ['name=ivi,sessions=4,streams=2,"
			     "buffers=12,memory=64M,held=3,commands/s=9,"
			     "bytes/s=1G', 'name=other,held=0']\n"
			     "quota = 'sessions=5,held=4,memory=0'\n");
	assert_int_equal(config_create_default(&config), 0);
	limit = file.config->domains[0].limits.limit;
	assert_int_equal(limit[QUOTA_SESSIONS], 4);
	assert_int_equal(limit[QUOTA_STREAMS], 2);
	assert_int_equal(limit[QUOTA_BUFFERS], 12);
	assert_int_equal(limit[QUOTA_MEMORY], 64 << 20);
	assert_int_equal(limit[QUOTA_HELD], 3);
	assert_int_equal(limit[QUOTA_COMMANDS], 9);
	assert_int_equal(limit[QUOTA_BYTES], 1 << 30);
	limit = file.config->domains[1].limits.limit;
	assert_int_equal(limit[QUOTA_SESSIONS], 5);
	assert_int_equal(limit[QUOTA_STREAMS],
			 config->limits.limit[QUOTA_STREAMS]);
	assert_int_equal(limit[QUOTA_MEMORY], 0);
	assert_int_equal(limit[QUOTA_HELD], 0);
	assert_int_equal(file.config->limits.limit[QUOTA_HELD], 4);
	config_destroy(config);
	config_file_unload(&file);
}

static void a_window_has_a_size_and_a_place(void **state)
{
	struct config_file file;

	config_file_accepted(&file, "window = '64M@0x3a000000'");
	assert_int_equal(file.config->window.size, 64 << 20);
	assert_int_equal(file.config->window.base, 0x3a000000);
	config_file_unload(&file);
}

static void a_window_without_a_place_stays_where_it_is(void **state)
{
	struct config_file file;

	config_file_accepted(&file, "window = '4194304'");
	assert_int_equal(file.config->window.size, 4 << 20);
	assert_true(file.config->window.base == UINT64_C(0x100000000));
	config_file_unload(&file);
}

static void a_domain_has_the_window_of_all_or_its_own(void **state)
{
	struct config_file file;
	const struct config_domain *domains;

	config_file_accepted(&file,
			     "window = '64M@0x3a000000'\n"
			     "domains = ['name=a', 'name=b,window=2M',\n"
			     "'name=c,window=1G@0x140000000',\n"
			     "'name=d,window=0']\n");
	domains = file.config->domains;
	assert_int_equal(domains[0].window.size, 64 << 20);
	assert_int_equal(domains[1].window.size, 2 << 20);
	assert_int_equal(domains[1].window.base, 0x3a000000);
	assert_int_equal(domains[2].window.size, 1 << 30);
	assert_true(domains[2].window.base == UINT64_C(0x140000000));
	assert_int_equal(domains[3].window.size, 0);
	config_file_unload(&file);
}

static void rules_for_controls_keep_their_order(void **state)
{
	static const struct config_control expected[] = {
		{ .line = 2, .domain = "ivi", .camera = "a",
		  .rule = { .access = CONTROL_WRITE, .clamped = 1,
			    .minimum = -10, .maximum = 32,
			    .name = "brightness" } },
		{ .line = 3, .domain = UUID,
		  .rule = { .id = 0x980901, .access = CONTROL_HIDDEN,
			    .minimum = INT64_MIN, .maximum = INT64_MAX } },
		{ .line = 4, .camera = "a",
		  .rule = { .access = CONTROL_PRIMARY, .clamped = 1,
			    .minimum = INT64_MIN, .maximum = 5,
			    .name = "3a_lock" } },
		{ .line = 5,
		  .rule = { .access = CONTROL_READ, .minimum = INT64_MIN,
			    .maximum = INT64_MAX } },
	};
	struct config_file file;
	const struct config_control *control;

	config_file_accepted(
		&file, "cameras = ['name=a,source=/dev/a']\n"
		       "controls = ['control=brightness,domain=ivi,camera=a,"
		       "access=rw,min=-10,max=0x20',\n"
		       "'control=0x00980901,domain="
		       "6C5A0E65-0F40-4FD9-B1F3-17A3FBE1ED5B,access=hidden',\n"
		       "'control=3a_lock,camera=a,max=5',\n"
		       "'control=*,access=ro']\n");
	assert_int_equal(file.config->num_controls, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		control = &file.config->controls[i];
		assert_int_equal(control->line, expected[i].line);
		assert_memory_equal(&control->rule, &expected[i].rule,
				    sizeof(control->rule));
		assert_int_equal(!control->domain, !expected[i].domain);
		if (control->domain)
			assert_string_equal(control->domain,
					    expected[i].domain);
		assert_int_equal(!control->camera, !expected[i].camera);
		if (control->camera)
			assert_string_equal(control->camera,
					    expected[i].camera);
	}
	config_file_unload(&file);
}

static void a_list_may_be_appended_to(void **state)
{
	struct config_file file;

	config_file_accepted(&file,
			     "cameras = ['name=a,source=/dev/video0']\n"
			     "cameras += ['name=b,source=/dev/video1']\n");
	assert_int_equal(file.config->num_cameras, 2);
	config_file_unload(&file);
}

static void without_cameras_domains_may_name_the_hosts(void **state)
{
	struct config_file file;

	config_file_accepted(&file, "domains = ['name=ivi,cameras=video12']\n"
				    "controls = ['control=*,camera=video0,"
				    "access=ro']\n");
	config_file_unload(&file);
}

static void a_file_that_is_not_there_is_not_an_empty_one(void **state)
{
	struct config *config = NULL;

	assert_int_equal(config_load("/proc/self/no-such-file", &config),
			 -ENOENT);
	assert_null(config);
}

/* Owned by the caller. */
static char *printed(const struct config *config)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	config_print(config, file);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void what_is_printed_reads_and_prints_as_the_same(void **state)
{
	static const char *const texts[] = {
		"",
		"log_level = 'debug'\nquota = 'held=0,memory=1025K'\n"
		"window = '0'\n"
		"cameras = []\ndomains = []\ncontrols = []\n",
		"domains = ['name=ivi', 'name=b\\\"c\\\\d,cameras=video0']\n",
		"cameras = [ 'name=a,source=/dev/a,share=exclusive,"
		"mode=Y16-BE:8x4@15/2,primary=" UUID ",clients=0,"
		"bytes/s=1048577,transfer=copy,slots=4',\n"
		"'name=b,source=pattern:8x8,mode=MJPG:8x4,primary=x\\\\\\\"y',\n"
		"'name=c,source=/dev/c\\\"\\\\,bytes/s=3G' ]\n"
		"domains = ['uuid=" UUID ",priority=1000,streams=0,held=32',\n"
		"'name=x\\\\\\\"y,cameras=b c b,memory=unlimited',\n"
		"'name=none,cameras=,window=0', 'name=w,window=2M,"
		"transfer=grants',\n"
		"'name=v,window=128M@0x140000000']\n"
		"controls = ['control=gain,domain=x\\\\\\\"y,camera=b,min=1',\n"
		"'control=0x1,access=hidden', 'control=hue,max=-1,access=ro',\n"
		"'control=hue,domain=none,min=0,max=0,access=rw',"
		"'control=*,access=primary']\n",
	};
	struct config_file first, second;
	char *text, *again;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		config_file_load(&first, texts[i]);
		assert_int_equal(first.result, 0);
		text = printed(first.config);
		config_file_load(&second, text);
		assert_int_equal(second.result, 0);
		again = printed(second.config);
		assert_string_equal(again, text);
		free(again);
		free(text);
		config_file_unload(&second);
		config_file_unload(&first);
	}
}

static void what_is_printed_explains_itself(void **state)
{
	struct config_file file;
	char *text;

	config_file_accepted(
		&file,
		"quota = 'bytes/s=60M'\nwindow = '32M@0x3a000000'\n"
		"cameras = ['name=rear,source=/dev/a,mode=YUYV:8x4@30,"
		"primary=ivi,clients=9,slots=6',\n"
		"'name=bars,source=pattern:8x8,share=exclusive,"
		"transfer=grants',\n"
		"'name=far,source=pattern:8x8,transfer=copy']\n"
		"domains = ['name=ivi,priority=10,held=4',\n"
		"'name=hud,cameras=bars rear,sessions=8,window=64M,"
		"transfer=copy']\n"
		"controls = ['control=gain,max=9']\n");
	text = printed(file.config);
	assert_string_equal(
		text,
		"log_level = \"info\"\n"
		"quota = \"sessions=128,streams=1,buffers=128,memory=256M,"
		"held=2,commands/s=1000,bytes/s=60M\"\n"
		"# devices of a domain with a window: at most 3\n"
		"window = \"32M@0x3a000000\"\n"
		"cameras = [\n"
		"    # rear: shared by all domains that have it\n"
		"    # mode: YUYV:8x4@30, and no other\n"
		"    # primary: ivi, whether it runs or not\n"
		"    # pool: 3 slots for the driver, 4 for ivi, 2 for hud; at "
		"most 9\n"
		"    # frames: grants of 6 slots, if the kernel can grant "
		"read-only, else copied\n"
		"    \"name=rear,source=/dev/a,share=shared,mode=YUYV:8x4@30,"
		"primary=ivi,clients=9,bytes/s=unlimited,transfer=auto,"
		"slots=6\",\n"
		"    # bars: open to one domain at a time\n"
		"    # mode: of the first session that needs one\n"
		"    # primary: of those that have it open, the highest "
		"priority: ivi 10, hud 0\n"
		"    # pool: 3 slots for the driver, 4 for ivi, 2 for hud; at "
		"most 7\n"
		"    # frames: grants of 8 slots, else copied\n"
		"    \"name=bars,source=pattern:8x8,share=exclusive,"
		"clients=512,bytes/s=unlimited,transfer=grants,slots=8\",\n"
		"    # far: shared by all domains that have it\n"
		"    # mode: of the first session that needs one\n"
		"    # primary: of those that have it open, the highest "
		"priority: ivi 10\n"
		"    # pool: 3 slots for the driver, 4 for ivi; at most 7\n"
		"    # frames: copied to each guest\n"
		"    \"name=far,source=pattern:8x8,share=shared,clients=512,"
		"bytes/s=unlimited,transfer=copy,slots=8\",\n"
		"]\n"
		"domains = [\n"
		"    # ivi: device 0 has rear, device 1 has bars, device 2 "
		"has far\n"
		"    # quotas: sessions=128,streams=1,buffers=128,memory=256M,"
		"held=4,commands/s=1000,bytes/s=60M\n"
		"    # devices with a window: at most 3\n"
		"    \"name=ivi,priority=10,transfer=auto,held=4\",\n"
		"    # hud: device 0 has bars, device 1 has rear\n"
		"    # quotas: sessions=8,streams=1,buffers=128,memory=256M,"
		"held=2,commands/s=1000,bytes/s=60M\n"
		"    # devices with a window: at most 1\n"
		"    \"name=hud,cameras=bars rear,priority=0,transfer=copy,"
		"sessions=8,window=64M@0x3a000000\",\n"
		"]\n"
		"controls = [\n"
		"    \"control=gain,access=primary,max=9\",\n"
		"]\n");
	free(text);
	config_file_unload(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_says_what_no_file_says),
		cmocka_unit_test(cameras_keep_their_order),
		cmocka_unit_test(a_camera_has_defaults),
		cmocka_unit_test(a_camera_has_what_its_item_says),
		cmocka_unit_test(a_mode_may_have_any_format_and_no_rate),
		cmocka_unit_test(an_empty_list_of_cameras_is_not_the_hosts),
		cmocka_unit_test(a_domain_has_cameras_and_a_priority),
		cmocka_unit_test(a_domain_says_how_frames_reach_it),
		cmocka_unit_test(a_domain_may_get_no_camera),
		cmocka_unit_test(a_domain_has_the_quotas_of_all_but_its_own),
		cmocka_unit_test(a_window_has_a_size_and_a_place),
		cmocka_unit_test(a_window_without_a_place_stays_where_it_is),
		cmocka_unit_test(a_domain_has_the_window_of_all_or_its_own),
		cmocka_unit_test(rules_for_controls_keep_their_order),
		cmocka_unit_test(a_list_may_be_appended_to),
		cmocka_unit_test(without_cameras_domains_may_name_the_hosts),
		cmocka_unit_test(a_file_that_is_not_there_is_not_an_empty_one),
		cmocka_unit_test(what_is_printed_reads_and_prints_as_the_same),
		cmocka_unit_test(what_is_printed_explains_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
