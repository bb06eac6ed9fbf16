// Primitives: see docs/architecture.md.
