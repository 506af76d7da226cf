#include "tests/recording/disk_shim.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/recordings/"

static struct disk_control *control;
static int log_fd = -1;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("DISK_CONTROL"), *log = getenv("DISK_LOG");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd >= 0) {
		void *mapped =
			mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		control = mapped == MAP_FAILED ? NULL : mapped;
		close(fd);
	}
	if (log)
		log_fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void wait_ms(unsigned ms)
{
	const struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
	if (ms > 0)
		nanosleep(&time, NULL);
}

/* false: none of ours. */
static bool path_of(int fd, char path[static PATH_MAX])
{
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = control ? readlink(link, path, PATH_MAX - 1) : -1;
	if (n <= 0)
		return false;
	path[n] = '\0';
	return strstr(path, FOLDER) || (n > 11 && strcmp(path + n - 11, "/recordings") == 0);
}

static uint64_t next_sequence(void)
{
	return __atomic_add_fetch(&control->sequence, 1, __ATOMIC_SEQ_CST);
}

static void record(char kind, const char *path, uint64_t offset, const void *data, size_t length)
{
	struct timespec now;
	if (log_fd < 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	const struct disk_record head = {.sequence = next_sequence(),
					 .time_us = (uint64_t)now.tv_sec * 1000000 +
						    (uint64_t)now.tv_nsec / 1000,
					 .offset = offset,
					 .kind = (uint32_t)kind,
					 .path_length = (uint32_t)strlen(path),
					 .length = (uint32_t)length};
	const struct iovec parts[] = {{(void *)&head, sizeof head},
				      {(void *)path, head.path_length},
				      {(void *)data, length}};
	if (writev(log_fd, parts, 3) < 0)
		abort();
}

static ssize_t bad_write(int fd, const void *data, size_t length, off64_t offset, bool at)
{
	char path[PATH_MAX];
	bool ours = path_of(fd, path);
	if (ours) {
		wait_ms(control->write_ms);
		while (*(volatile uint32_t *)&control->blocked)
			wait_ms(2);
		bool longer = !at || offset + (off64_t)length > lseek64(fd, 0, SEEK_END);
		if (control->full && longer && length < 2) {
			errno = ENOSPC;
			return -1;
		}
		if (control->full && longer)
			length /= 2;
	}
	off64_t begins = at || !ours ? offset : lseek64(fd, 0, SEEK_END);
	ssize_t n = at ? syscall(SYS_pwrite64, fd, data, length, offset)
		       : syscall(SYS_write, fd, data, length);
	if (ours && n > 0)
		record('W', path, (uint64_t)begins, data, (size_t)n);
	return n;
}

static int bad_sync(int fd, long call)
{
	char path[PATH_MAX];
	struct stat is;
	/* Of folders all: the one above recordings/ has its name. */
	bool ours = path_of(fd, path) || (control && fstat(fd, &is) == 0 && S_ISDIR(is.st_mode));
	uint64_t before = ours ? next_sequence() : 0;
	if (ours)
		wait_ms(control->sync_ms);
	int result = (int)syscall(call, fd);
	if (ours && result == 0)
		record('S', path, before, NULL, 0);
	return result;
}

static int opened(int fd, int flags)
{
	char path[PATH_MAX];
	struct stat is;
	if (fd >= 0 && (flags & O_CREAT) && path_of(fd, path) && fstat(fd, &is) == 0 &&
	    is.st_size == 0)
		record('C', path, 0, NULL, 0);
	return fd;
}

/* --- in the C library's place --- */

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
	return bad_write(fd, data, length, offset, true);
}

ssize_t write(int fd, const void *data, size_t length)
{
	return bad_write(fd, data, length, 0, false);
}

int fdatasync(int fd)
{
	return bad_sync(fd, SYS_fdatasync);
}

int fsync(int fd)
{
	return bad_sync(fd, SYS_fsync);
}

int ftruncate64(int fd, off64_t length)
{
	char path[PATH_MAX];
	int result = (int)syscall(SYS_ftruncate, fd, length);
	if (result == 0 && path_of(fd, path))
		record('T', path, (uint64_t)length, NULL, 0);
	return result;
}

int openat64(int folder, const char *name, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return opened((int)syscall(SYS_openat, folder, name, flags, mode), flags);
}

int open64(const char *name, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return opened((int)syscall(SYS_openat, AT_FDCWD, name, flags, mode), flags);
}

int mkdir(const char *name, mode_t mode)
{
	char path[PATH_MAX];
	int result = (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);
	if (result == 0 && control && realpath(name, path) && strstr(path, "/recordings"))
		record('D', path, 0, NULL, 0);
	return result;
}

int unlinkat(int folder, const char *name, int flags)
{
	char path[PATH_MAX], whole[2 * PATH_MAX];
	bool ours = folder != AT_FDCWD && path_of(folder, path);
	int result = (int)syscall(SYS_unlinkat, folder, name, flags);
	if (ours && result == 0) {
		snprintf(whole, sizeof whole, "%s/%s", path, name);
		record('U', whole, 0, NULL, 0);
	}
	return result;
}
