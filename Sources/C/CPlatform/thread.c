#define _GNU_SOURCE
#include "CPlatformThread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

void martlet_name_current_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

static void stop_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void martlet_block_stop_signals(void) {
    sigset_t set;
    stop_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signal(SIGPIPE, SIG_IGN);
}

int martlet_wait_stop_signal(void) {
    sigset_t set;
    stop_signals(&set);
    int number = 0;
    while (sigwait(&set, &number) == EINTR) {
    }
    return number;
}
