#pragma once

// libmicrohttpd behind functions that Swift can call: the library's own entry points are variadic or take macros.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct MHD_Daemon;
struct MHD_Connection;
struct MHD_Response;

enum martlet_http_action {
    martlet_http_continue = 1, ///< go on
    martlet_http_close = 0,    ///< close the connection
    martlet_http_answer = 2,   ///< the answer is there already
};

/// What the server is told; all of it on the library's threads. None may block.
struct martlet_http_callbacks {
    /// A request line came; returns the exchange, which is handed to all that follows.
    void *_Nullable (*_Nonnull begin)(void *_Nonnull server, const char *_Nonnull target,
                                      struct MHD_Connection *_Nonnull connection);
    /// The headers are there.
    enum martlet_http_action (*_Nonnull headers)(void *_Nonnull server, void *_Nonnull exchange,
                                                 const char *_Nonnull method);
    /// A part of the body; takes all (returns 1), or suspends and takes nothing (returns 0).
    int (*_Nonnull body)(void *_Nonnull exchange, const void *_Nonnull bytes, size_t count);
    /// The request is complete; answers, suspends, or asks to close. Called again after a resume.
    enum martlet_http_action (*_Nonnull respond)(void *_Nonnull exchange);
    /// The exchange is over; `finished` is 0 where the client went away.
    void (*_Nonnull end)(void *_Nonnull server, void *_Nonnull exchange, int finished);
};

struct martlet_http_options {
    const char *_Nonnull host;
    uint16_t port;
    unsigned int threads;
    unsigned int connections;
    unsigned int idle_seconds;
    size_t header_bytes;
};

/// Starts listening. NULL where that failed, with errno.
struct MHD_Daemon *_Nullable martlet_http_start(const struct martlet_http_options *_Nonnull options,
                                                const struct martlet_http_callbacks *_Nonnull callbacks,
                                                void *_Nonnull server, uint16_t *_Nonnull bound_port);

/// Stops taking connections.
void martlet_http_quiesce(struct MHD_Daemon *_Nonnull daemon);

/// Stops and frees everything; no exchange may be suspended.
void martlet_http_stop(struct MHD_Daemon *_Nonnull daemon);

void martlet_http_suspend(struct MHD_Connection *_Nonnull connection);
void martlet_http_resume(struct MHD_Connection *_Nonnull connection);

/// Calls `visit` with each header field of the request.
void martlet_http_headers(struct MHD_Connection *_Nonnull connection, void *_Nonnull context,
                          void (*_Nonnull visit)(void *_Nonnull context, const char *_Nonnull name,
                                                 const char *_Nonnull value));

/// Writes the client's address as text.
void martlet_http_address(struct MHD_Connection *_Nonnull connection, char *_Nonnull buffer, size_t size);

/// Responses: of a copy of bytes, of an open file (which it closes), of a reader.
struct MHD_Response *_Nullable martlet_http_bytes(const void *_Nullable bytes, size_t count);
struct MHD_Response *_Nullable martlet_http_file(int descriptor, uint64_t offset, uint64_t length);

/// A reader gives up to `capacity` bytes: their count, 0 after it has suspended, -1 at the end, -2 to break off.
struct MHD_Response *_Nullable martlet_http_reader(int64_t length, void *_Nonnull context,
                                                   ssize_t (*_Nonnull read)(void *_Nonnull context,
                                                                            char *_Nonnull buffer, size_t capacity),
                                                   void (*_Nonnull free_context)(void *_Nonnull context));
int martlet_http_add_header(struct MHD_Response *_Nonnull response, const char *_Nonnull name,
                            const char *_Nonnull value);
/// Queues the response and releases it; 0 where the library refused.
int martlet_http_queue(struct MHD_Connection *_Nonnull connection, unsigned int status,
                       struct MHD_Response *_Nonnull response);
