#define _GNU_SOURCE
#include "CPlatformProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum step { step_session, step_directory, step_input, step_output, step_limits, step_execute };

static const char *const step_names[] = {"start a session", "enter the working directory", "open /dev/null",
                                         "redirect the output", "set limits", "execute"};

struct child_failure {
    int number;
    int step;
};

// Runs between fork and exec: only async-signal-safe calls.
static void fail(int report, enum step step) {
    struct child_failure failure = {errno, step};
    ssize_t written = write(report, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

static int limit(int resource, uint64_t value) {
    struct rlimit both = {value, value};
    return value == 0 ? 0 : setrlimit(resource, &both);
}

static void run_child(const struct martlet_spawn_request *request, int report, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    if (setsid() < 0) fail(report, step_session);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    if (chdir(request->directory) != 0) fail(report, step_directory);
    int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0) fail(report, step_input);
    if (dup2(request->output, 1) < 0 || dup2(request->output, 2) < 0) fail(report, step_output);
    if (limit(RLIMIT_AS, request->memory_limit_bytes) != 0) fail(report, step_limits);
    if (limit(RLIMIT_NOFILE, request->file_limit) != 0) fail(report, step_limits);
    // The report pipe closes itself on exec; everything else above it is closed here.
    if (report != 3) {
        if (dup3(report, 3, O_CLOEXEC) < 0) fail(report, step_output);
        report = 3;
    }
    syscall(SYS_close_range, 4, ~0U, 0);
    execve(request->executable, request->arguments, request->environment);
    fail(report, step_execute);
}

int martlet_spawn(const struct martlet_spawn_request *request, pid_t *pid, int *pidfd, const char **failed_step) {
    int report[2];
    *failed_step = "make a pipe";
    if (pipe2(report, O_CLOEXEC) != 0) return errno;
    pid_t parent = getpid();
    *failed_step = "fork";
    pid_t child = fork();
    if (child < 0) {
        int number = errno;
        close(report[0]);
        close(report[1]);
        return number;
    }
    if (child == 0) run_child(request, report[1], parent);
    close(report[1]);
    struct child_failure failure = {0, 0};
    ssize_t got;
    do {
        got = read(report[0], &failure, sizeof failure);
    } while (got < 0 && errno == EINTR);
    close(report[0]);
    if (got == (ssize_t)sizeof failure) {
        waitpid(child, nullptr, 0);
        *failed_step = step_names[failure.step];
        return failure.number;
    }
    int descriptor = (int)syscall(SYS_pidfd_open, child, 0);
    if (descriptor < 0) {
        int number = errno;
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        *failed_step = "watch the process";
        return number;
    }
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    *pid = child;
    *pidfd = descriptor;
    return 0;
}

int martlet_reap(pid_t pid) {
    int status = 0;
    pid_t result;
    do {
        result = waitpid(pid, &status, 0);
    } while (result < 0 && errno == EINTR);
    if (result < 0) return -errno;
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

int martlet_signal_group(pid_t pid, int signal_number) {
    return kill(-pid, signal_number) == 0 ? 0 : errno;
}

int martlet_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
