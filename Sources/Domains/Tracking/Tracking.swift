// Tracking: see docs/architecture.md.
