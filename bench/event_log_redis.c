// A client of Redis streams for bench/event_log.py, on hiredis.
//
//     event_log_redis produce PORT STREAM SIZE COUNT      XADD, 512 on the way at a time
//     event_log_redis consume PORT STREAM SIZE COUNT      XREAD COUNT 1000
//     event_log_redis answers PORT STREAM SIZE RATE SECONDS
//     event_log_redis latency PORT STREAM SIZE RATE SECONDS

#include "event_log_client.h"

#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { ON_THE_WAY = 512, READ_AT_ONCE = 1000 };

static redisContext *connection(int port) {
    redisContext *context = redisConnect("127.0.0.1", port);
    if (!context || context->err) stop("no Redis at port %d", port);
    redisEnableKeepAlive(context);
    return context;
}

static redisReply *reply(redisContext *context) {
    redisReply *reply = NULL;
    if (redisGetReply(context, (void **)&reply) != REDIS_OK) stop("Redis: %s", context->errstr);
    if (reply->type == REDIS_REPLY_ERROR) stop("Redis: %s", reply->str);
    return reply;
}

static void add(redisContext *context, const char *stream, const char *payload, size_t size) {
    redisAppendCommand(context, "XADD %s * f %b", stream, payload, size);
}

static void produce(int port, const char *stream, size_t size, int64_t count) {
    redisContext *context = connection(port);
    char *payload = make_payload(size);
    int64_t begun = now_nanoseconds(), sent = 0, answered = 0;
    while (answered < count) {
        for (; sent < count && sent - answered < ON_THE_WAY; sent++) add(context, stream, payload, size);
        for (int64_t i = 0; i < ON_THE_WAY / 2 && answered < sent; i++, answered++) freeReplyObject(reply(context));
    }
    tell_throughput(count, size, now_nanoseconds() - begun);
}

// Calls back for each entry after an id, which moves on; waits up to `block` milliseconds, or not at all below zero.
static size_t read_on(redisContext *context, const char *stream, char *id, size_t capacity, int block,
                      void (*take)(const char *payload, size_t size, void *context), void *taker) {
    if (block < 0) redisAppendCommand(context, "XREAD COUNT %d STREAMS %s %s", READ_AT_ONCE, stream, id);
    else redisAppendCommand(context, "XREAD COUNT %d BLOCK %d STREAMS %s %s", READ_AT_ONCE, block, stream, id);
    redisReply *answer = reply(context);
    size_t count = 0;
    if (answer->type == REDIS_REPLY_ARRAY && answer->elements == 1) {
        redisReply *entries = answer->element[0]->element[1];
        count = entries->elements;
        for (size_t i = 0; i < count; i++) {
            redisReply *value = entries->element[i]->element[1]->element[1];
            take(value->str, value->len, taker);
        }
        if (count) snprintf(id, capacity, "%s", entries->element[count - 1]->element[0]->str);
    }
    freeReplyObject(answer);
    return count;
}

static void check_size(const char *payload, size_t size, void *wanted) {
    (void)payload;
    if (size != *(size_t *)wanted) stop("a message of %zu bytes came", size);
}

static void consume(int port, const char *stream, size_t size, int64_t count) {
    redisContext *context = connection(port);
    char id[64] = "0-0";
    int64_t first = (int64_t)read_on(context, stream, id, sizeof id, -1, check_size, &size);
    int64_t begun = now_nanoseconds(), done = first;
    while (done < count) {
        size_t got = read_on(context, stream, id, sizeof id, -1, check_size, &size);
        if (!got) stop("the stream ended after %lld messages", (long long)done);
        done += (int64_t)got;
    }
    tell_throughput(done - first, size, now_nanoseconds() - begun);
}

static int64_t *latencies;

static void answers(int port, const char *stream, size_t size, int64_t rate, int64_t seconds) {
    redisContext *context = connection(port);
    char *payload = make_payload(size);
    int64_t count = rate * seconds, begun = now_nanoseconds();
    latencies = calloc((size_t)count, sizeof *latencies);
    for (int64_t i = 0; i < count; i++) {
        wait_until(begun + i * 1000000000 / rate);
        int64_t sent = now_nanoseconds();
        add(context, stream, payload, size);
        freeReplyObject(reply(context));
        latencies[i] = now_nanoseconds() - sent;
    }
    tell_latencies(latencies, count);
}

struct reading {
    int port;
    const char *stream;
    int64_t count, done;
};

static void take_latency(const char *payload, size_t size, void *context) {
    struct reading *reading = context;
    int64_t sent;
    if (size < sizeof sent) stop("a message of %zu bytes came", size);
    memcpy(&sent, payload, sizeof sent);
    latencies[reading->done++] = now_nanoseconds() - sent;
}

static void *read_latencies(void *argument) {
    struct reading *reading = argument;
    redisContext *context = connection(reading->port);
    char id[64] = "0-0";
    while (reading->done < reading->count)
        read_on(context, reading->stream, id, sizeof id, 5000, take_latency, reading);
    return NULL;
}

static void latency(int port, const char *stream, size_t size, int64_t rate, int64_t seconds) {
    redisContext *context = connection(port);
    char *payload = make_payload(size < 8 ? 8 : size);
    struct reading reading = {.port = port, .stream = stream, .count = rate * seconds};
    latencies = calloc((size_t)reading.count, sizeof *latencies);
    pthread_t reader;
    if (!latencies || pthread_create(&reader, NULL, read_latencies, &reading)) stop("no memory or no thread");
    wait_until(now_nanoseconds() + 200000000);
    int64_t begun = now_nanoseconds();
    for (int64_t i = 0; i < reading.count; i++) {
        wait_until(begun + i * 1000000000 / rate);
        int64_t sent = now_nanoseconds();
        memcpy(payload, &sent, sizeof sent);
        add(context, stream, payload, size);
        freeReplyObject(reply(context));
    }
    pthread_join(reader, NULL);
    tell_latencies(latencies, reading.count);
}

int main(int count, char **arguments) {
    if (count < 6) stop("usage: see the head of event_log_redis.c");
    const char *mode = arguments[1], *stream = arguments[3];
    int port = atoi(arguments[2]);
    size_t size = (size_t)atoll(arguments[4]);
    int64_t amount = atoll(arguments[5]), seconds = count > 6 ? atoll(arguments[6]) : 0;
    if (!strcmp(mode, "produce")) produce(port, stream, size, amount);
    else if (!strcmp(mode, "consume")) consume(port, stream, size, amount);
    else if (!strcmp(mode, "answers") && seconds) answers(port, stream, size, amount, seconds);
    else if (!strcmp(mode, "latency") && seconds) latency(port, stream, size, amount, seconds);
    else stop("there is no mode '%s' with %d arguments", mode, count - 2);
    return 0;
}
