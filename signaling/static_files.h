/*
 * The built web client, read into memory at the start (it is small): a request's path is looked up
 * in a table, so that no path, however written, reaches the file system. Constant after loading.
 */
#pragma once

#include "signaling/http.h"

struct static_files;
/* Every regular file beneath folder; symbolic links are not followed. FILE.gz is the compressed
 * form of FILE. */
struct static_files *static_files_load(const char *folder, GError **error);
void static_files_free(struct static_files *files); /* NULL is allowed */
/* "/" and "/m/MEETING" are index.html, "/archive" and "/archive/MEETING" archive.html, "/status" and
 * "/admin" the files of their names. False: there is no such file. The method is GET or HEAD. */
bool static_files_reply(const struct static_files *files, const struct http_request *request,
			struct http_reply *reply);
bool static_files_have(const struct static_files *files, const char *path);
