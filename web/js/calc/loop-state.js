// The state of a loop as the page holds it: a snapshot, and the events that change it. Pure.

const LISTS = ["parts", "edges", "windows", "alerts", "steps"];

/** A snapshot with everything that the page relies on. */
export function complete(snapshot) {
  const whole = { state: "running", task: "binary", metric: "auc", progress: {}, champion: null, latency_ms: {}, ...snapshot };
  for (const key of LISTS) if (!Array.isArray(whole[key])) whole[key] = [];
  return { ...whole, windows: sorted(whole.windows, (w) => w.index), steps: sorted(whole.steps, (s) => s.number) };
}

/** The state after an event `{ change, data }`. A change of unknown kind leaves it as it is. */
export function changed(state, { change, data }) {
  switch (change) {
    case "progress":
      return { ...state, ...pick(data, ["parts", "latency_ms"]), progress: { ...state.progress, ...(data.progress ?? numbers(data)) } };
    case "window":
      return { ...state, windows: sorted(put(state.windows, data, "index"), (w) => w.index) };
    case "alert":
      return { ...state, alerts: put(state.alerts, data, "id") };
    case "step":
      return { ...state, steps: sorted(put(state.steps, data, "id"), (s) => s.number) };
    case "state":
      return typeof data === "string" ? { ...state, state: data } : complete({ ...state, ...data });
    default:
      return state;
  }
}

const sorted = (items, by) => [...items].sort((a, b) => by(a) - by(b));

function put(items, item, key) {
  const at = items.findIndex((other) => other[key] === item[key]);
  return at < 0 ? [...items, item] : items.with(at, item);
}

const pick = (object, keys) => Object.fromEntries(keys.filter((key) => key in object).map((key) => [key, object[key]]));

const numbers = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => typeof value === "number"));

/** Metrics of a window and whether more is better. */
export const METRICS = {
  auc: { name: "AUC", higher: true, bounds: [0.3, 0, 1] },
  f1: { name: "F1", higher: true, bounds: [0.3, 0, 1] },
  log_loss: { name: "Log loss", higher: false, bounds: [0.3, 0, Infinity] },
  brier: { name: "Brier", higher: false, bounds: [0.1, 0, 1] },
  accuracy: { name: "Accuracy", higher: true, bounds: [0.3, 0, 1] },
  precision: { name: "Precision", higher: true, bounds: [0.3, 0, 1] },
  recall: { name: "Recall", higher: true, bounds: [0.3, 0, 1] },
  mae: { name: "MAE", higher: false, bounds: [0.01, 0, Infinity] },
  rmse: { name: "RMSE", higher: false, bounds: [0.01, 0, Infinity] },
  mape: { name: "MAPE", higher: false, bounds: [0.01, 0, Infinity] },
  r2: { name: "R²", higher: true, bounds: [0.3, -Infinity, 1] },
};

/** The metrics of a task that are drawn; those of two classes where the task is not known. */
export function metricsOf(task) {
  if (task === "regression") return ["mae", "rmse", "mape", "r2"];
  return task === "multiclass" ? ["f1", "accuracy", "precision", "recall"] : ["auc", "f1", "log_loss", "brier"];
}

/** The values of one metric: `{ champion: […], frozen: […] }`, null where it is not defined. */
export function series(windows, metric) {
  const of = (who) => windows.map((window) => (Number.isFinite(window[metric]?.[who]) ? window[metric][who] : null));
  return { champion: of("champion"), frozen: of("frozen") };
}

/** The rows that each window adds: `[{ from, to }]`; windows may overlap. */
export function spans(windows) {
  let reached = -Infinity;
  return windows.map(({ first_row: first, last_row: last }) => {
    const span = { from: Math.min(Math.max(first, reached), last), to: last + 1 };
    reached = last + 1;
    return span;
  });
}

/** Promotions after the first deployment: `[{ row, version, step }]`. */
export function promotions(steps) {
  return steps
    .filter((step) => step.kind === "promoted" && Number.isFinite(step.row))
    .map((step) => ({ row: step.row, version: versionOf(step), step }));
}

/** The model version that a step is about, or null. */
export function versionOf(step) {
  const version = Number(/@v?(\d+)$/.exec(step.links?.model ?? "")?.[1] ?? step.numbers?.version);
  return Number.isFinite(version) ? version : null;
}

/** The columns that drift was computed for, in the order of their first appearance. */
export function driftColumns(windows) {
  const columns = new Set();
  for (const window of windows) {
    for (const column of Object.keys(window.drift ?? {})) columns.add(column);
    for (const column of window.drifted_columns ?? []) columns.add(column);
  }
  return [...columns];
}

/** The mean of the finite values, or null. */
export function mean(values) {
  const finite = values.filter((value) => Number.isFinite(value));
  return finite.length === 0 ? null : finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

/** The windows in which the two models differ: those with another champion than the frozen version. */
export function recentGain(windows, metric, last = 5) {
  const tail = windows.slice(-last);
  const { champion, frozen } = series(tail, metric);
  const pair = { champion: mean(champion), frozen: mean(frozen), windows: tail.length };
  return { ...pair, gain: pair.champion === null || pair.frozen === null ? null : pair.champion - pair.frozen };
}
