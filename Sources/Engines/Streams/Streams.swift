// Streams: see docs/architecture.md.
