// CommandLine: see docs/architecture.md.
