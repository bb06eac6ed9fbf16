import { METRICS, changed, complete, driftColumns, mean, metricsOf, promotions, recentGain, series, spans, versionOf } from "../js/calc/loop-state.js";
import { equal, holds, test } from "./harness.js";

const window = (index, more) => ({ index, first_row: index * 10, last_row: index * 10 + 9, ...more });

test("a bare snapshot is made whole", () => {
  const state = complete({ project: "weather" });
  equal([state.windows, state.steps, state.state], [[], [], "running"]);
});

test("steps and windows are put in order", () => {
  const state = complete({ steps: [{ number: 2 }, { number: 1 }], windows: [window(1), window(0)] });
  equal(state.steps.map((step) => step.number), [1, 2]);
  equal(state.windows.map((item) => item.index), [0, 1]);
});

test("progress changes only what it names", () => {
  const state = changed(complete({ progress: { rows_total: 10, labels: 1 } }), { change: "progress", data: { rows_scored: 5 } });
  equal(state.progress, { rows_total: 10, labels: 1, rows_scored: 5 });
});

test("a window, an alert and a step come in once, and are replaced when they come again", () => {
  let state = complete({});
  for (const labelled of [1, 2]) state = changed(state, { change: "window", data: window(0, { labelled }) });
  for (const status of ["open", "resolved"]) state = changed(state, { change: "alert", data: { id: "a", state: status } });
  for (const title of ["one", "two"]) state = changed(state, { change: "step", data: { id: "s", number: 1, title } });
  equal([state.windows.length, state.windows[0].labelled], [1, 2]);
  equal(state.alerts, [{ id: "a", state: "resolved" }]);
  equal(state.steps.map((step) => step.title), ["two"]);
});

test("a state may be a word or parts of a snapshot", () => {
  equal(changed(complete({}), { change: "state", data: "finished" }).state, "finished");
  equal(changed(complete({}), { change: "state", data: { champion: { version: 2 } } }).champion, { version: 2 });
});

test("a loop of a server that says no task is drawn by AUC, another by the metrics of its task", () => {
  equal(complete({}).metric, "auc");
  equal([metricsOf("binary")[0], metricsOf("regression")[0], metricsOf("multiclass")[0]], ["auc", "mae", "f1"]);
  holds(["binary", "multiclass", "regression"].flatMap(metricsOf).every((name) => METRICS[name]), "a name for each");
});

test("a change of unknown kind is passed over", () => {
  const state = complete({});
  holds(changed(state, { change: "weather", data: {} }) === state, "the same state");
});

test("a metric that is not defined is a gap", () => {
  equal(series([window(0, { auc: { champion: 0.8, frozen: null } }), window(1)], "auc"), { champion: [0.8, null], frozen: [null, null] });
});

test("windows that overlap are shown by the rows they add", () => {
  equal(spans([{ first_row: 0, last_row: 9 }, { first_row: 5, last_row: 14 }]), [{ from: 0, to: 10 }, { from: 10, to: 15 }]);
});

test("promotions have their row and version", () => {
  const steps = [{ kind: "promoted", row: 7, links: { model: "rain@3" } }, { kind: "refused", row: 8 }, { kind: "promoted" }];
  equal(promotions(steps).map(({ row, version }) => [row, version]), [[7, 3]]);
});

test("the version of a step is in its link or its numbers", () => {
  equal([versionOf({ links: { model: "rain@12" } }), versionOf({ numbers: { version: 4 } }), versionOf({})], [12, 4, null]);
});

test("drift columns are gathered over all windows", () => {
  equal(driftColumns([window(0, { drift: { a: {} } }), window(1, { drifted_columns: ["b", "a"] })]), ["a", "b"]);
});

test("the gain is that of the last windows", () => {
  const windows = [0.1, 0.5, 0.7].map((frozen, index) => window(index, { auc: { champion: 0.9, frozen } }));
  const { gain, windows: number } = recentGain(windows, "auc", 2);
  equal([Number(gain.toFixed(6)), number], [0.3, 2]);
  equal(recentGain([], "auc").gain, null);
});

test("the mean of nothing is nothing", () => equal([mean([]), mean([1, null, 3])], [null, 2]));
