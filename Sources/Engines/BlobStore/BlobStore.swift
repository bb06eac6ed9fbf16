// BlobStore: see docs/architecture.md.
