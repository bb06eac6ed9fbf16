// Tests of BlobStore.
