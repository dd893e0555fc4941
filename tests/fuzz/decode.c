/* SPDX-License-Identifier: MIT */
#include "ui_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ui_check_decode(data, size);
	return 0;
}
