/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a text, and what is made of them: opened, read in another
 * encoding, and the same from the store.
 */
#include "legacy_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The same bytes: two characters of GBK, two other ones of Big5. */
static const char bytes[] = "\xc4\xe3\xba\xc3";
static const char gbk[] = "\xe4\xbd\xa0\xe5\xa5\xbd";

static void
encoding(const struct fp *fp, enum charset charset)
{
	ekit_do(&lkit.k, &(struct command){ .kind = COMMAND_ENCODING,
			     .peer = *fp,
			     .conv = CONV_NEARBY,
			     .on = true,
			     .number = charset });
}

static const char *
info(void)
{
	return ekit_last(&lkit.k, NULL, MESSAGE_INFO)->text;
}

/* The nth of their texts from the first, as it is in the store. */
static const struct mem_row *
stored(const struct fp *fp, const struct message *m)
{
	return memstore_find(&lkit.k.store, fp, &m->id);
}

static void
a_text_is_read_again(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	lkit_arrive(&fp, bytes, 1);
	encoding(&fp, CHARSET_BIG5);
	assert_string_not_equal(lkit_last(&fp)->text, gbk);
	assert_int_equal(lkit_last(&fp)->charset, CHARSET_BIG5);
	encoding(&fp, CHARSET_GB18030);
	assert_string_equal(lkit_last(&fp)->text, gbk);
	assert_int_equal(lkit_last(&fp)->raw_size, 4);
	assert_false(lkit_last(&fp)->edited);
	const struct mem_row *row = stored(&fp, lkit_last(&fp));
	assert_string_equal(row->change.text, gbk);
	assert_int_equal(row->change.charset, CHARSET_GB18030);
	assert_non_null(strstr(info(), "gb18030"));
	/* So is what comes from now on, and after a restart. */
	lkit_arrive(&fp, bytes, 2);
	assert_string_equal(lkit_last(&fp)->text, gbk);
	ekit_restart(&lkit.k);
	assert_int_equal(lkit_peer(&fp)->charset, CHARSET_GB18030);
	assert_int_equal(lkit_peer(&fp)->dialect, DIALECT_IPMSG);
	assert_string_equal(lkit_peer(&fp)->handle, "zhang@PC-1");
	lkit_arrive(&fp, bytes, 3);
	assert_string_equal(lkit_last(&fp)->text, gbk);
	encoding(&fp, CHARSET_AUTO);
	assert_non_null(strstr(info(), "guessed"));
}

static void
shouts_are_read_again(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	lkit_arrive_as(
	    &fp, (struct legacy_text){ .kind = MESSAGE_SHOUT }, bytes);
	encoding(&fp, CHARSET_CP1252);
	encoding(&fp, CHARSET_GB18030);
	const struct message *m = ekit_last(&lkit.k, NULL, MESSAGE_SHOUT);
	assert_string_equal(m->text, gbk);
	struct fp nearby = { { 0 } };
	assert_string_equal(stored(&nearby, m)->change.text, gbk);
}

/* Who says which it is, is believed; others keep theirs. */
static void
only_what_was_guessed_is_read_again(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	struct fp other = lkit_meet("li@PC-2", "li");
	lkit_arrive_as(&fp,
	    (struct legacy_text){ .charset = CHARSET_UTF8, .declared = true },
	    gbk);
	lkit_arrive(&other, gbk, 1);
	encoding(&fp, CHARSET_CP1252);
	assert_string_equal(lkit_last(&fp)->text, gbk);
	assert_string_equal(lkit_last(&other)->text, gbk);
}

static void
a_page_of_the_store_is_read_again(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	lkit_arrive_as(&fp, (struct legacy_text){ .token = 1 }, bytes);
	encoding(&fp, CHARSET_BIG5);
	ekit_restart(&lkit.k);
	encoding(&fp, CHARSET_GB18030);
	ekit_command(&lkit.k, COMMAND_OPEN, &fp, NULL);
	assert_string_equal(lkit_last(&fp)->text, gbk);
	assert_string_equal(stored(&fp, lkit_last(&fp))->change.text, gbk);
	assert_int_equal(lkit_last(&fp)->dialect, DIALECT_IPMSG);
}

static void
unseal(const struct fp *fp, const struct msg_id *id)
{
	ekit_do(&lkit.k, &(struct command){ .kind = COMMAND_UNSEAL,
			     .peer = *fp,
			     .conv = CONV_NEARBY,
			     .has_target = true,
			     .target = *id });
}

static void
a_seal_is_opened_once(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	lkit_arrive_as(&fp,
	    (struct legacy_text){
		.seal = SEAL_CLOSED, .token = UINT64_C(1795168980) << 8 },
	    bytes);
	struct msg_id id = lkit_last(&fp)->id;
	assert_string_equal(lkit_last(&fp)->text, "");
	assert_string_equal(stored(&fp, lkit_last(&fp))->change.text, "");
	/* Read as something else, it stays closed. */
	encoding(&fp, CHARSET_GB18030);
	assert_string_equal(lkit_last(&fp)->text, "");
	ekit_restart(&lkit.k);
	ekit_command(&lkit.k, COMMAND_OPEN, &fp, NULL);
	assert_string_equal(lkit_last(&fp)->text, "");
	assert_int_equal(lkit_last(&fp)->seal, SEAL_CLOSED);
	unseal(&fp, &id);
	assert_int_equal(lkit.opened, 1);
	assert_true(msg_id_equal(&lkit.id, &id));
	assert_string_equal(lkit_last(&fp)->text, gbk);
	assert_int_equal(lkit_last(&fp)->seal, SEAL_OPENED);
	const struct mem_row *row = stored(&fp, lkit_last(&fp));
	assert_string_equal(row->change.text, gbk);
	assert_int_equal(row->change.seal, SEAL_OPENED);
	unseal(&fp, &id);
	assert_int_equal(lkit.opened, 1);
	assert_non_null(strstr(
	    ekit_last(&lkit.k, NULL, MESSAGE_ERROR)->text, "not sealed"));
}

static void
what_comes_again_is_shown_once(void **state)
{
	(void)state;
	struct msg_id id = { { 1, 2, 3 } };
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	struct legacy_text t = { .token = 1, .id = &id };
	assert_true(lkit_arrive_as(&fp, t, "hello"));
	ekit_restart(&lkit.k);
	ekit_command(&lkit.k, COMMAND_OPEN, &fp, NULL);
	t.token = 2;
	assert_true(lkit_arrive_as(&fp, t, "hello"));
	assert_int_equal(lkit.stored, 2);
	assert_int_equal(lkit.token, 2);
	const struct conv *c = model_conv_of(engine_model(lkit.k.engine), &fp);
	assert_int_equal(c->next_serial - c->first_serial, 1);
}

/* Not stored yet, and in memory no more: it comes back as it was opened. */
static void
what_could_not_be_stored_is_not_lost(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	lkit_arrive_as(
	    &fp, (struct legacy_text){ .seal = SEAL_CLOSED }, "open sesame");
	struct msg_id id = lkit_last(&fp)->id;
	lkit.k.full = true;
	unseal(&fp, &id);
	assert_string_equal(lkit_last(&fp)->text, "open sesame");
	lkit.k.full = false;
	ekit_pass(&lkit.k, STORE_AGAIN_MS);
	const struct mem_row *row = stored(&fp, lkit_last(&fp));
	assert_string_equal(row->change.text, "open sesame");
}

static void
who_has_a_key_has_one_encoding(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&lkit.k, 2, "bob");
	encoding(&r->end.identity.fp, CHARSET_BIG5);
	assert_non_null(strstr(
	    ekit_last(&lkit.k, NULL, MESSAGE_ERROR)->text, "UTF-8 always"));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, lkit_begin, lkit_end)
	const struct CMUnitTest tests[] = {
		CASE(a_text_is_read_again),
		CASE(shouts_are_read_again),
		CASE(only_what_was_guessed_is_read_again),
		CASE(a_page_of_the_store_is_read_again),
		CASE(a_seal_is_opened_once),
		CASE(what_comes_again_is_shown_once),
		CASE(what_could_not_be_stored_is_not_lost),
		CASE(who_has_a_key_has_one_encoding),
	};
	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
