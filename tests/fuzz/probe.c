/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "ui_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ui_check_probe(data, size);
	return 0;
}
