import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** Java's admin client against topics, settings, records, groups and transactions. */
final class LogAdmin {
    private final Properties settings;

    LogAdmin(Properties settings) {
        this.settings = settings;
    }

    void run(String topic, String group) throws Exception {
        try (Admin admin = Admin.create(settings)) {
            topics(admin, topic);
            configs(admin, topic);
            offsets(admin, topic, group);
            insides(admin, topic);
            admin.deleteTopics(List.of(topic)).all().get();
            say("deleted", !admin.listTopics().names().get().contains(topic));
        }
    }

    private static void say(String name, Object value) {
        LogClient.say(name, value);
    }

    /** The name of the error that a call ends with, or "none". */
    private static String error(KafkaFuture<?> future) throws InterruptedException {
        try {
            future.get();
            return "none";
        } catch (ExecutionException failure) {
            return failure.getCause().getClass().getSimpleName();
        }
    }

    private static void topics(Admin admin, String topic) throws Exception {
        var wanted = new NewTopic(topic, 2, (short) 1).configs(Map.of("retention.ms", "123456"));
        admin.createTopics(List.of(wanted)).all().get();
        say("again", error(admin.createTopics(List.of(wanted)).all()));
        var odd = new NewTopic(topic + "-odd", 1, (short) 1).configs(Map.of("no.such", "1"));
        say("odd", error(admin.createTopics(List.of(odd)).all()));
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
        say("fewer", error(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all()));
        var described = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        say("partitions", described.partitions().size());
        say("nodes", admin.describeCluster().nodes().get().size());
    }

    private static void configs(Admin admin, String topic) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        say("retention", admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms").value());
        Collection<AlterConfigOp> changes = List.of(
            new AlterConfigOp(new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE),
            new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.APPEND));
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
        var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        say("changed", config.get("retention.ms").value() + "," + config.get("cleanup.policy").value());
        Collection<AlterConfigOp> bad = List.of(
            new AlterConfigOp(new ConfigEntry("min.insync.replicas", "2"), AlterConfigOp.OpType.SET));
        say("refused", error(admin.incrementalAlterConfigs(Map.of(resource, bad)).all()));
        var node = new ConfigResource(ConfigResource.Type.BROKER, "0");
        var own = admin.describeConfigs(List.of(node)).all().get().get(node);
        say("node", own.get("offsets.retention.minutes").value());
    }

    private static void offsets(Admin admin, String topic, String group) throws Exception {
        var place = new TopicPartition(topic, 0);
        say("latest", admin.listOffsets(Map.of(place, OffsetSpec.latest())).all().get().get(place).offset());
        say("largest", admin.listOffsets(Map.of(place, OffsetSpec.maxTimestamp())).all().get().get(place).offset());
        var deleted = admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(0))).all();
        say("records", error(deleted));
        say("beyond", error(admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(99))).all()));
        admin.alterConsumerGroupOffsets(group, Map.of(place, new OffsetAndMetadata(0, "note"))).all().get();
        var stored = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        say("stored", stored.get(place).offset() + " " + stored.get(place).metadata());
        say("listed", admin.listConsumerGroups().all().get().stream().anyMatch(one -> one.groupId().equals(group)));
        admin.deleteConsumerGroupOffsets(group, Set.of(place)).all().get();
        var left = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        say("left", left.size());
        admin.alterConsumerGroupOffsets(group, Map.of(place, new OffsetAndMetadata(0))).all().get();
        admin.deleteConsumerGroups(List.of(group)).all().get();
        say("unknown", error(admin.deleteConsumerGroups(List.of(group)).all()));
    }

    private static void insides(Admin admin, String topic) throws Exception {
        var place = new TopicPartition(topic, 0);
        say("producers", admin.describeProducers(List.of(place)).all().get().get(place).activeProducers().size());
        say("transactions", admin.listTransactions().all().get() != null);
        say("folders", admin.describeLogDirs(List.of(0)).allDescriptions().get().get(0).size());
    }
}
