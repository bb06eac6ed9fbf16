// A client of NATS JetStream for bench/event_log.py, on the C client of NATS.
//
//     event_log_nats produce URL STREAM SIZE COUNT        published without waiting, 10,000 unanswered at most
//     event_log_nats consume URL STREAM SIZE COUNT        an ordered consumer that is pushed to
//     event_log_nats answers URL STREAM SIZE RATE SECONDS
//     event_log_nats latency URL STREAM SIZE RATE SECONDS
//
// The stream is made where it is missing, in files; its subject has its name.

#include "event_log_client.h"

#include <nats/nats.h>
#include <stdatomic.h>

static void check(natsStatus status, const char *what) {
    if (status != NATS_OK) stop("%s: %s (%s)", what, natsStatus_GetText(status), nats_GetLastError(NULL));
}

static natsConnection *connection;

static jsCtx *context(const char *url, const char *stream) {
    natsOptions *options;
    check(natsOptions_Create(&options), "options");
    check(natsOptions_SetURL(options, url), "address");
    check(natsConnection_Connect(&connection, options), "no connection");
    jsOptions settings;
    jsOptions_Init(&settings);
    settings.PublishAsync.MaxPending = 10000;
    settings.PublishAsync.StallWait = 60000;
    settings.Wait = 60000;
    jsCtx *js;
    check(natsConnection_JetStream(&js, connection, &settings), "JetStream");
    jsStreamInfo *info = NULL;
    if (js_GetStreamInfo(&info, js, stream, NULL, NULL) != NATS_OK) {
        jsStreamConfig config;
        jsStreamConfig_Init(&config);
        config.Name = stream;
        config.Subjects = (const char *[]){stream};
        config.SubjectsLen = 1;
        config.Storage = js_FileStorage;
        check(js_AddStream(&info, js, &config, NULL, NULL), "stream");
    }
    jsStreamInfo_Destroy(info);
    return js;
}

static void produce(const char *url, const char *stream, size_t size, int64_t count) {
    jsCtx *js = context(url, stream);
    char *payload = make_payload(size);
    int64_t begun = now_nanoseconds();
    for (int64_t i = 0; i < count; i++) check(js_PublishAsync(js, stream, payload, (int)size, NULL), "not published");
    check(js_PublishAsyncComplete(js, NULL), "not answered");
    int64_t ended = now_nanoseconds();
    natsMsgList unanswered;
    if (js_PublishAsyncGetPendingList(&unanswered, js) == NATS_OK) stop("%d messages were refused", unanswered.Count);
    tell_throughput(count, size, ended - begun);
}

static _Atomic int64_t received;
static _Atomic int64_t began;
static size_t wanted;

static void count_message(natsConnection *nc, natsSubscription *subscription, natsMsg *message, void *closure) {
    (void)nc, (void)subscription, (void)closure;
    if ((size_t)natsMsg_GetDataLength(message) != wanted) stop("a message of %d bytes came", natsMsg_GetDataLength(message));
    natsMsg_Destroy(message);
    if (atomic_fetch_add(&received, 1) == 0) atomic_store(&began, now_nanoseconds());
}

static natsSubscription *subscribe(jsCtx *js, const char *stream, natsMsgHandler handler) {
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Ordered = true;
    natsSubscription *subscription;
    check(js_Subscribe(&subscription, js, stream, handler, NULL, NULL, &options, NULL), "not subscribed");
    check(natsSubscription_SetPendingLimits(subscription, -1, -1), "limits");
    return subscription;
}

static void consume(const char *url, const char *stream, size_t size, int64_t count) {
    jsCtx *js = context(url, stream);
    wanted = size;
    subscribe(js, stream, count_message);
    int64_t last = -1, idle = 0;
    while (atomic_load(&received) < count) {
        wait_until(now_nanoseconds() + 1000000);
        idle = atomic_load(&received) == last ? idle + 1 : 0;
        last = atomic_load(&received);
        if (idle > 30000) stop("the stream ended after %lld messages", (long long)last);
    }
    tell_throughput(count - 1, size, now_nanoseconds() - atomic_load(&began));
}

static int64_t *latencies;

static void take_latency(natsConnection *nc, natsSubscription *subscription, natsMsg *message, void *closure) {
    (void)nc, (void)subscription, (void)closure;
    int64_t sent;
    memcpy(&sent, natsMsg_GetData(message), sizeof sent);
    natsMsg_Destroy(message);
    latencies[atomic_load(&received)] = now_nanoseconds() - sent;
    atomic_fetch_add(&received, 1);
}

static void paced(const char *url, const char *stream, size_t size, int64_t rate, int64_t seconds, int reads) {
    jsCtx *js = context(url, stream);
    char *payload = make_payload(size < 8 ? 8 : size);
    int64_t count = rate * seconds;
    latencies = calloc((size_t)count, sizeof *latencies);
    if (!latencies) stop("no memory");
    if (reads) subscribe(js, stream, take_latency);
    wait_until(now_nanoseconds() + 200000000);
    int64_t begun = now_nanoseconds();
    for (int64_t i = 0; i < count; i++) {
        wait_until(begun + i * 1000000000 / rate);
        int64_t sent = now_nanoseconds();
        memcpy(payload, &sent, sizeof sent);
        if (reads) {
            check(js_PublishAsync(js, stream, payload, (int)size, NULL), "not published");
        } else {
            check(js_Publish(NULL, js, stream, payload, (int)size, NULL, NULL), "not published");
            latencies[i] = now_nanoseconds() - sent;
        }
    }
    while (reads && atomic_load(&received) < count) wait_until(now_nanoseconds() + 1000000);
    tell_latencies(latencies, count);
}

int main(int count, char **arguments) {
    if (count < 6) stop("usage: see the head of event_log_nats.c");
    const char *mode = arguments[1], *url = arguments[2], *stream = arguments[3];
    size_t size = (size_t)atoll(arguments[4]);
    int64_t amount = atoll(arguments[5]), seconds = count > 6 ? atoll(arguments[6]) : 0;
    if (!strcmp(mode, "produce")) produce(url, stream, size, amount);
    else if (!strcmp(mode, "consume")) consume(url, stream, size, amount);
    else if (!strcmp(mode, "answers") && seconds) paced(url, stream, size, amount, seconds, 0);
    else if (!strcmp(mode, "latency") && seconds) paced(url, stream, size, amount, seconds, 1);
    else stop("there is no mode '%s' with %d arguments", mode, count - 2);
    fflush(stdout);
    _Exit(0);
}
