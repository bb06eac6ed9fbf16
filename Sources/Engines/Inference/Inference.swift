// Inference: see docs/architecture.md.
