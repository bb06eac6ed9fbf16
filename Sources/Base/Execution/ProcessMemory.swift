internal import CPlatform

/// How this process holds its memory.
package enum ProcessMemory {
    /// Keeps memory that was freed for the next use of it.
    ///
    /// For commands that work through large columns and end: given back to the system and asked for anew, each page would be
    /// zeroed again. Thread-safe; before the large columns come.
    package static func keepFreed() {
        martlet_keep_freed_memory()
    }
}
