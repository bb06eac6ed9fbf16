// libcurl's easy interface without its variadic functions: one blocking exchange a call.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct martlet_curl martlet_curl;

/// What an exchange calls, on the thread of `martlet_curl_perform`; false ends it.
struct martlet_curl_callbacks {
    void *_Nonnull context;
    bool (*_Nonnull header)(void *_Nonnull context, const char *_Nonnull line, size_t length);
    bool (*_Nonnull body)(void *_Nonnull context, const uint8_t *_Nonnull bytes, size_t length);
    bool (*_Nonnull go_on)(void *_Nonnull context);  // at least once a second
    // Before a connection, with the address that the name was resolved to: 4 or 16 bytes. NULL admits all.
    bool (*_Nullable admit)(void *_Nonnull context, const uint8_t *_Nonnull address, size_t length);
};

struct martlet_curl_request {
    const char *_Nonnull method;
    const char *_Nonnull url;
    const char *_Nullable const *_Nullable headers;  // `Name: value`
    size_t header_count;
    const uint8_t *_Nullable body;  // NULL for none
    size_t body_length;
    const char *_Nullable signature_scheme;  // for CURLOPT_AWS_SIGV4, NULL for none
    const char *_Nullable signature_user;
    const char *_Nullable signature_secret;
    long connect_timeout_milliseconds;
    long timeout_milliseconds;  // 0 for none
    bool bypass_proxy;
};

enum martlet_curl_failure {
    MARTLET_CURL_OK,
    MARTLET_CURL_UNREACHABLE,  // no name, no connection
    MARTLET_CURL_TIMED_OUT,
    MARTLET_CURL_STOPPED,  // a callback said so
    MARTLET_CURL_INVALID,  // the URL
    MARTLET_CURL_BROKEN,   // anything later
};

/// NULL when out of memory. A handle keeps its connections; one thread uses it at a time.
martlet_curl *_Nullable martlet_curl_create(void);

void martlet_curl_destroy(martlet_curl *_Nonnull curl);

/// One exchange; redirects are not followed. `message` gets the reason of a failure, at most 256 bytes.
enum martlet_curl_failure martlet_curl_perform(
    martlet_curl *_Nonnull curl,
    const struct martlet_curl_request *_Nonnull request,
    const struct martlet_curl_callbacks *_Nonnull callbacks,
    char *_Nonnull message
);

struct martlet_curl_mail {
    const char *_Nonnull url;  // smtp:// or smtps://, with user and password where the relay wants them
    const char *_Nonnull from;
    const char *_Nullable const *_Nullable recipients;
    size_t recipient_count;
    const uint8_t *_Nonnull text;  // headers and body, lines ended by CR LF
    size_t text_length;
    long timeout_milliseconds;
    bool require_tls;  // else it is used where the relay offers it
};

/// Hands one mail to a relay. `response` gets the relay's last code, 0 for none; `message` as above.
enum martlet_curl_failure martlet_curl_send_mail(
    martlet_curl *_Nonnull curl,
    const struct martlet_curl_mail *_Nonnull mail,
    long *_Nonnull response,
    char *_Nonnull message
);
