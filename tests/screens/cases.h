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

/* ana, and bob with news, carol away, dave gone, two strangers. */
struct peer *cases_populate(struct scene *s);
void cases_open_ana(struct scene *s);

/* cases_message.c */
void case_selected(struct scene *s);
void case_message_menu(struct scene *s);
void case_message_info(struct scene *s);
void case_reply(struct scene *s);
void case_editing(struct scene *s);
void case_reacting(struct scene *s);
void case_forwarding(struct scene *s);
void case_deleting(struct scene *s);
void case_finding(struct scene *s);
void case_not_found(struct scene *s);
void case_found(struct scene *s);
void case_nothing_found(struct scene *s);
void case_details(struct scene *s);

/* cases_doctor.c */
void case_doctor(struct scene *s);

/* cases_settings.c */
void case_settings(struct scene *s);
void case_settings_find(struct scene *s);
void case_settings_ask(struct scene *s);
void case_without_boxes(struct scene *s);
void case_each_alone(struct scene *s);

/* cases_greet.c */
void case_notes(struct scene *s);
void case_notes_empty(struct scene *s);
void case_offer(struct scene *s);
void case_quiet(struct scene *s);
void case_ignored(struct scene *s);
void case_long_draft(struct scene *s);
void case_emoji_simple(struct scene *s);
void case_emoji_text(struct scene *s);

/* cases_dialects.c */
void case_dialects(struct scene *s);
void case_dialects_shout(struct scene *s);
void case_obfuscated(struct scene *s);
void case_marked(struct scene *s);
void case_dialects_who(struct scene *s);
void case_dialects_info(struct scene *s);
void case_dialects_details(struct scene *s);

/* cases_files.c */
void case_files(struct scene *s);
void case_files_names(struct scene *s);
void case_files_none(struct scene *s);
void case_files_talk(struct scene *s);
void case_files_theirs(struct scene *s);
void case_files_ours(struct scene *s);
void case_files_all(struct scene *s);
void case_files_past(struct scene *s);

/* cases_keys.c */
void case_go(struct scene *s);
void case_go_letters(struct scene *s);
void case_go_command(struct scene *s);
void case_go_nowhere(struct scene *s);
void case_capture(struct scene *s);
void case_prefix(struct scene *s);
void case_key_name(struct scene *s);
void case_hint(struct scene *s);
void case_urls(struct scene *s);
void case_jump(struct scene *s);
void case_contacts_find(struct scene *s);
void case_help_find(struct scene *s);
void case_help_topic(struct scene *s);

#endif
