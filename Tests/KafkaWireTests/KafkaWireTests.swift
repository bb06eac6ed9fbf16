// Tests of KafkaWire.
