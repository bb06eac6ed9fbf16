// OpenSSL's digests, with the processor's own instructions where it has them. Its functions for SHA-256 by name are
// deprecated in favour of handles on the heap; they stay, and their state is a value.
#pragma once

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
