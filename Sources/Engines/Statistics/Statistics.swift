// Statistics: see docs/architecture.md.
