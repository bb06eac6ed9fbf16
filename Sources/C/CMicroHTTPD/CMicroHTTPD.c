#define _GNU_SOURCE
#include "CMicroHTTPD.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// What the library carries along: the server and whom to call.
struct context {
    struct martlet_http_callbacks callbacks;
    void *server;
};

/// What the library carries along for one request: the server's exchange, and whether it has seen the headers.
struct request {
    void *exchange;
    int started;
};

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection) {
    struct context *context = cls;
    struct request *request = calloc(1, sizeof *request);
    if (request != NULL) request->exchange = context->callbacks.begin(context->server, target, connection);
    return request;
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_size, void **state) {
    (void)connection;
    (void)url;
    (void)version;
    struct context *context = cls;
    struct request *request = *state;
    if (request == NULL || request->exchange == NULL) return MHD_NO;
    if (!request->started) {
        request->started = 1;
        // An answer that is known now is sent before the body: the library then closes rather than reads it.
        if (context->callbacks.headers(context->server, request->exchange, method) == martlet_http_continue) return MHD_YES;
        return context->callbacks.respond(request->exchange) == martlet_http_continue ? MHD_YES : MHD_NO;
    }
    if (*upload_size > 0) {
        if (context->callbacks.body(request->exchange, upload, *upload_size)) *upload_size = 0;
        return MHD_YES;
    }
    return context->callbacks.respond(request->exchange) ? MHD_YES : MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code) {
    (void)connection;
    struct context *context = cls;
    struct request *request = *state;
    if (request == NULL) return;
    if (request->exchange != NULL) {
        context->callbacks.end(context->server, request->exchange, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    }
    free(request);
    *state = NULL;
}

/// Keeps the target as it was sent: escapes are decoded part by part later.
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text) {
    (void)cls;
    (void)connection;
    return strlen(text);
}

/// The library's own messages say nothing that the answers do not.
static void no_log(void *cls, const char *format, va_list arguments) {
    (void)cls;
    (void)format;
    (void)arguments;
}

static int listen_on(const char *host, uint16_t port, uint16_t *bound) {
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, service, &hints, &found) != 0 || found == NULL) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (descriptor >= 0) setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (descriptor < 0 || bind(descriptor, found->ai_addr, found->ai_addrlen) != 0 || listen(descriptor, 1024) != 0) {
        int number = errno;
        if (descriptor >= 0) close(descriptor);
        freeaddrinfo(found);
        errno = number;
        return -1;
    }
    freeaddrinfo(found);
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    getsockname(descriptor, (struct sockaddr *)&address, &length);
    *bound = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                                 : ((struct sockaddr_in *)&address)->sin_port);
    return descriptor;
}

struct MHD_Daemon *martlet_http_start(const struct martlet_http_options *options,
                                      const struct martlet_http_callbacks *callbacks, void *server,
                                      uint16_t *bound_port) {
    int descriptor = listen_on(options->host, options->port, bound_port);
    if (descriptor < 0) return NULL;
    // Lives as long as the process: a daemon is stopped only with it or in tests.
    struct context *context = malloc(sizeof *context);
    if (context == NULL) {
        close(descriptor);
        errno = ENOMEM;
        return NULL;
    }
    context->callbacks = *callbacks;
    context->server = server;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_access, context,
        MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL, MHD_OPTION_LISTEN_SOCKET, descriptor, MHD_OPTION_THREAD_POOL_SIZE,
        options->threads, MHD_OPTION_CONNECTION_LIMIT, options->connections, MHD_OPTION_CONNECTION_TIMEOUT,
        options->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->header_bytes,
        MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)4096, MHD_OPTION_URI_LOG_CALLBACK, on_target, context,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, context,
        MHD_OPTION_END);
    if (daemon == NULL) {
        int number = errno;
        close(descriptor);
        free(context);
        errno = number;
    }
    return daemon;
}

void martlet_http_quiesce(struct MHD_Daemon *daemon) {
    int descriptor = MHD_quiesce_daemon(daemon);
    if (descriptor >= 0) close(descriptor);
}

void martlet_http_stop(struct MHD_Daemon *daemon) { MHD_stop_daemon(daemon); }

void martlet_http_suspend(struct MHD_Connection *connection) { MHD_suspend_connection(connection); }

void martlet_http_resume(struct MHD_Connection *connection) { MHD_resume_connection(connection); }

struct visit {
    void *context;
    void (*visit)(void *context, const char *name, const char *value);
};

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind;
    struct visit *visit = cls;
    visit->visit(visit->context, name, value == NULL ? "" : value);
    return MHD_YES;
}

void martlet_http_headers(struct MHD_Connection *connection, void *context,
                          void (*visit)(void *context, const char *name, const char *value)) {
    struct visit both = {context, visit};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &both);
}

void martlet_http_address(struct MHD_Connection *connection, char *buffer, size_t size) {
    buffer[0] = 0;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL) return;
    const struct sockaddr *address = info->client_addr;
    if (address->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, buffer, (socklen_t)size);
    } else if (address->sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, buffer, (socklen_t)size);
    }
}

struct MHD_Response *martlet_http_bytes(const void *bytes, size_t count) {
    return MHD_create_response_from_buffer(count, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
}

struct MHD_Response *martlet_http_file(int descriptor, uint64_t offset, uint64_t length) {
    return MHD_create_response_from_fd_at_offset64(length, descriptor, offset);
}

struct reader {
    void *context;
    ssize_t (*read)(void *context, char *buffer, size_t capacity);
    void (*free_context)(void *context);
};

static ssize_t on_read(void *cls, uint64_t position, char *buffer, size_t capacity) {
    (void)position;
    struct reader *reader = cls;
    ssize_t count = reader->read(reader->context, buffer, capacity);
    if (count == -1) return MHD_CONTENT_READER_END_OF_STREAM;
    if (count < -1) return MHD_CONTENT_READER_END_WITH_ERROR;
    return count;
}

static void on_free(void *cls) {
    struct reader *reader = cls;
    reader->free_context(reader->context);
    free(reader);
}

struct MHD_Response *martlet_http_reader(int64_t length, void *context,
                                         ssize_t (*read)(void *context, char *buffer, size_t capacity),
                                         void (*free_context)(void *context)) {
    struct reader *reader = malloc(sizeof *reader);
    if (reader == NULL) return NULL;
    reader->context = context;
    reader->read = read;
    reader->free_context = free_context;
    uint64_t size = length < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)length;
    struct MHD_Response *response = MHD_create_response_from_callback(size, 64 << 10, on_read, reader, on_free);
    if (response == NULL) free(reader);
    return response;
}

int martlet_http_add_header(struct MHD_Response *response, const char *name, const char *value) {
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

int martlet_http_queue(struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response) {
    int queued = MHD_queue_response(connection, status, response) == MHD_YES;
    MHD_destroy_response(response);
    return queued;
}
