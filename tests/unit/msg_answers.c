/* SPDX-License-Identifier: MIT */
/* How many messages an acknowledgement or a refusal names. */
#include "wire/msg.h"

#include "base/err.h"
#include "base/wr.h"
#include "wire/tlv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
acks_name_1_to_64(void **state)
{
	(void)state;
	static const uint8_t ids[66 * MSG_ID_SIZE];
	static uint8_t in[2048];
	int accepted = 0;
	for (size_t n = 0; n <= sizeof(ids); n++) {
		struct msg got;
		struct wr w = wr_to(in, sizeof(in));
		wr_u8(&w, MSG_ACK);
		tlv_put_u8(&w, 6, ACK_SHOWN);
		tlv_put(&w, 7, ids, n);
		int err = msg_decode(in, w.size, &got);
		if (err == 0)
			assert_int_equal(got.ack.count * MSG_ID_SIZE, n);
		accepted += err == 0;
	}
	assert_int_equal(accepted, ACK_IDS_MAX);
	int states = 0;
	for (int s = 0; s < 256; s++) {
		struct msg got;
		struct wr w = wr_to(in, sizeof(in));
		wr_u8(&w, MSG_ACK);
		tlv_put_u8(&w, 6, (uint8_t)s);
		tlv_put(&w, 7, ids, MSG_ID_SIZE);
		int err = msg_decode(in, w.size, &got);
		assert_true(err == 0 || err == ERR_UNSUPPORTED);
		states += err == 0;
	}
	assert_int_equal(states, 3);
}

static void
a_nack_names_one(void **state)
{
	(void)state;
	static const uint8_t ids[4 * MSG_ID_SIZE];
	for (size_t count = 0; count <= 4; count++) {
		uint8_t in[128];
		struct msg got;
		struct wr w = wr_to(in, sizeof(in));
		wr_u8(&w, MSG_NACK);
		tlv_put(&w, 7, ids, count * MSG_ID_SIZE);
		tlv_put_u8(&w, 8, 200);
		assert_int_equal(
		    msg_decode(in, w.size, &got), count == 1 ? 0 : ERR_FORMAT);
		if (count == 1)
			assert_int_equal(got.nack.code, 200);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acks_name_1_to_64),
		cmocka_unit_test(a_nack_names_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
