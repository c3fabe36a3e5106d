// Stands between a process and the C library for what it does to files in one folder: counts it, logs it, and at the
// Nth time breaks it. Loaded by LD_PRELOAD; steered from Python through ctypes, so that a forked child arms it anew.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// What is done: c create, w write, t truncate, s sync, l link, u unlink.
// How it breaks: k killed before, a killed after, e fails once, E fails from then on, h half of it and killed,
// p half of it and no error.
static char folder[512], kinds[16], mode;
static int at, seen, error, log_fd = -1;
static long clock_step;

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

void fault_arm(const char *where, const char *which, int when, int how, int with) {
    snprintf(folder, sizeof folder, "%s", where);
    snprintf(kinds, sizeof kinds, "%s", which);
    at = when; mode = (char)how; error = with; seen = 0;
}
int fault_seen(void) { return seen; }
void fault_log(int fd) { log_fd = fd; }
void fault_clock(long seconds) { clock_step = seconds; }

struct __attribute__((packed)) op { char kind; uint64_t inode, offset, size; uint16_t named; };

static void logged(char kind, uint64_t inode, uint64_t offset, const void *bytes, size_t size, const char *name) {
    if (log_fd < 0) return;
    struct op op = { kind, inode, offset, size, (uint16_t)(name ? strlen(name) : 0) };
    struct iovec parts[] = { { &op, sizeof op }, { (void *)(name ? name : ""), op.named }, { (void *)bytes, size } };
    syscall(SYS_writev, log_fd, parts, 3);
}
void fault_note(const char *text) { logged('n', 0, 0, text, strlen(text), NULL); }

static int inside(const char *path) { return folder[0] && !strncmp(path, folder, strlen(folder)); }
static int ours(int fd) {
    char link[64], path[512];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return inside(path);
}
static uint64_t inode(int fd) { struct stat s; return fstat(fd, &s) ? 0 : s.st_ino; }
static void dies(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

static char broken(char kind) { // how this very call breaks, 0 where it does not
    if (!strchr(kinds, kind)) return 0;
    int now = ++seen;
    if (!at || (now != at && !(mode == 'E' && now > at))) return 0;
    if (mode == 'k') dies();
    return mode;
}
static int fails(char how) { if (how == 'e' || how == 'E') { errno = error; return 1; } return 0; }
static void after(char how) { if (how == 'a' || how == 'h') dies(); }

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
    REAL(pwrite64);
    if (!ours(fd)) return real(fd, bytes, size, offset);
    char how = broken('w');
    if (fails(how)) return -1;
    if ((how == 'h' || how == 'p') && size > 1) size /= 2;
    ssize_t done = real(fd, bytes, size, offset);
    if (done > 0) logged('w', inode(fd), offset, bytes, done, NULL);
    after(how);
    return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) { return pwrite64(fd, bytes, size, offset); }
ssize_t write(int fd, const void *bytes, size_t size) {
    REAL(write);
    if (!ours(fd)) return real(fd, bytes, size);
    off64_t offset = lseek64(fd, 0, SEEK_CUR);
    char how = broken('w');
    if (fails(how)) return -1;
    if ((how == 'h' || how == 'p') && size > 1) size /= 2;
    ssize_t done = real(fd, bytes, size);
    if (done > 0) logged('w', inode(fd), offset, bytes, done, NULL);
    after(how);
    return done;
}
static int synced(int fd, const char *name) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (!ours(fd)) return real(fd);
    char how = broken('s');
    if (fails(how)) return -1;
    int done = real(fd);
    struct stat s;
    if (!done && !fstat(fd, &s)) logged('s', s.st_ino, S_ISDIR(s.st_mode), NULL, 0, NULL);
    after(how);
    return done;
}
int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }
int ftruncate64(int fd, off64_t size) {
    REAL(ftruncate64);
    if (!ours(fd)) return real(fd, size);
    char how = broken('t');
    if (fails(how)) return -1;
    int done = real(fd, size);
    if (!done) logged('t', inode(fd), size, NULL, 0, NULL);
    after(how);
    return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int unlink(const char *path) {
    REAL(unlink);
    if (!inside(path)) return real(path);
    char how = broken('u');
    if (fails(how)) return -1;
    int done = real(path);
    if (!done) logged('u', 0, 0, NULL, 0, path);
    after(how);
    return done;
}
static int linked(const char *from, const char *to) {
    struct stat s;
    char how = broken('l');
    if (fails(how)) return -1;
    int done = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (!done && !stat(to, &s)) logged('l', s.st_ino, 0, NULL, 0, to);
    after(how);
    return done;
}
int link(const char *from, const char *to) {
    REAL(link);
    return inside(to) ? linked(from, to) : real(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    REAL(linkat);
    return inside(to) ? linked(from, to) : real(a, from, b, to, flags);
}
static int opened(const char *path, int flags, mode_t rights) {
    int made = inside(path) && (flags & O_CREAT) && access(path, F_OK);
    char how = made ? broken('c') : 0;
    if (fails(how)) return -1;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, rights);
    if (made && fd >= 0) logged('c', inode(fd), 0, NULL, 0, path);
    after(how);
    return fd;
}
#define OPEN(name) int name(const char *path, int flags, ...) { \
    mode_t rights = 0; \
    if (flags & O_CREAT) { va_list more; va_start(more, flags); rights = va_arg(more, mode_t); va_end(more); } \
    return opened(path, flags, rights); }
OPEN(open)
OPEN(open64)

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = (int)syscall(SYS_clock_gettime, which, now);
    if (which == CLOCK_REALTIME) now->tv_sec += clock_step;
    return done;
}
