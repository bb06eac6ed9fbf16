// WebUI: see docs/architecture.md.
