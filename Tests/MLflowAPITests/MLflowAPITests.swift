// Tests of MLflowAPI.
