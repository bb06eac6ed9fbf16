// MLflowAPI: see docs/architecture.md.
