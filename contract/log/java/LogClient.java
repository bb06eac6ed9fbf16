import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What the contract tests ask of Java's clients: {@code LogClient <command> <bootstrap> <argument>...}. */
public final class LogClient {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Properties common = new Properties();

    private LogClient(String bootstrap) {
        common.put("bootstrap.servers", bootstrap);
        // Settings after the command, such as those of a login.
        String extra = System.getenv().getOrDefault("LOG_CLIENT_SETTINGS", "");
        for (String line : extra.split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) common.put(line.substring(0, equals), line.substring(equals + 1));
        }
    }

    public static void main(String[] words) throws Exception {
        LogClient client = new LogClient(words[1]);
        switch (words[0]) {
            case "produce" -> client.produce(words[2], words[3], Integer.parseInt(words[4]));
            case "consume" -> client.consume(words[2], words[3], Integer.parseInt(words[4]));
            case "share" -> client.share(words[2], words[3], Integer.parseInt(words[4]));
            case "copy" -> client.copy(words[2], words[3], Integer.parseInt(words[4]));
            case "fence" -> client.fence(words[2]);
            case "administer" -> new LogAdmin(client.common).run(words[2], words[3]);
            default -> throw new IllegalArgumentException("unknown command " + words[0]);
        }
    }

    static void say(String name, Object value) {
        System.out.println(name + "=" + value);
    }

    private KafkaProducer<String, String> producer(Map<String, String> own) {
        Properties settings = new Properties();
        settings.putAll(common);
        settings.put("max.block.ms", "20000");
        settings.putAll(own);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(Map<String, String> own) {
        Properties settings = new Properties();
        settings.putAll(common);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.putAll(own);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    /** Produces with each codec "value 0", "value 1", ... as an idempotent producer and prints the offsets. */
    private void produce(String topic, String codecs, int count) throws Exception {
        for (String codec : codecs.split(",")) produceWith(topic, codec, count);
    }

    private void produceWith(String topic, String codec, int count) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = producer(Map.of("compression.type", codec, "linger.ms", "5"))) {
            for (int number = 0; number < count; number++) {
                var record = new ProducerRecord<>(topic, 0, "key " + number, "value " + number);
                record.headers().add("codec", codec.getBytes());
                sent.add(producer.send(record));
            }
            producer.flush();
        }
        List<Long> offsets = new ArrayList<>();
        for (Future<RecordMetadata> one : sent) offsets.add(one.get().offset());
        say(codec, offsets.get(0) + ".." + offsets.get(count - 1));
    }

    /** Reads a partition from its beginning and prints what it holds. */
    private void consume(String topic, String isolation, int count) {
        List<String> values = new ArrayList<>();
        try (var consumer = consumer(Map.of("isolation.level", isolation))) {
            var place = new TopicPartition(topic, 0);
            consumer.assign(List.of(place));
            consumer.seekToBeginning(List.of(place));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
            say("end", consumer.endOffsets(List.of(place)).get(place));
        }
        say("count", values.size());
        say("values", values.isEmpty() ? "" : values.get(0) + ".." + values.get(values.size() - 1));
    }

    /** Two members of a group share partitions cooperatively, then one leaves. */
    private void share(String topic, String group, int partitions) {
        Map<String, String> settings = new HashMap<>();
        settings.put("group.id", group);
        settings.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        settings.put("heartbeat.interval.ms", "300");
        settings.put("session.timeout.ms", "6000");
        var kept = new Rebalances();
        try (var first = consumer(settings); var second = consumer(settings)) {
            first.subscribe(List.of(topic), kept);
            settle(List.of(first), partitions);
            Set<TopicPartition> before = new HashSet<>(first.assignment());
            second.subscribe(List.of(topic));
            settle(List.of(first, second), partitions);
            say("shares", first.assignment().size() + "+" + second.assignment().size());
            say("kept", before.containsAll(first.assignment()) && kept.lost == partitions - first.assignment().size());
            first.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1, "note")), PATIENCE);
            second.close();
            settle(List.of(first), partitions);
            say("afterwards", first.assignment().size());
            var committed = first.committed(Set.of(new TopicPartition(topic, 0)), PATIENCE);
            say("committed", committed.get(new TopicPartition(topic, 0)).offset());
        }
    }

    /** Counts what a member had to give up. */
    private static final class Rebalances implements org.apache.kafka.clients.consumer.ConsumerRebalanceListener {
        int lost = 0;

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            lost += partitions.size();
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }

    private static void settle(List<KafkaConsumer<String, String>> members, int partitions) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Set<TopicPartition> all = new HashSet<>();
            int sum = 0;
            boolean everybody = true;
            for (var member : members) {
                member.poll(Duration.ofMillis(50));
                all.addAll(member.assignment());
                sum += member.assignment().size();
                everybody &= !member.assignment().isEmpty();
            }
            if (everybody && sum == partitions && all.size() == partitions) return;
        }
        throw new IllegalStateException("the members did not share " + partitions + " partitions");
    }

    /** Copies records in transactions, positions included; every second transaction is first aborted. */
    private void copy(String source, String target, int count) {
        Map<String, String> reads = Map.of("group.id", "copy-" + target, "isolation.level", "read_committed");
        int commits = 0;
        int aborts = 0;
        try (var consumer = consumer(reads); var producer = producer(Map.of("transactional.id", "copy-" + target))) {
            producer.initTransactions();
            consumer.subscribe(List.of(source));
            long position = 0;
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            var place = new TopicPartition(source, 0);
            while (position < count && System.nanoTime() < deadline) {
                var records = consumer.poll(Duration.ofMillis(200));
                if (records.isEmpty()) continue;
                producer.beginTransaction();
                for (var record : records) producer.send(new ProducerRecord<>(target, record.value()));
                long next = consumer.position(place);
                producer.sendOffsetsToTransaction(
                    Collections.singletonMap(place, new OffsetAndMetadata(next)), consumer.groupMetadata());
                if ((commits + aborts) % 2 == 0) {
                    producer.abortTransaction();
                    aborts++;
                    consumer.seek(place, position);
                } else {
                    producer.commitTransaction();
                    commits++;
                    position = next;
                }
            }
            say("position", consumer.committed(Set.of(place), PATIENCE).get(place).offset());
        }
        say("aborted", aborts > 0);
        say("committed", commits > 0);
    }

    /** A second producer of the same name shuts the first one out. */
    private void fence(String topic) {
        Map<String, String> settings = Map.of("transactional.id", "fenced-" + topic);
        try (var zombie = producer(settings); var successor = producer(settings)) {
            zombie.initTransactions();
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>(topic, "from the zombie"));
            zombie.flush();
            successor.initTransactions();
            try {
                zombie.commitTransaction();
                say("fenced", false);
            } catch (ProducerFencedException expected) {
                say("fenced", true);
            }
            successor.beginTransaction();
            successor.send(new ProducerRecord<>(topic, "from the successor"));
            successor.commitTransaction();
        }
    }
}
