#include "CCurl.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(CURL_ERROR_SIZE == 256, "the header promises this size");

struct martlet_curl {
    CURL *handle;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void initialize(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

martlet_curl *martlet_curl_create(void) {
    pthread_once(&once, initialize);
    martlet_curl *curl = malloc(sizeof *curl);
    if (curl == NULL) { return NULL; }
    curl->handle = curl_easy_init();
    if (curl->handle == NULL) {
        free(curl);
        return NULL;
    }
    return curl;
}

void martlet_curl_destroy(martlet_curl *curl) {
    curl_easy_cleanup(curl->handle);
    free(curl);
}

static size_t take_header(char *line, size_t size, size_t count, void *context) {
    const struct martlet_curl_callbacks *callbacks = context;
    return callbacks->header(callbacks->context, line, size * count) ? size * count : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    const struct martlet_curl_callbacks *callbacks = context;
    if (size * count == 0) { return 0; }
    return callbacks->body(callbacks->context, (const uint8_t *)bytes, size * count) ? size * count : 0;
}

static int ask(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    const struct martlet_curl_callbacks *callbacks = context;
    return callbacks->go_on(callbacks->context) ? 0 : 1;
}

// Asks before a socket is made for an address; curl may try several addresses of one name.
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    const struct martlet_curl_callbacks *callbacks = context;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    if (address->family == AF_INET) {
        bytes = (const uint8_t *)&((const struct sockaddr_in *)&address->addr)->sin_addr;
        length = 4;
    } else if (address->family == AF_INET6) {
        bytes = (const uint8_t *)&((const struct sockaddr_in6 *)&address->addr)->sin6_addr;
        length = 16;
    }
    if (bytes == NULL || !callbacks->admit(callbacks->context, bytes, length)) { return CURL_SOCKET_BAD; }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static struct curl_slist *make_headers(const struct martlet_curl_request *request) {
    // An empty Expect keeps curl from waiting a second for a 100 before a large body. Not where it signs: libcurl 7.88
    // signs that header, too, although it does not send it.
    struct curl_slist *list = request->signature_scheme == NULL ? curl_slist_append(NULL, "Expect:") : NULL;
    for (size_t index = 0; index < request->header_count; index++) {
        if (request->headers[index] == NULL) { continue; }
        struct curl_slist *longer = curl_slist_append(list, request->headers[index]);
        if (longer == NULL) { break; }
        list = longer;
    }
    return list;
}

static void set_request(CURL *handle, const struct martlet_curl_request *request) {
    curl_easy_setopt(handle, CURLOPT_URL, request->url);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_milliseconds);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, request->timeout_milliseconds);
    if (request->bypass_proxy) { curl_easy_setopt(handle, CURLOPT_NOPROXY, "*"); }
    if (request->signature_scheme != NULL) {
        curl_easy_setopt(handle, CURLOPT_AWS_SIGV4, request->signature_scheme);
        curl_easy_setopt(handle, CURLOPT_USERNAME, request->signature_user);
        curl_easy_setopt(handle, CURLOPT_PASSWORD, request->signature_secret);
        curl_easy_setopt(handle, CURLOPT_EXPECT_100_TIMEOUT_MS, 200L);
    }
    if (request->body != NULL) {
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body);
    }
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    } else {
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
    }
}

static void set_callbacks(CURL *handle, const struct martlet_curl_callbacks *callbacks) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, callbacks);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, callbacks);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, ask);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, callbacks);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    if (callbacks->admit != NULL) {
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, callbacks);
    }
}

static enum martlet_curl_failure kind(CURLcode code) {
    switch (code) {
    case CURLE_OK: return MARTLET_CURL_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT: return MARTLET_CURL_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT: return MARTLET_CURL_TIMED_OUT;
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_WRITE_ERROR: return MARTLET_CURL_STOPPED;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return MARTLET_CURL_INVALID;
    default: return MARTLET_CURL_BROKEN;
    }
}

enum martlet_curl_failure martlet_curl_perform(
    martlet_curl *curl,
    const struct martlet_curl_request *request,
    const struct martlet_curl_callbacks *callbacks,
    char *message
) {
    CURL *handle = curl->handle;
    curl_easy_reset(handle);
    message[0] = '\0';
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message);
    set_request(handle, request);
    set_callbacks(handle, callbacks);
    struct curl_slist *headers = make_headers(request);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK && message[0] == '\0') { strncpy(message, curl_easy_strerror(code), 255); }
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    return kind(code);
}

struct mail_text {
    const uint8_t *next;
    size_t left;
};

static size_t give_text(char *buffer, size_t size, size_t count, void *context) {
    struct mail_text *text = context;
    size_t length = size * count < text->left ? size * count : text->left;
    memcpy(buffer, text->next, length);
    text->next += length;
    text->left -= length;
    return length;
}

static struct curl_slist *make_recipients(const struct martlet_curl_mail *mail) {
    struct curl_slist *list = NULL;
    for (size_t index = 0; index < mail->recipient_count; index++) {
        if (mail->recipients[index] == NULL) { continue; }
        struct curl_slist *longer = curl_slist_append(list, mail->recipients[index]);
        if (longer == NULL) { break; }
        list = longer;
    }
    return list;
}

enum martlet_curl_failure martlet_curl_send_mail(
    martlet_curl *curl,
    const struct martlet_curl_mail *mail,
    long *response,
    char *message
) {
    CURL *handle = curl->handle;
    struct mail_text text = {.next = mail->text, .left = mail->text_length};
    struct curl_slist *recipients = make_recipients(mail);
    curl_easy_reset(handle);
    message[0] = '\0';
    *response = 0;
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message);
    curl_easy_setopt(handle, CURLOPT_URL, mail->url);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, mail->timeout_milliseconds);
    curl_easy_setopt(handle, CURLOPT_USE_SSL, (long)(mail->require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, mail->from);
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, give_text);
    curl_easy_setopt(handle, CURLOPT_READDATA, &text);
    CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK && message[0] == '\0') { strncpy(message, curl_easy_strerror(code), 255); }
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, response);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(recipients);
    return kind(code);
}
