/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "ui_play.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ui_play_line(data, size);
	return 0;
}
