// KafkaWire: see docs/architecture.md.
