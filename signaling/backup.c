#include "signaling/backup.h"
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <gio/gio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASE   "tongsheng.db"
#define MARK	   ".tongsheng-backup" /* what a copy has, and nothing else */
#define PARTIAL	   ".partial"
#define PAGES	   1024 /* of the database, between two looks at who else wants it */
#define PAUSE_MS   5
#define COPY_BYTES (1 << 20)
#define BUSY_MS	   5000

struct backup {
	const char *from, *to;
	struct backup_count count;
};

static bool fail(GError **error, const char *path, const char *reason)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s", path, reason);
	return false;
}

/* --- the database --- */

static bool copy_pages(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int code = SQLITE_OK;
	if (backup == NULL)
		return false;
	do {
		code = sqlite3_backup_step(backup, PAGES);
		if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
			sqlite3_sleep(PAUSE_MS);
	} while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
	return sqlite3_backup_finish(backup) == SQLITE_OK && code == SQLITE_DONE;
}

/* Of a server that ran on the copy, and was killed: SQLite would put it into the new one. */
static bool forget_log(const char *database, GError **error)
{
	static const char *const ends[] = {"-wal", "-shm"};
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *path = g_strconcat(database, ends[i], NULL);
		if (unlink(path) != 0 && errno != ENOENT)
			return fail(error, path, g_strerror(errno));
	}
	return true;
}

/* One moment of it: a read transaction of SQLite's own holds it still, and lets the server write
 * on (WAL). */
static bool copy_database(const struct backup *b, GError **error)
{
	g_autofree char *source = g_build_filename(b->from, DATABASE, NULL);
	g_autofree char *target = g_build_filename(b->to, DATABASE, NULL);
	g_autofree char *partial = g_strconcat(target, PARTIAL, NULL);
	sqlite3 *from = NULL, *to = NULL;
	(void)unlink(partial);
	bool ok = sqlite3_open_v2(source, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
		  sqlite3_busy_timeout(from, BUSY_MS) == SQLITE_OK &&
		  sqlite3_exec(from, "BEGIN; SELECT count(*) FROM meeting", NULL, NULL, NULL) ==
			  SQLITE_OK;
	if (!ok)
		fail(error, source, sqlite3_errmsg(from));
	if (ok) {
		ok = sqlite3_open(partial, &to) == SQLITE_OK && copy_pages(from, to);
		if (!ok)
			fail(error, partial, sqlite3_errmsg(to));
	}
	sqlite3_close(to);
	sqlite3_close(from);
	return ok && forget_log(target, error) &&
	       (rename(partial, target) == 0 || fail(error, target, g_strerror(errno)));
}

/* --- files --- */

/* Of no use in a copy: sockets aside, what belongs to a running process. */
static bool is_left_out(const char *name)
{
	static const char *const names[] = {
		DATABASE, DATABASE "-wal", DATABASE "-shm", "control.sock", MARK, NULL};
	return g_strv_contains(names, name);
}

static bool is_same(const struct stat *status, const char *path)
{
	struct stat there;
	return stat(path, &there) == 0 && S_ISREG(there.st_mode) &&
	       there.st_size == status->st_size && there.st_mtim.tv_sec == status->st_mtim.tv_sec &&
	       there.st_mtim.tv_nsec == status->st_mtim.tv_nsec;
}

static bool copy_bytes(int from, int to)
{
	for (;;) {
		ssize_t n = copy_file_range(from, NULL, to, NULL, COPY_BYTES, 0);
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

/* Between file systems that can't do it in the kernel. */
static bool copy_plainly(int from, int to)
{
	g_autofree char *buffer = g_malloc(COPY_BYTES);
	for (;;) {
		ssize_t n = read(from, buffer, COPY_BYTES);
		if (n == 0)
			return true;
		if (n < 0 || write(to, buffer, (size_t)n) != n)
			return false;
	}
}

static bool copy_open(int from, const struct stat *status, const char *partial)
{
	int to = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      status->st_mode & 0777);
	if (to < 0)
		return false;
	const struct timespec times[] = {status->st_atim, status->st_mtim};
	bool ok = copy_bytes(from, to) ||
		  ((errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) &&
		   lseek(from, 0, SEEK_SET) == 0 && ftruncate(to, 0) == 0 &&
		   lseek(to, 0, SEEK_SET) == 0 && copy_plainly(from, to));
	ok = ok && futimens(to, times) == 0;
	int saved = errno;
	if (close(to) != 0)
		ok = false;
	else
		errno = saved;
	return ok;
}

static bool copy_file(struct backup *b, const char *source, const char *target,
		      const struct stat *status, GError **error)
{
	g_autofree char *partial = g_strconcat(target, PARTIAL, NULL);
	int from = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (from < 0 && errno == ENOENT) {
		b->count.vanished++;
		return true;
	}
	bool ok = from >= 0 && copy_open(from, status, partial) && rename(partial, target) == 0;
	if (!ok)
		fail(error, target, g_strerror(errno));
	if (from >= 0)
		close(from);
	b->count.copied += ok;
	b->count.copied_bytes += ok ? (guint64)status->st_size : 0;
	return ok;
}

static bool copy_entry(struct backup *b, const FTSENT *entry, GError **error)
{
	g_autofree char *target = g_build_filename(b->to, entry->fts_path + strlen(b->from), NULL);
	switch (entry->fts_info) {
	case FTS_D:
		return mkdir(target, 0700) == 0 || errno == EEXIST ||
		       fail(error, target, g_strerror(errno));
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS: /* else it was removed meanwhile */
		return entry->fts_errno == ENOENT ||
		       fail(error, entry->fts_path, g_strerror(entry->fts_errno));
	case FTS_F:
		break;
	default:
		return true; /* a socket, a link: none is ours */
	}
	b->count.files++;
	b->count.bytes += (guint64)entry->fts_statp->st_size;
	return is_same(entry->fts_statp, target) ||
	       copy_file(b, entry->fts_path, target, entry->fts_statp, error);
}

static FTS *walk(const char *folder, GError **error)
{
	char *const paths[] = {(char *)folder, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (tree == NULL)
		fail(error, folder, g_strerror(errno));
	return tree;
}

static bool copy_files(struct backup *b, GError **error)
{
	FTS *tree = walk(b->from, error);
	bool ok = tree != NULL;
	for (FTSENT *entry; ok && (entry = fts_read(tree)) != NULL;) {
		bool top = entry->fts_level == 1;
		if (entry->fts_level == 0)
			continue;
		if ((top && is_left_out(entry->fts_name)) ||
		    g_str_has_suffix(entry->fts_name, PARTIAL)) {
			fts_set(tree, entry, FTS_SKIP);
			continue;
		}
		if (entry->fts_info != FTS_DP)
			ok = copy_entry(b, entry, error);
	}
	if (ok && errno != 0) /* of the last fts_read, which says so by it alone */
		ok = fail(error, b->from, g_strerror(errno));
	if (tree != NULL)
		fts_close(tree);
	return ok;
}

/* What has been deleted is to be gone here, too. */
static bool remove_gone(struct backup *b, GError **error)
{
	FTS *tree = walk(b->to, error);
	for (FTSENT *entry; tree != NULL && (entry = fts_read(tree)) != NULL;) {
		struct stat status;
		if (entry->fts_level == 0 || entry->fts_info == FTS_D ||
		    (entry->fts_level == 1 && is_left_out(entry->fts_name)))
			continue;
		g_autofree char *source =
			g_build_filename(b->from, entry->fts_path + strlen(b->to), NULL);
		if (lstat(source, &status) == 0 || errno != ENOENT)
			continue;
		b->count.removed += entry->fts_info != FTS_DP && remove(entry->fts_path) == 0;
		if (entry->fts_info == FTS_DP)
			(void)rmdir(entry->fts_path);
	}
	if (tree != NULL)
		fts_close(tree);
	return tree != NULL;
}

/* --- where to --- */

static bool is_empty(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	return dir != NULL && g_dir_read_name(dir) == NULL;
}

/* A mistyped folder must not lose what it has. */
static bool prepare(const struct backup *b, GError **error)
{
	g_autofree char *mark = g_build_filename(b->to, MARK, NULL);
	if (g_mkdir_with_parents(b->to, 0700) != 0)
		return fail(error, b->to, g_strerror(errno));
	if (!g_file_test(mark, G_FILE_TEST_EXISTS)) {
		if (!is_empty(b->to))
			return fail(error, b->to,
				    "isn't empty, and no backup: another folder, please");
		return g_file_set_contents(mark, "", 0, error);
	}
	return true;
}

static bool sync_all(const char *folder, GError **error)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && syncfs(fd) == 0;
	if (!ok)
		fail(error, folder, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Neither may lie in the other. */
static bool are_apart(const char *from, const char *to, GError **error)
{
	g_autofree char *a = g_strconcat(from, "/", NULL), *b = g_strconcat(to, "/", NULL);
	if (!g_str_has_prefix(a, b) && !g_str_has_prefix(b, a))
		return true;
	return fail(error, to, "one of the folders is within the other");
}

bool backup_make(const char *from, const char *to, struct backup_count *ret, GError **error)
{
	g_autofree char *source = realpath(from, NULL);
	if (source == NULL)
		return fail(error, from, g_strerror(errno));
	g_autofree char *absolute = g_canonicalize_filename(to, NULL);
	struct backup b = {.from = source, .to = absolute};
	if (!are_apart(source, absolute, error) || !prepare(&b, error))
		return false;
	g_autofree char *target = realpath(absolute, NULL); /* links in it are followed now */
	if (target == NULL)
		return fail(error, absolute, g_strerror(errno));
	b.to = target;
	bool ok = are_apart(source, target, error) && copy_database(&b, error) &&
		  copy_files(&b, error) && remove_gone(&b, error) && sync_all(target, error);
	*ret = b.count;
	return ok;
}
