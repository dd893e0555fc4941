/* SPDX-License-Identifier: MIT */
/* Everything that the body of a packet may be read as. */
#include "fuzz.h"
#include "wire/ipmsg.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipmsg_parts parts = ipmsg_parts(data, size, false);
	struct ipmsg_text t = { data, size, false }, key, value;
	struct ipmsg_recipient to[4];
	struct ipmsg_host_reader r;
	struct ipmsg_host host;
	uint8_t fp[IPMSG_FINGERPRINT_SIZE];
	uint64_t number;
	uint32_t next;

	check(parts.body.size + parts.ext.size + parts.rest.size <= size);
	check(ipmsg_text_strip_font(t).size <= size);
	check(ipmsg_recipients_decode(parts.rest, to, 4) <= 4);
	(void)ipmsg_number_decode(t, &number);
	(void)ipmsg_user_fingerprint(t, &value, fp);
	if (ipmsg_hosts_decode(t, &next, &r) == 0)
		while (ipmsg_host_next(&r, &host) != 0)
			check(r.left.size < size);
	if (ipmsg_dict_decode(data, size, &t))
		while (ipmsg_dict_next(&t, &key, &value) == 1)
			check(key.size + value.size + t.size < size);
	return 0;
}
