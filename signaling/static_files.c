#include "signaling/static_files.h"
#include "signaling/http_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A built client is 1 MB; whoever names the wrong folder learns it here. */
#define MAX_TOTAL (64u * 1024 * 1024)
#define MAX_DEPTH 8

struct file {
	GBytes *plain, *gzip; /* gzip: may be NULL */
	char *etag, *etag_gzip;
	const char *type;
	bool immutable;
};

struct static_files {
	GHashTable *by_path; /* "/assets/index-1a2b.js" -> struct file */
	size_t total;
};

static const struct {
	const char *suffix, *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".map", "application/json"},
	{".webmanifest", "application/manifest+json"},
	{".txt", "text/plain; charset=utf-8"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".jpg", "image/jpeg"},
	{".webp", "image/webp"},
	{".ico", "image/x-icon"},
	{".woff2", "font/woff2"},
	{".wasm", "application/wasm"},
	{".mp3", "audio/mpeg"},
	{".ogg", "audio/ogg"},
	{".wav", "audio/wav"},
};

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (g_str_has_suffix(path, types[i].suffix))
			return types[i].type;
	return "application/octet-stream";
}

static void file_free(gpointer data)
{
	struct file *file = data;
	g_clear_pointer(&file->plain, g_bytes_unref);
	g_clear_pointer(&file->gzip, g_bytes_unref);
	g_free(file->etag);
	g_free(file->etag_gzip);
	g_free(file);
}

static char *etag_of(GBytes *bytes)
{
	g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
	return g_strdup_printf("\"%.24s\"", sum);
}

static bool fail(GError **error, const char *path, const char *reason)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "web client: %s: %s", path,
		    reason);
	return false;
}

static GBytes *read_all(int fd, size_t size, const char *path, GError **error)
{
	g_autofree uint8_t *data = g_malloc(size);
	size_t have = 0;
	while (have < size) {
		ssize_t n = read(fd, data + have, size - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			fail(error, path,
			     n ? g_strerror(errno) : "became shorter while it was read");
			return NULL;
		}
		have += (size_t)n;
	}
	return g_bytes_new_take(g_steal_pointer(&data), size);
}

static struct file *file_at(struct static_files *files, const char *path)
{
	struct file *file = g_hash_table_lookup(files->by_path, path);
	if (!file) {
		file = g_new0(struct file, 1);
		file->type = type_of(path);
		/* Vite puts the content's hash into the names of what is here. */
		file->immutable = g_str_has_prefix(path, "/assets/");
		g_hash_table_insert(files->by_path, g_strdup(path), file);
	}
	return file;
}

static bool add_file(struct static_files *files, int fd, const struct stat *status,
		     const char *path, GError **error)
{
	files->total += (size_t)status->st_size;
	if (files->total > MAX_TOTAL)
		return fail(error, path, "more than 64 MiB: is this the built web client?");
	g_autoptr(GBytes) bytes = read_all(fd, (size_t)status->st_size, path, error);
	if (!bytes)
		return false;
	if (g_str_has_suffix(path, ".gz")) {
		g_autofree char *plain = g_strndup(path, strlen(path) - 3);
		struct file *file = file_at(files, plain);
		file->gzip = g_bytes_ref(bytes);
		file->etag_gzip = etag_of(bytes);
	} else {
		struct file *file = file_at(files, path);
		file->plain = g_bytes_ref(bytes);
		file->etag = etag_of(bytes);
	}
	return true;
}

static bool add_folder(struct static_files *files, int folder, const char *prefix, unsigned depth,
		       GError **error);

static bool add_entry(struct static_files *files, int folder, const char *name, const char *prefix,
		      unsigned depth, GError **error)
{
	g_autofree char *path = g_strconcat(prefix, "/", name, NULL);
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ||
		       fail(error, path, g_strerror(errno)); /* ELOOP: a symbolic link */
	struct stat status;
	bool ok = true;
	if (fstat(fd, &status))
		ok = fail(error, path, g_strerror(errno));
	else if (S_ISDIR(status.st_mode))
		return add_folder(files, fd, path, depth + 1, error); /* takes fd */
	else if (S_ISREG(status.st_mode))
		ok = add_file(files, fd, &status, path, error);
	close(fd);
	return ok;
}

/* Closes folder. */
static bool add_folder(struct static_files *files, int folder, const char *prefix, unsigned depth,
		       GError **error)
{
	DIR *listing = depth < MAX_DEPTH ? fdopendir(folder) : NULL;
	if (!listing) {
		fail(error, prefix, depth < MAX_DEPTH ? g_strerror(errno) : "too deep");
		close(folder);
		return false;
	}
	bool ok = true;
	for (struct dirent *entry; ok && (entry = readdir(listing));)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			ok = add_entry(files, folder, entry->d_name, prefix, depth, error);
	closedir(listing);
	return ok;
}

/* A compressed form without its plain one is nothing that every client can take. */
static gboolean has_no_plain_form(gpointer path, gpointer file, gpointer data)
{
	return !((struct file *)file)->plain;
}

struct static_files *static_files_load(const char *folder, GError **error)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		fail(error, folder, g_strerror(errno));
		return NULL;
	}
	struct static_files *files = g_new0(struct static_files, 1);
	files->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, file_free);
	bool ok = add_folder(files, fd, "", 0, error);
	g_hash_table_foreach_remove(files->by_path, has_no_plain_form, NULL);
	if (ok && !g_hash_table_contains(files->by_path, "/index.html"))
		ok = fail(error, folder, "there is no index.html");
	if (!ok)
		g_clear_pointer(&files, static_files_free);
	return files;
}

void static_files_free(struct static_files *files)
{
	if (!files)
		return;
	g_hash_table_unref(files->by_path);
	g_free(files);
}

/* Pages whose address isn't their file's name. Beneath those with a folder each NAME is the same
 * page, which reads the name from the address. */
static const struct {
	const char *address, *folder, *file;
} pages[] = {
	{"/", "/m/", "/index.html"},
	{"/status", NULL, "/status.html"},
	{"/archive", "/archive/", "/archive.html"},
	{"/admin", NULL, "/admin.html"},
};

static const char *file_of(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
		const char *folder = pages[i].folder;
		if (!strcmp(path, pages[i].address))
			return pages[i].file;
		if (!folder || !g_str_has_prefix(path, folder))
			continue;
		const char *name = path + strlen(folder);
		return *name && !strchr(name, '/') ? pages[i].file : path;
	}
	return path;
}

static const struct file *find(const struct static_files *files, const char *path)
{
	return g_hash_table_lookup(files->by_path, file_of(path));
}

bool static_files_have(const struct static_files *files, const char *path)
{
	return find(files, path);
}

bool static_files_reply(const struct static_files *files, const struct http_request *request,
			struct http_reply *reply)
{
	const struct file *file = find(files, request->path);
	if (!file)
		return false;
	bool gzip = file->gzip && request->accept_encoding &&
		    http_list_has(request->accept_encoding, "gzip");
	const char *etag = gzip ? file->etag_gzip : file->etag;
	http_reply_header(reply, "Cache-Control",
			  file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
	http_reply_header(reply, "ETag", etag);
	if (file->gzip)
		http_reply_header(reply, "Vary", "Accept-Encoding");
	if (request->if_none_match && http_etag_matches(request->if_none_match, etag)) {
		http_reply_status(reply, 304);
		return true;
	}
	if (gzip)
		http_reply_header(reply, "Content-Encoding", "gzip");
	http_reply_bytes(reply, 200, file->type, gzip ? file->gzip : file->plain);
	return true;
}
