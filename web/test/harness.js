// A few lines in place of a test framework: a test file registers its tests, `run()` gives what came of them.

const tests = [];

export function test(name, body) {
  tests.push({ name, body });
}

/** Both are the same when written as JSON. */
export function equal(found, wanted) {
  const [a, b] = [found, wanted].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`found ${a}, wanted ${b}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(`does not hold: ${what}`);
}

export async function run() {
  const results = [];
  for (const { name, body } of tests.splice(0)) {
    try {
      await body();
      results.push({ name, error: null });
    } catch (error) {
      results.push({ name, error: String(error?.message ?? error) });
    }
  }
  return results;
}
