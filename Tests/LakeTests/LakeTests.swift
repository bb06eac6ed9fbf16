// Tests of Lake.
