// What a disk holds after a power cut: preloaded into the server, this keeps in $POWER_CUT_SHADOW only what the server
// asked to be safe, under $POWER_CUT_ROOT. A file's bytes get there by fdatasync or fsync of the file, as they were when
// that was called; its name by fsync of its folder. Everything else is lost, as it may be in truth.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *shadow;

__attribute__((constructor)) static void begin(void) {
    root = getenv("POWER_CUT_ROOT");
    shadow = getenv("POWER_CUT_SHADOW");
}

// The place of a descriptor below the root; false where it is elsewhere.
static int place(int descriptor, char path[PATH_MAX], char below[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = root && shadow ? readlink(link, path, PATH_MAX - 1) : -1;
    if (length <= 0) return 0;
    path[length] = 0;
    size_t prefix = strlen(root);
    if (strncmp(path, root, prefix) != 0 || (path[prefix] != '/' && path[prefix] != 0)) return 0;
    snprintf(below, PATH_MAX, "%s", path + prefix);
    return 1;
}

// Where the bytes of a file are kept: by its number and birth, since names change and numbers are used again.
static void content_path(const struct stat *file, int descriptor, const char *path, char out[PATH_MAX]) {
    struct statx more = {0};
    statx(descriptor, path, path[0] ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH, STATX_BTIME, &more);
    snprintf(out, PATH_MAX, "%s/content/%lu-%lld-%u", shadow, (unsigned long)file->st_ino,
        (long long)more.stx_btime.tv_sec, more.stx_btime.tv_nsec);
}

static void make_folders(const char *path) {
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(part, 0755);
        *slash = '/';
    }
    mkdir(part, 0755);
}

static int sync_file(int descriptor, const struct stat *file, int (*really)(int)) {
    char path[PATH_MAX];
    content_path(file, descriptor, "", path);
    char *bytes = malloc(file->st_size ? file->st_size : 1);
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    int source = open(link, O_RDONLY | O_CLOEXEC);
    ssize_t length = source >= 0 && bytes ? pread(source, bytes, file->st_size, 0) : -1;
    if (source >= 0) close(source);
    int status = really(descriptor);
    int number = errno;
    if (status == 0 && length >= 0) {
        int kept = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (kept >= 0) {
            if (pwrite(kept, bytes, length, 0) != length || ftruncate(kept, length) != 0) abort();
            close(kept);
        }
    }
    free(bytes);
    errno = number;
    return status;
}

static void keep_name(const char *folder, const char *tree, const char *name) {
    char path[PATH_MAX], kept[PATH_MAX], entry[PATH_MAX], next[PATH_MAX];
    struct stat file;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(entry, sizeof entry, "%s/%s", tree, name);
    if (lstat(path, &file) != 0) return;
    if (S_ISDIR(file.st_mode)) {
        mkdir(entry, 0755);
        return;
    }
    if (!S_ISREG(file.st_mode)) return;
    content_path(&file, AT_FDCWD, path, kept);
    int made = open(kept, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (made >= 0) close(made);
    snprintf(next, sizeof next, "%s.next", entry);
    unlink(next);
    if (link(kept, next) == 0) rename(next, entry);
}

static void sync_folder(const char *folder, const char *below) {
    char tree[PATH_MAX];
    snprintf(tree, sizeof tree, "%s/tree%s", shadow, below);
    make_folders(tree);
    DIR *names = opendir(folder);
    for (struct dirent *one; names && (one = readdir(names));) {
        if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0) keep_name(folder, tree, one->d_name);
    }
    if (names) closedir(names);
    DIR *kept = opendir(tree);
    for (struct dirent *one; kept && (one = readdir(kept));) {
        char path[PATH_MAX], entry[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
        snprintf(entry, sizeof entry, "%s/%s", tree, one->d_name);
        if (access(path, F_OK) != 0) unlink(entry);
    }
    if (kept) closedir(kept);
}

static int sync_any(int descriptor, const char *call) {
    int (*really)(int) = dlsym(RTLD_NEXT, call);
    char path[PATH_MAX], below[PATH_MAX];
    struct stat file;
    if (!place(descriptor, path, below) || fstat(descriptor, &file) != 0) return really(descriptor);
    pthread_mutex_lock(&lock);
    char content[PATH_MAX];
    snprintf(content, sizeof content, "%s/content", shadow);
    make_folders(content);
    int status;
    if (S_ISDIR(file.st_mode)) {
        status = really(descriptor);
        if (status == 0) sync_folder(path, below);
    } else {
        status = sync_file(descriptor, &file, really);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

int fdatasync(int descriptor) { return sync_any(descriptor, "fdatasync"); }

int fsync(int descriptor) { return sync_any(descriptor, "fsync"); }
