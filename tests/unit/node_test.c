// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/node.h"

/* As xl 4.20 writes it. */
static const struct node_text fresh = {
	.type = "virtio,device30",
	.transport = "mmio",
	.base = "0x2000000",
	.irq = "33",
	.frontend_id = "7",
	.state = "1",
	.online = "1",
};

static struct node node;
static char why[128];

static enum node_verdict check(const struct node_text *text)
{
	memset(&node, 0, sizeof(node));
	return node_check(text, 7, &node, why, sizeof(why));
}

static void what_xl_wrote_is_claimed(void **state)
{
	assert_int_equal(check(&fresh), NODE_CLAIM);
	assert_int_equal(node.device_id, 48);
	assert_int_equal(node.base, 0x2000000);
	assert_int_equal(node.irq, 33);
	assert_int_equal(node.ioreq_server, -1);
}

static void the_drafts_device_is_claimed_too(void **state)
{
	struct node_text text = fresh;

	strcpy(text.type, "virtio,device2a");
	assert_int_equal(check(&text), NODE_CLAIM);
	assert_int_equal(node.device_id, 42);
}

static void whether_it_is_by_grants_is_known(void **state)
{
	static const struct {
		const char *grant_usage;
		bool grants;
	} said[] = { { "1", true }, { "0", false }, { "", false } };
	struct node_text text = fresh;

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		strcpy(text.grant_usage, said[i].grant_usage);
		assert_int_equal(check(&text), NODE_CLAIM);
		assert_int_equal(node.grants, said[i].grants);
	}
}

static void another_device_is_none_of_our_business(void **state)
{
	static const char *const types[] = {
		"virtio,device1a", "virtio,device2A", "virtio,device300",
		"virtio,device3", "virtio", "",
	};
	struct node_text text = fresh;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		strcpy(text.type, types[i]);
		assert_int_equal(check(&text), NODE_FOREIGN);
	}
}

static void refused(size_t key, const char *value, const char *word)
{
	struct node_text text = fresh;

	strcpy((char *)&text + key, value);
	assert_int_equal(check(&text), NODE_REFUSED);
	assert_non_null(strstr(why, word));
}

static void a_forgotten_transport_is_refused_with_advice(void **state)
{
	refused(offsetof(struct node_text, transport), "", "transport=mmio");
}

static void a_base_must_be_an_address(void **state)
{
	static const char *const wrong[] = {
		"", "0x0", "0", "-1", " 0x2000000", "0x2000000 ", "x",
		"0xfffffffffffffff0", "0x10000000000000000",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refused(offsetof(struct node_text, base), wrong[i], "base");
}

static void an_irq_must_be_an_spi(void **state)
{
	static const char *const wrong[] = { "", "0", "31", "1020", "33x",
					     "-33" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refused(offsetof(struct node_text, irq), wrong[i], "irq");
}

static void the_frontend_must_be_the_paths(void **state)
{
	refused(offsetof(struct node_text, frontend_id), "8", "frontend-id");
	refused(offsetof(struct node_text, frontend_id), "", "frontend-id");
}

static void an_odd_state_is_refused(void **state)
{
	refused(offsetof(struct node_text, state), "3", "state");
	refused(offsetof(struct node_text, state), "", "state");
	refused(offsetof(struct node_text, state), "1x", "state");
}

static void a_node_in_use_is_taken_over_by_its_record(void **state)
{
	struct node_text text = fresh;

	strcpy(text.state, "4");
	strcpy(text.ioreq_server, "3");
	assert_int_equal(check(&text), NODE_CLAIM);
	assert_int_equal(node.ioreq_server, 3);
}

static void a_node_in_use_without_a_record_is_left_alone(void **state)
{
	refused(offsetof(struct node_text, state), "4", "ioreq-server");
	refused(offsetof(struct node_text, state), "2", "ioreq-server");
}

static void a_closed_node_stays_closed(void **state)
{
	struct node_text text = fresh;

	strcpy(text.state, "6");
	assert_int_equal(check(&text), NODE_RETIRED);
}

static void a_node_that_goes_is_offline(void **state)
{
	struct node_text text = fresh;

	assert_false(node_is_offline(&text));
	strcpy(text.online, "0");
	assert_int_equal(check(&text), NODE_OFFLINE);
	text = fresh;
	strcpy(text.state, "5");
	assert_int_equal(check(&text), NODE_OFFLINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_xl_wrote_is_claimed),
		cmocka_unit_test(the_drafts_device_is_claimed_too),
		cmocka_unit_test(whether_it_is_by_grants_is_known),
		cmocka_unit_test(another_device_is_none_of_our_business),
		cmocka_unit_test(a_forgotten_transport_is_refused_with_advice),
		cmocka_unit_test(a_base_must_be_an_address),
		cmocka_unit_test(an_irq_must_be_an_spi),
		cmocka_unit_test(the_frontend_must_be_the_paths),
		cmocka_unit_test(an_odd_state_is_refused),
		cmocka_unit_test(a_node_in_use_is_taken_over_by_its_record),
		cmocka_unit_test(a_node_in_use_without_a_record_is_left_alone),
		cmocka_unit_test(a_closed_node_stays_closed),
		cmocka_unit_test(a_node_that_goes_is_offline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
