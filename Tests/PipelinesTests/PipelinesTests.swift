// Tests of Pipelines.
