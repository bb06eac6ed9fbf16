// Catalogue: see docs/architecture.md.
