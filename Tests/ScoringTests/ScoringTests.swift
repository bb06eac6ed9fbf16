// Tests of Scoring.
