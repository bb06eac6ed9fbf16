#pragma once

#include <stddef.h>

/// A file of web/ as it was when the binary was built.
typedef struct {
    /// Its path within web/, such as "js/main.js".
    const char *path;
    const unsigned char *bytes;
    size_t length;
} martlet_web_asset;

/// How many files there are.
size_t martlet_web_asset_count(void);

/// One of them; `index` is less than the count.
const martlet_web_asset *martlet_web_asset_at(size_t index);
