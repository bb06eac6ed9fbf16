// Processes: see docs/architecture.md.
