#define _GNU_SOURCE
#include "CPlatformFile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>

int martlet_is_cached(int fd, int64_t offset) {
    char byte;
    struct iovec vector = {.iov_base = &byte, .iov_len = 1};
    return !(preadv2(fd, &vector, 1, offset, RWF_NOWAIT) < 0 && errno == EAGAIN);
}

int martlet_drop_cache(int fd) { return posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); }

int martlet_begin_writing(int fd, int64_t offset, int64_t count) {
    return sync_file_range(fd, offset, count, SYNC_FILE_RANGE_WRITE) == 0 ? 0 : errno;
}
