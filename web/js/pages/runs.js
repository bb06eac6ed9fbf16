// The runs of all experiments, newest first.

import { list } from "../core/api.js";
import { metric, seconds, short } from "../core/fmt.js";
import { mono, moment, pill } from "../kit/cells.js";
import { copyChip } from "../kit/copy.js";
import { listPage } from "./list-page.js";

const MOST_RUNS = 200;
const MOST_METRICS = 5;

const duration = (run) => (run.ended_at ? (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000 : null);

const FRONT = [
  { name: "Run", value: (run) => run.name, cell: (run) => mono(run.name) },
  { name: "Experiment", value: (run) => run.experiment },
  { name: "Status", value: (run) => run.status, cell: (run) => pill(run.status) },
  { name: "Started", down: true, value: (run) => run.started_at, cell: (run) => moment(run.started_at) },
  { name: "Took", number: true, value: duration, cell: (run) => seconds(duration(run)) },
];
const BACK = [{ name: "Id", value: (run) => run.run_id, cell: (run) => copyChip(short(run.run_id), run.run_id, "Run") }];

/** The metrics that most runs have, as columns. */
function metricColumns(runs) {
  const counts = new Map();
  for (const name of runs.flatMap((run) => Object.keys(run.metrics ?? {}))) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, MOST_METRICS).map(([name]) => name);
  return names.map((name) => ({ name, number: true, value: (run) => run.metrics?.[name], cell: (run) => metric(run.metrics?.[name]) }));
}

async function read(signal) {
  const { items, complete } = await list("runs?limit=100", { signal, most: MOST_RUNS });
  return [{ label: "Newest runs", keyOf: (run) => run.run_id, columns: [...FRONT, ...metricColumns(items), ...BACK], items, complete }];
}

export const open = listPage({
  title: "Runs",
  lead: "What was trained, on what and how well. Any MLflow client writes and reads them.",
  read,
  nothing: {
    title: "No runs yet",
    text: "Point the stock mlflow client at this server; what it logs appears here.",
    command: `export MLFLOW_TRACKING_URI=${location.origin}`,
  },
});
