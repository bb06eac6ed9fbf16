// Retraining: see docs/architecture.md.
