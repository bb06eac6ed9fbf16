// Registry: see docs/architecture.md.
