#include "CPlatformMemory.h"

#include <malloc.h>

void martlet_keep_freed_memory(void) {
    // Blocks of any size come from the heap, and the heap does not shrink.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
}
