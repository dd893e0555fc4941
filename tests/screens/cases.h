/* SPDX-License-Identifier: MIT */
/*
 * The cases of the golden screens: each fills the scene and presses its keys.
 */
#ifndef CASES_H
#define CASES_H

#include "ui_scene.h"

struct screen_case {
	const char *name; /* of the file, without .txt */
	void (*build)(struct scene *s);
	bool first_start;
};

extern const struct screen_case screen_cases[];
extern const size_t screen_case_count;

#endif
