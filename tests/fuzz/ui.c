/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "ui_play.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= 4096)
		ui_play_all(data, size);
	return 0;
}
