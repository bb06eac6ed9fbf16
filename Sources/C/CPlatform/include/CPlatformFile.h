#pragma once
#include <stdint.h>

/// Whether the page of a file at an offset can be read without waiting for the disk; also when that cannot be told.
int martlet_is_cached(int fd, int64_t offset);

/// Lets the system drop what it holds of a file in memory and has written; 0, or an error number.
int martlet_drop_cache(int fd);

/// Has the system begin to write a part of a file to the disk, and does not wait for it; 0, or an error number.
int martlet_begin_writing(int fd, int64_t offset, int64_t count);
