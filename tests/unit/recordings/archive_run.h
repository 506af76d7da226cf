/*
 * The archive's job as a test runs it: on copies of recordings, by itself or with another ffmpeg
 * than the system's. Whatever fails ends the test. TONGSHENG and MAKE_RECORDING say where those
 * programs are.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* A command, to its end: what it wrote to stdout. */
G_GNUC_NULL_TERMINATED char *run(const char *command, ...);

/* recordings/12 in a new folder, and gone again with it. */
char *copy_of(const char *folder);
void drop(char *folder);
/* A new one, by make_recording; NULL ends its options. */
char *recording_new(const char *const *options);

/* Replaces its index by these lines. */
void set_index(const char *folder, const char *lines);
char *archive_file(const char *folder, const char *name);
json_t *read_report(const char *folder);

/* In a process group of its own; limit: of a file's length, 0: none. ret_err, ret_out: pipes of
 * what it writes; ret_out may be NULL. options: NULL ends them, NULL: none. */
GPid start_job(const char *folder, const char *const *options, unsigned limit, int *ret_err,
	       int *ret_out);
/* Its exit status; what it wrote to stderr, and to stdout. */
int run_job(const char *folder, const char *const *options, unsigned limit, char **ret_words,
	    char **ret_out);
/* Without a word on stderr. */
void make_archive(const char *folder);

/* From now on ffmpeg is a script of sh, in which $last is its last argument and $ffmpeg the real
 * one; it goes on to that at its end. */
void set_ffmpeg(const char *script);
void reset_ffmpeg(void);
