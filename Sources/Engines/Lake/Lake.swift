// Lake: see docs/architecture.md.
