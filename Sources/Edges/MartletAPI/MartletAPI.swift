// MartletAPI: see docs/architecture.md.
