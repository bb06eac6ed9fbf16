#pragma once
#include <stdint.h>

/// Whether the page of a file at an offset can be read without waiting for the disk; also when that cannot be told.
int martlet_is_cached(int fd, int64_t offset);

/// Lets the system drop what it holds of a file in memory and has written; 0, or an error number.
int martlet_drop_cache(int fd);
