#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// One ready descriptor: the token it was registered with, and what it is ready for.
struct martlet_ready {
    uint64_t token;
    uint32_t events;
};

enum {
    MARTLET_READABLE = 1,
    MARTLET_WRITABLE = 4,
    MARTLET_FAILED = 8,
    MARTLET_HUNG_UP = 16,
};

/// A new epoll descriptor, or -1 with errno.
int martlet_epoll_create(void);

/// Registers `fd` for the events of the mask; 0, or -1 with errno.
int martlet_epoll_add(int epoll, int fd, uint32_t events, uint64_t token);

/// Changes the mask of a registered descriptor; 0, or -1 with errno.
int martlet_epoll_change(int epoll, int fd, uint32_t events, uint64_t token);

/// Takes a descriptor off; 0, or -1 with errno.
int martlet_epoll_remove(int epoll, int fd);

/// Waits up to `timeout_milliseconds` (-1: for ever); the number of entries filled, 0 when interrupted, -1 with errno.
int martlet_epoll_wait(int epoll, struct martlet_ready *ready, int capacity, int timeout_milliseconds);

/// A new eventfd; `blocking` decides what an empty read does. -1 with errno.
int martlet_eventfd(int blocking);

/// Adds one to an eventfd, which wakes its reader.
void martlet_eventfd_signal(int fd);

/// Takes everything out of an eventfd; waits for something when it was made blocking.
void martlet_eventfd_drain(int fd);

/// Accepts one connection, non-blocking and close-on-exec, with Nagle's delay off; -1 with errno.
int martlet_accept(int listener);

/// Sends file bytes to a socket without copying them through the process; what sendfile(2) returns.
ssize_t martlet_sendfile(int socket, int file, int64_t offset, size_t count);
