/* Writes down, in order, everything that a process does to the files below one folder.
 *
 * Preloaded (LD_PRELOAD) into a working program. YIYANG_RECORD_ROOT names the folder, YIYANG_RECORD_LOG the file to
 * write to, YIYANG_RECORD_SAID the number of a descriptor: what is written there is kept as an acknowledgement.
 * One lock is held over each call and its record, so the log is one order that really happened.
 *
 * A record: op, is_folder, length of path, length of second path (u16 each way), inode, offset, length of data (u64
 * each), then the paths and the data. Read by trace.py.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct head {
    uint8_t op, is_folder;
    uint16_t path, second;
    uint16_t unused;
    uint64_t inode, offset, length;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1, said_fd = -1;

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("YIYANG_RECORD_ROOT"), *to = getenv("YIYANG_RECORD_LOG"), *said = getenv("YIYANG_RECORD_SAID");
    if (!where || !to || !said || !realpath(where, root))
        return;
    root_length = strlen(root);
    said_fd = atoi(said);
    log_fd = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) {
        fprintf(stderr, "recorder: no %s\n", name);
        abort();
    }
    return found;
}

#define REAL(type, name, ...)                        \
    static type (*name##_)(__VA_ARGS__);             \
    if (!name##_)                                    \
        name##_ = (type(*)(__VA_ARGS__))real(#name);

static void put(const void *from, size_t length) {
    const char *at = from;
    while (length) {
        ssize_t done = syscall(SYS_write, log_fd, at, length);
        if (done < 0) {
            if (errno == EINTR)
                continue;
            fprintf(stderr, "recorder: the log takes no more\n");
            abort();
        }
        at += done;
        length -= (size_t)done;
    }
}

static void note(char op, int is_folder, const char *path, const char *second, uint64_t inode, uint64_t offset,
                 const void *data, uint64_t length) {
    struct head head = {(uint8_t)op, (uint8_t)is_folder, 0, 0, 0, inode, offset, length};
    int kept = errno;
    head.path = path ? (uint16_t)strlen(path) : 0;
    head.second = second ? (uint16_t)strlen(second) : 0;
    put(&head, sizeof head);
    if (path)
        put(path, head.path);
    if (second)
        put(second, head.second);
    if (data)
        put(data, length);
    errno = kept;
}

static int below(const char *path) {
    return !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

/* The absolute path of a name, links of its folder resolved. 0 if it does not lie below the folder. */
static int place(int folder, const char *name, char *whole) {
    char joined[PATH_MAX * 2], parent[PATH_MAX], link[64];
    if (log_fd < 0 || !name)
        return 0;
    if (name[0] == '/')
        snprintf(joined, sizeof joined, "%s", name);
    else {
        if (folder == AT_FDCWD) {
            if (!getcwd(parent, sizeof parent))
                return 0;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t n = readlink(link, parent, sizeof parent - 1);
            if (n < 0)
                return 0;
            parent[n] = 0;
        }
        snprintf(joined, sizeof joined, "%s/%s", parent, name);
    }
    size_t length = strlen(joined);
    while (length > 1 && joined[length - 1] == '/')
        joined[--length] = 0;
    char *last = strrchr(joined, '/');
    if (!last || last == joined)
        return 0;
    *last = 0;
    if (!realpath(joined, parent))
        return 0;
    if (snprintf(whole, PATH_MAX, "%s/%s", parent, last + 1) >= PATH_MAX)
        return 0;
    return below(whole);
}

/* Where an open descriptor leads. 0 if not below the folder, or to neither a file nor a folder. */
static int opened(int fd, char *path, struct stat *found) {
    char link[64];
    if (log_fd < 0 || fstat(fd, found) || !(S_ISREG(found->st_mode) || S_ISDIR(found->st_mode)))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n < 0)
        return 0;
    path[n] = 0;
    return below(path);
}

static void note_data(int fd, uint64_t offset, const void *data, ssize_t done) {
    char path[PATH_MAX];
    struct stat found;
    int kept = errno;
    if (done > 0 && opened(fd, path, &found))
        note('W', 0, path, NULL, found.st_ino, offset, data, (uint64_t)done);
    errno = kept;
}

static uint64_t before_end(int fd, ssize_t done) {
    off64_t now = lseek64(fd, 0, SEEK_CUR);
    return now < done ? 0 : (uint64_t)(now - done);
}

/* --- writing ------------------------------------------------------------------------------------------------- */

ssize_t write(int fd, const void *data, size_t length) {
    REAL(ssize_t, write, int, const void *, size_t)
    if (log_fd < 0)
        return write_(fd, data, length);
    pthread_mutex_lock(&lock);
    ssize_t done = write_(fd, data, length);
    int kept = errno;
    if (done > 0 && fd == said_fd)
        note('S', 0, NULL, NULL, 0, 0, data, (uint64_t)done);
    else if (done > 0)
        note_data(fd, before_end(fd, done), data, done);
    errno = kept;
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)
    pthread_mutex_lock(&lock);
    ssize_t done = pwrite64_(fd, data, length, offset);
    note_data(fd, (uint64_t)offset, data, done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return pwrite64(fd, data, length, offset);
}

static void note_parts(int fd, uint64_t offset, const struct iovec *parts, int count, ssize_t done) {
    for (int i = 0; i < count && done > 0; i++) {
        ssize_t part = (ssize_t)parts[i].iov_len < done ? (ssize_t)parts[i].iov_len : done;
        note_data(fd, offset, parts[i].iov_base, part);
        offset += (uint64_t)part;
        done -= part;
    }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int)
    pthread_mutex_lock(&lock);
    ssize_t done = writev_(fd, parts, count);
    int kept = errno;
    if (done > 0 && log_fd >= 0)
        note_parts(fd, before_end(fd, done), parts, count, done);
    errno = kept;
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
    REAL(ssize_t, pwritev64, int, const struct iovec *, int, off64_t)
    pthread_mutex_lock(&lock);
    ssize_t done = pwritev64_(fd, parts, count, offset);
    note_parts(fd, (uint64_t)offset, parts, count, done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    return pwritev64(fd, parts, count, offset);
}

/* What the kernel copied by itself is read again from the file it went to. */
static void note_copied(int fd, uint64_t offset, ssize_t done) {
    char link[64], path[PATH_MAX], *data;
    struct stat found;
    int kept = errno;
    if (done > 0 && opened(fd, path, &found)) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        int again = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
        data = malloc((size_t)done);
        if (again < 0 || !data || pread64(again, data, (size_t)done, (off64_t)offset) != done)
            note('X', 0, path, NULL, 0, 0, NULL, 0);
        else
            note('W', 0, path, NULL, found.st_ino, offset, data, (uint64_t)done);
        free(data);
        if (again >= 0)
            syscall(SYS_close, again);
    }
    errno = kept;
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
    REAL(ssize_t, sendfile64, int, int, off64_t *, size_t)
    pthread_mutex_lock(&lock);
    ssize_t done = sendfile64_(to, from, offset, length);
    if (done > 0 && log_fd >= 0)
        note_copied(to, before_end(to, done), done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t sendfile(int to, int from, off_t *offset, size_t length) {
    return sendfile64(to, from, offset, length);
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *into, size_t length, unsigned flags) {
    REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned)
    pthread_mutex_lock(&lock);
    ssize_t done = copy_file_range_(from, at, to, into, length, flags);
    if (done > 0 && log_fd >= 0)
        note_copied(to, into ? (uint64_t)(*into - done) : before_end(to, done), done);
    pthread_mutex_unlock(&lock);
    return done;
}

void *mmap64(void *at, size_t length, int rights, int flags, int fd, off64_t offset) {
    REAL(void *, mmap64, void *, size_t, int, int, int, off64_t)
    char path[PATH_MAX];
    struct stat found;
    void *done = mmap64_(at, length, rights, flags, fd, offset);
    int kept = errno;
    if (fd >= 0 && (rights & PROT_WRITE) && (flags & MAP_SHARED) && opened(fd, path, &found)) {
        pthread_mutex_lock(&lock);
        note('X', 0, path, NULL, found.st_ino, 0, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    errno = kept;
    return done;
}

void *mmap(void *at, size_t length, int rights, int flags, int fd, off_t offset) {
    return mmap64(at, length, rights, flags, fd, offset);
}

/* --- sizes --------------------------------------------------------------------------------------------------- */

static void note_size(int fd, uint64_t size) {
    char path[PATH_MAX];
    struct stat found;
    if (opened(fd, path, &found))
        note('T', 0, path, NULL, found.st_ino, size, NULL, 0);
}

int ftruncate64(int fd, off64_t size) {
    REAL(int, ftruncate64, int, off64_t)
    pthread_mutex_lock(&lock);
    int done = ftruncate64_(fd, size);
    if (!done)
        note_size(fd, (uint64_t)size);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int truncate64(const char *name, off64_t size) {
    REAL(int, truncate64, const char *, off64_t)
    char path[PATH_MAX];
    struct stat found;
    pthread_mutex_lock(&lock);
    int done = truncate64_(name, size);
    if (!done && place(AT_FDCWD, name, path) && !stat(path, &found))
        note('T', 0, path, NULL, found.st_ino, (uint64_t)size, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int truncate(const char *name, off_t size) { return truncate64(name, size); }

static void note_room(int fd, int done, int keeps_size) {
    struct stat found;
    if (!done && !keeps_size && log_fd >= 0 && !fstat(fd, &found))
        note_size(fd, (uint64_t)found.st_size);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    REAL(int, posix_fallocate64, int, off64_t, off64_t)
    pthread_mutex_lock(&lock);
    int done = posix_fallocate64_(fd, offset, length);
    note_room(fd, done, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    REAL(int, fallocate64, int, int, off64_t, off64_t)
    pthread_mutex_lock(&lock);
    int done = fallocate64_(fd, mode, offset, length);
    note_room(fd, done, mode & FALLOC_FL_KEEP_SIZE);
    pthread_mutex_unlock(&lock);
    return done;
}

int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }

/* --- what makes durable -------------------------------------------------------------------------------------- */

static void note_durable(int fd) {
    char path[PATH_MAX];
    struct stat found;
    if (opened(fd, path, &found))
        note('F', S_ISDIR(found.st_mode), path, NULL, found.st_ino, 0, NULL, 0);
}

int fsync(int fd) {
    REAL(int, fsync, int)
    pthread_mutex_lock(&lock);
    int done = fsync_(fd);
    if (!done)
        note_durable(fd);
    pthread_mutex_unlock(&lock);
    return done;
}

int fdatasync(int fd) {
    REAL(int, fdatasync, int)
    pthread_mutex_lock(&lock);
    int done = fdatasync_(fd);
    if (!done)
        note_durable(fd);
    pthread_mutex_unlock(&lock);
    return done;
}

/* --- names --------------------------------------------------------------------------------------------------- */

static int opening(int folder, const char *name, int flags, mode_t mode) {
    REAL(int, openat64, int, const char *, int, ...)
    char path[PATH_MAX];
    struct stat was, now;
    if (log_fd < 0 || !(flags & (O_CREAT | O_TRUNC)))
        return openat64_(folder, name, flags, mode);
    pthread_mutex_lock(&lock);
    int is_ours = place(folder, name, path);
    int was_there = is_ours && !stat(path, &was);
    int fd = openat64_(folder, name, flags, mode);
    int kept = errno;
    if (fd >= 0 && is_ours && !fstat(fd, &now) && S_ISREG(now.st_mode)) {
        if (!was_there)
            note('C', 0, path, NULL, now.st_ino, 0, NULL, 0);
        else if (flags & O_TRUNC)
            note('T', 0, path, NULL, now.st_ino, 0, NULL, 0);
    }
    errno = kept;
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE_OF(flags, mode)                                  \
    mode_t mode = 0;                                          \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                  \
        va_list more;                                         \
        va_start(more, flags);                                \
        mode = (mode_t)va_arg(more, int);                     \
        va_end(more);                                         \
    }

int open64(const char *name, int flags, ...) {
    MODE_OF(flags, mode)
    return opening(AT_FDCWD, name, flags, mode);
}

int open(const char *name, int flags, ...) {
    MODE_OF(flags, mode)
    return opening(AT_FDCWD, name, flags, mode);
}

int openat64(int folder, const char *name, int flags, ...) {
    MODE_OF(flags, mode)
    return opening(folder, name, flags, mode);
}

int openat(int folder, const char *name, int flags, ...) {
    MODE_OF(flags, mode)
    return opening(folder, name, flags, mode);
}

int creat64(const char *name, mode_t mode) { return opening(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat(const char *name, mode_t mode) { return creat64(name, mode); }
int __open64_2(const char *name, int flags) { return opening(AT_FDCWD, name, flags, 0); }
int __open_2(const char *name, int flags) { return opening(AT_FDCWD, name, flags, 0); }
int __openat64_2(int folder, const char *name, int flags) { return opening(folder, name, flags, 0); }
int __openat_2(int folder, const char *name, int flags) { return opening(folder, name, flags, 0); }

static int renaming(int folder, const char *name, int to, const char *other, unsigned flags) {
    char path[PATH_MAX], second[PATH_MAX];
    struct stat found;
    pthread_mutex_lock(&lock);
    int leaves = place(folder, name, path), comes = place(to, other, second);
    int is_folder = leaves && !lstat(path, &found) && S_ISDIR(found.st_mode);
    int done = (int)syscall(SYS_renameat2, folder, name, to, other, flags);
    int kept = errno;
    if (!done && (leaves || comes))
        note(leaves && comes && !flags ? 'R' : 'X', is_folder, leaves ? path : name, comes ? second : other, 0, 0, NULL, 0);
    errno = kept;
    pthread_mutex_unlock(&lock);
    return done;
}

int rename(const char *name, const char *other) { return renaming(AT_FDCWD, name, AT_FDCWD, other, 0); }
int renameat(int folder, const char *name, int to, const char *other) { return renaming(folder, name, to, other, 0); }
int renameat2(int folder, const char *name, int to, const char *other, unsigned flags) {
    return renaming(folder, name, to, other, flags);
}

static int removing(int folder, const char *name, int flags) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int is_ours = place(folder, name, path);
    int done = (int)syscall(SYS_unlinkat, folder, name, flags);
    int kept = errno;
    if (!done && is_ours)
        note('U', !!(flags & AT_REMOVEDIR), path, NULL, 0, 0, NULL, 0);
    errno = kept;
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *name) { return removing(AT_FDCWD, name, 0); }
int unlinkat(int folder, const char *name, int flags) { return removing(folder, name, flags); }
int rmdir(const char *name) { return removing(AT_FDCWD, name, AT_REMOVEDIR); }
int remove(const char *name) {
    struct stat found;
    return removing(AT_FDCWD, name, !lstat(name, &found) && S_ISDIR(found.st_mode) ? AT_REMOVEDIR : 0);
}

int mkdirat(int folder, const char *name, mode_t mode) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int is_ours = place(folder, name, path);
    int done = (int)syscall(SYS_mkdirat, folder, name, mode);
    int kept = errno;
    if (!done && is_ours)
        note('M', 1, path, NULL, 0, 0, NULL, 0);
    errno = kept;
    pthread_mutex_unlock(&lock);
    return done;
}

int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

int linkat(int folder, const char *name, int to, const char *other, int flags) {
    REAL(int, linkat, int, const char *, int, const char *, int)
    char path[PATH_MAX];
    struct stat found;
    pthread_mutex_lock(&lock);
    int done = linkat_(folder, name, to, other, flags);
    int kept = errno;
    if (!done && place(to, other, path) && !lstat(path, &found))
        note('L', 0, path, NULL, found.st_ino, 0, NULL, 0);
    errno = kept;
    pthread_mutex_unlock(&lock);
    return done;
}

int link(const char *name, const char *other) { return linkat(AT_FDCWD, name, AT_FDCWD, other, 0); }
