// A client of Kafka's protocol for bench/event_log.py, on librdkafka.
//
//     event_log_kafka create  SERVERS TOPIC PARTITIONS
//     event_log_kafka produce SERVERS TOPIC PARTITIONS SIZE COUNT [name=value ...]
//     event_log_kafka consume SERVERS TOPIC PARTITIONS SIZE COUNT [name=value ...]
//     event_log_kafka answers SERVERS TOPIC SIZE RATE SECONDS     from produce() to the delivery report
//     event_log_kafka latency SERVERS TOPIC SIZE RATE SECONDS     from produce() to the consumer's poll
//     event_log_kafka idle    SERVERS TOPIC CONSUMERS SECONDS     consumers that wait for what never comes

#include "event_log_client.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char reason[256];
    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) stop("%s", reason);
}

static void set_all(rd_kafka_conf_t *conf, int count, char **settings) {
    for (int i = 0; i < count; i++) {
        char *equals = strchr(settings[i], '=');
        if (!equals) stop("'%s' is not name=value", settings[i]);
        *equals = 0;
        set(conf, settings[i], equals + 1);
        *equals = '=';
    }
}

static rd_kafka_conf_t *configuration(const char *servers) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", servers);
    return conf;
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
    char reason[256];
    rd_kafka_t *handle = rd_kafka_new(type, conf, reason, sizeof reason);
    if (!handle) stop("%s", reason);
    return handle;
}

static _Atomic int64_t delivered;
static int64_t *latencies;

// In the mode "answers" a message's opaque is the place of its latency, which holds its time of sending until then.
static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque) {
    (void)handle, (void)opaque;
    if (message->err) stop("not delivered: %s", rd_kafka_err2str(message->err));
    int64_t *latency = message->_private;
    if (latency) *latency = now_nanoseconds() - *latency;
    atomic_fetch_add_explicit(&delivered, 1, memory_order_relaxed);
}

static rd_kafka_t *producer(const char *servers, const char *linger, int count, char **settings) {
    rd_kafka_conf_t *conf = configuration(servers);
    set(conf, "linger.ms", linger);
    set(conf, "acks", "all");
    set(conf, "batch.size", "1000000");
    set(conf, "queue.buffering.max.messages", "1000000");
    set(conf, "queue.buffering.max.kbytes", "524288");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    set_all(conf, count, settings);
    return client(RD_KAFKA_PRODUCER, conf);
}

static rd_kafka_t *consumer(const char *servers, int count, char **settings) {
    rd_kafka_conf_t *conf = configuration(servers);
    set_all(conf, count, settings);
    set(conf, "group.id", "bench");
    set(conf, "enable.auto.commit", "false");
    set(conf, "auto.offset.reset", "error");
    rd_kafka_t *handle = client(RD_KAFKA_CONSUMER, conf);
    rd_kafka_poll_set_consumer(handle);
    return handle;
}

static void assign(rd_kafka_t *handle, const char *topic, int partitions, int64_t offset) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; i++) rd_kafka_topic_partition_list_add(list, topic, i)->offset = offset;
    rd_kafka_resp_err_t error = rd_kafka_assign(handle, list);
    if (error) stop("not assigned: %s", rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_destroy(list);
}

static void create(const char *servers, const char *topic, int partitions) {
    rd_kafka_t *handle = client(RD_KAFKA_PRODUCER, configuration(servers));
    char reason[256];
    rd_kafka_NewTopic_t *wanted = rd_kafka_NewTopic_new(topic, partitions, 1, reason, sizeof reason);
    if (!wanted) stop("%s", reason);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
    rd_kafka_CreateTopics(handle, &wanted, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 60000);
    if (!event || rd_kafka_event_error(event)) stop("topic not created: %s", event ? rd_kafka_event_error_string(event) : "no answer");
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    if (count == 1 && rd_kafka_topic_result_error(results[0])) stop("topic not created: %s", rd_kafka_topic_result_error_string(results[0]));
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(wanted);
    rd_kafka_destroy(handle);
}

static void *report_deliveries(void *handle) {
    while (atomic_load_explicit(&delivered, memory_order_relaxed) >= 0) rd_kafka_poll(handle, 100);
    return NULL;
}

static void produce(const char *servers, const char *topic, int partitions, size_t size, int64_t count, int more, char **settings) {
    rd_kafka_t *handle = producer(servers, "5", more, settings);
    rd_kafka_topic_t *target = rd_kafka_topic_new(handle, topic, NULL);
    char *payload = make_payload(size);
    const struct rd_kafka_metadata *metadata;
    if (rd_kafka_metadata(handle, 0, target, &metadata, 10000)) stop("no metadata of %s", topic);
    rd_kafka_metadata_destroy(metadata);
    pthread_t reporter;
    if (pthread_create(&reporter, NULL, report_deliveries, handle)) stop("no thread");
    int64_t begun = now_nanoseconds();
    for (int64_t i = 0; i < count; i++) {
        // Stretches of a thousand, as a keyed stream with sticky batches would come.
        int partition = (int)(i / 1000 % partitions);
        if (rd_kafka_produce(target, partition, RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK, payload, size, NULL, 0, NULL))
            stop("not produced: %s", rd_kafka_err2str(rd_kafka_last_error()));
    }
    while (atomic_load(&delivered) < count) rd_kafka_flush(handle, 5);
    int64_t ended = now_nanoseconds();
    atomic_store(&delivered, INT64_MIN);
    pthread_join(reporter, NULL);
    tell_throughput(count, size, ended - begun);
    rd_kafka_topic_destroy(target);
    rd_kafka_destroy(handle);
    free(payload);
}

static void consume(const char *servers, const char *topic, int partitions, size_t size, int64_t count, int more, char **settings) {
    rd_kafka_t *handle = consumer(servers, more, settings);
    assign(handle, topic, partitions, RD_KAFKA_OFFSET_BEGINNING);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(handle);
    enum { MOST = 10000 };
    static rd_kafka_message_t *messages[MOST];
    int64_t begun = 0, done = 0, first = 0;
    while (done < count) {
        ssize_t got = rd_kafka_consume_batch_queue(queue, 1000, messages, MOST);
        if (got < 0) stop("not consumed: %s", rd_kafka_err2str(rd_kafka_last_error()));
        for (ssize_t i = 0; i < got; i++) {
            if (messages[i]->err) stop("not consumed: %s", rd_kafka_message_errstr(messages[i]));
            if (messages[i]->len != size) stop("a message of %zu bytes came", messages[i]->len);
            rd_kafka_message_destroy(messages[i]);
        }
        if (!begun && got > 0) begun = now_nanoseconds(), first = got;
        done += got;
    }
    tell_throughput(done - first, size, now_nanoseconds() - begun);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(handle);
    rd_kafka_destroy(handle);
}

static void answers(const char *servers, const char *topic, size_t size, int64_t rate, int64_t seconds) {
    rd_kafka_t *handle = producer(servers, "0", 0, NULL);
    rd_kafka_topic_t *target = rd_kafka_topic_new(handle, topic, NULL);
    char *payload = make_payload(size);
    int64_t count = rate * seconds;
    latencies = calloc((size_t)count, sizeof *latencies);
    if (!latencies) stop("no memory");
    pthread_t reporter;
    if (pthread_create(&reporter, NULL, report_deliveries, handle)) stop("no thread");
    int64_t begun = now_nanoseconds();
    for (int64_t i = 0; i < count; i++) {
        wait_until(begun + i * 1000000000 / rate);
        latencies[i] = now_nanoseconds();
        if (rd_kafka_produce(target, 0, RD_KAFKA_MSG_F_COPY, payload, size, NULL, 0, &latencies[i]))
            stop("not produced: %s", rd_kafka_err2str(rd_kafka_last_error()));
    }
    while (atomic_load(&delivered) < count) rd_kafka_flush(handle, 5);
    atomic_store(&delivered, INT64_MIN);
    pthread_join(reporter, NULL);
    tell_latencies(latencies, count);
    rd_kafka_topic_destroy(target);
    rd_kafka_destroy(handle);
}

struct reading {
    rd_kafka_t *consumer;
    int64_t count;
    _Atomic bool is_ready;
};

static void *read_latencies(void *argument) {
    struct reading *reading = argument;
    int64_t done = 0;
    while (done < reading->count) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reading->consumer, 1000);
        if (!message) continue;
        if (message->err) stop("not consumed: %s", rd_kafka_message_errstr(message));
        int64_t sent;
        memcpy(&sent, message->payload, sizeof sent);
        if (sent == 0) reading->is_ready = true;
        else latencies[done++] = now_nanoseconds() - sent;
        rd_kafka_message_destroy(message);
    }
    return NULL;
}

static void latency(const char *servers, const char *topic, size_t size, int64_t rate, int64_t seconds) {
    rd_kafka_t *handle = producer(servers, "0", 0, NULL);
    rd_kafka_topic_t *target = rd_kafka_topic_new(handle, topic, NULL);
    char *payload = make_payload(size < 8 ? 8 : size);
    int64_t count = rate * seconds;
    latencies = calloc((size_t)count, sizeof *latencies);
    if (!latencies) stop("no memory");
    struct reading reading = {.consumer = consumer(servers, 0, NULL), .count = count};
    assign(reading.consumer, topic, 1, RD_KAFKA_OFFSET_BEGINNING);
    pthread_t reader, reporter;
    if (pthread_create(&reader, NULL, read_latencies, &reading) || pthread_create(&reporter, NULL, report_deliveries, handle))
        stop("no thread");
    memset(payload, 0, 8);
    rd_kafka_produce(target, 0, RD_KAFKA_MSG_F_COPY, payload, size, NULL, 0, NULL);
    for (int waited = 0; !reading.is_ready; waited++) {
        if (waited > 3000) stop("the first message did not come back");
        wait_until(now_nanoseconds() + 10000000);
    }
    int64_t begun = now_nanoseconds();
    for (int64_t i = 0; i < count; i++) {
        wait_until(begun + i * 1000000000 / rate);
        int64_t sent = now_nanoseconds();
        memcpy(payload, &sent, sizeof sent);
        if (rd_kafka_produce(target, 0, RD_KAFKA_MSG_F_COPY, payload, size, NULL, 0, NULL))
            stop("not produced: %s", rd_kafka_err2str(rd_kafka_last_error()));
    }
    pthread_join(reader, NULL);
    atomic_store(&delivered, INT64_MIN);
    pthread_join(reporter, NULL);
    tell_latencies(latencies, count);
    rd_kafka_consumer_close(reading.consumer);
    rd_kafka_destroy(reading.consumer);
    rd_kafka_topic_destroy(target);
    rd_kafka_destroy(handle);
}

static void idle(const char *servers, const char *topic, int consumers, int64_t seconds) {
    rd_kafka_t **handles = calloc((size_t)consumers, sizeof *handles);
    if (!handles) stop("no memory");
    for (int i = 0; i < consumers; i++) {
        handles[i] = consumer(servers, 0, NULL);
        assign(handles[i], topic, 1, RD_KAFKA_OFFSET_END);
    }
    puts("{\"ready\": true}");
    fflush(stdout);
    wait_until(now_nanoseconds() + seconds * 1000000000);
    for (int i = 0; i < consumers; i++) rd_kafka_destroy(handles[i]);
}

static int64_t number(const char *text) {
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || value < 0) stop("'%s' is not a number", text);
    return value;
}

int main(int count, char **arguments) {
    if (count < 5) stop("usage: see the head of event_log_kafka.c");
    const char *mode = arguments[1], *servers = arguments[2], *topic = arguments[3];
    int64_t numbers[4] = {0};
    for (int i = 4; i < count && i < 8 && !strchr(arguments[i], '='); i++) numbers[i - 4] = number(arguments[i]);
    if (!strcmp(mode, "create")) create(servers, topic, (int)numbers[0]);
    else if (!strcmp(mode, "produce") && count >= 7)
        produce(servers, topic, (int)numbers[0], (size_t)numbers[1], numbers[2], count - 7, arguments + 7);
    else if (!strcmp(mode, "consume") && count >= 7)
        consume(servers, topic, (int)numbers[0], (size_t)numbers[1], numbers[2], count - 7, arguments + 7);
    else if (!strcmp(mode, "answers")) answers(servers, topic, (size_t)numbers[0], numbers[1], numbers[2]);
    else if (!strcmp(mode, "latency")) latency(servers, topic, (size_t)numbers[0], numbers[1], numbers[2]);
    else if (!strcmp(mode, "idle")) idle(servers, topic, (int)numbers[0], numbers[1]);
    else stop("there is no mode '%s' with %d arguments", mode, count - 2);
    return 0;
}
