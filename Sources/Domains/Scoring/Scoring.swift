// Scoring: see docs/architecture.md.
