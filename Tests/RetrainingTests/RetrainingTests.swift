// Tests of Retraining.
