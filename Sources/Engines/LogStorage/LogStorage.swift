// LogStorage: see docs/architecture.md.
