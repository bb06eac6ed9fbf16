#pragma once

/// Has the allocator keep memory that was freed for the next one that asks, rather than give it back to the system.
void martlet_keep_freed_memory(void);
