// SQLStore: see docs/architecture.md.
