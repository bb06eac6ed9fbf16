import Glibc

/// Makes a symbolic link; false where the system refused.
func link(from path: String, to target: String) -> Bool {
    symlink(target, path) == 0
}
