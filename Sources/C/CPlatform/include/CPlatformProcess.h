#pragma once

#include <stdint.h>
#include <sys/types.h>

/// What a child process is made of. Arrays end with a null pointer.
struct martlet_spawn_request {
    const char *executable;
    char *const *arguments;
    char *const *environment;
    const char *directory;      ///< working directory
    int output;                 ///< descriptor for standard output and error
    uint64_t memory_limit_bytes;///< address-space limit, 0 for none
    uint64_t file_limit;        ///< open files limit, 0 for the parent's
};

/// Starts a child in a session of its own with an empty signal mask, standard input from /dev/null, and all other
/// descriptors closed. The system kills it when the calling thread ends, so call from one that lives as long as the
/// process does.
/// Returns 0 and the process id and a pidfd, or the errno of the step that failed (named in *failed_step).
int martlet_spawn(const struct martlet_spawn_request *request, pid_t *pid, int *pidfd, const char **failed_step);

/// Takes the exit status of an ended child: 0 to 255 for an exit code, 1000 + n for signal n, -errno on failure.
int martlet_reap(pid_t pid);

/// Sends a signal to the whole process group that the child leads; 0 or an errno.
int martlet_signal_group(pid_t pid, int signal_number);

/// Makes a pipe whose ends close on exec; 0 or -1 with errno.
int martlet_pipe(int ends[2]);
