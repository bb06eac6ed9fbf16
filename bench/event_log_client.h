// What the clients of bench/event_log.py share: a clock, a pace, percentiles, and results as one line of JSON.
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline int64_t now_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

__attribute__((noreturn, format(printf, 1, 2))) static inline void stop(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

// Sleeps until a time; wakes with the system's usual lateness, never early.
static inline void wait_until(int64_t nanoseconds) {
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {
    }
}

static inline char *make_payload(size_t size) {
    char *payload = malloc(size);
    if (!payload) stop("no memory for a payload of %zu bytes", size);
    uint32_t state = 12345;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        payload[i] = (char)('a' + (state >> 24) % 26);
    }
    return payload;
}

static inline void tell_throughput(int64_t count, size_t size, int64_t nanoseconds) {
    double seconds = (double)nanoseconds / 1e9;
    printf("{\"messages\": %lld, \"seconds\": %.4f, \"messages_per_second\": %.0f, \"megabytes_per_second\": %.1f}\n",
           (long long)count, seconds, (double)count / seconds, (double)count * (double)size / seconds / 1e6);
}

static inline int compare_latencies(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

// The first tenth is left out: connections are made and files are opened there.
static inline void tell_latencies(int64_t *latencies, int64_t count) {
    int64_t *kept = latencies + count / 10;
    count -= count / 10;
    if (count <= 0) stop("no latencies were measured");
    qsort(kept, (size_t)count, sizeof *kept, compare_latencies);
    printf("{\"messages\": %lld, \"p50_ms\": %.3f, \"p95_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
           (long long)count, (double)kept[count / 2] / 1e6, (double)kept[count * 95 / 100] / 1e6,
           (double)kept[count * 99 / 100] / 1e6, (double)kept[count - 1] / 1e6);
}
