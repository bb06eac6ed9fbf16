// Tests of Processes.
