// Quality over time: champion and frozen shadow, with promotions, alerts, and drift under the same axis.

import { assign, h, say } from "../../core/html.js";
import { NONE, count, integer, metric as written, signed } from "../../core/fmt.js";
import { query, setQuery } from "../../core/router.js";
import { METRICS, driftColumns, metricsOf, promotions, recentGain, series, spans } from "../../calc/loop-state.js";
import { choice } from "../../kit/choice.js";
import "../../kit/heat-strip.js";
import { icon } from "../../kit/icons.js";
import "../../kit/line-chart.js";
import { windowTable } from "./window-table.js";

/** A population stability index from which a cell has its full colour. */
const FULL_PSI = 0.5;
const SEVERITY_TOKENS = { page: "--bad", warn: "--warn", info: "--ink-3" };

export function qualityCard() {
  let loop = null;
  let metric = null;
  let task = null;
  const title = h("h2", { id: "quality-title" });
  const summary = h("p", { class: "hint chart-summary", id: "quality-summary" });
  let metrics = h("div");
  const tableButton = h("button", { type: "button", class: "button", "aria-pressed": "false", onclick: () => toggleTable() }, icon("table"), "Table");
  const chart = h("line-chart", { class: "quality-chart" });
  const strip = h("heat-strip");
  const stripTitle = h("h3", { class: "strip-title" });
  const drift = h("div", { class: "drift" }, h("div", { class: "strip-head" }, stripTitle, legend(["key-none", "as trained"], ["key-drift", "drifted, stronger is further"])), strip);
  const none = h("p", { class: "chart-none" }, "The first window is measured when its labels have arrived.");
  const lines = legend(["key-champion", "champion"], ["key-frozen", "frozen first version"], ["key-flag", "promotion"], ["key-alert", "alert"]);
  lines.classList.add("chart-legend");
  const pictures = h("div", { class: "pictures" }, lines, chart, drift);
  const table = windowTable();
  table.element.hidden = true;
  const element = h("section", { class: "card quality", "aria-labelledby": "quality-title" },
    h("div", { class: "card-head" }, h("div", null, title, summary), metrics, tableButton), none, pictures, table.element);

  chart.addEventListener("cursor", ({ detail }) => (strip.cursor = detail.index));
  strip.addEventListener("cursor", ({ detail }) => (chart.cursor = detail.index));

  /** The metrics to choose from are those of the loop's task; at first the one that its gate decides by. */
  function offerMetrics() {
    if (loop.task === task) return;
    task = loop.task;
    const offered = metricsOf(task);
    const wanted = query().get("metric");
    metric = offered.includes(wanted) ? wanted : offered.includes(loop.metric) ? loop.metric : offered[0];
    const next = choice("Metric", offered.map((value) => ({ value, name: METRICS[value].name })), metric, (chosen) => {
      metric = chosen;
      setQuery({ metric: chosen === loop.metric ? null : chosen });
      show(loop);
    });
    metrics.replaceWith(next);
    metrics = next;
  }

  function toggleTable() {
    const asTable = table.element.hidden;
    table.element.hidden = !asTable;
    assign(tableButton, "aria-pressed", String(asTable));
    setQuery({ view: asTable ? "table" : null });
    show(loop);
  }

  function show(next) {
    loop = next;
    offerMetrics();
    const asTable = !table.element.hidden;
    const { windows } = loop;
    say(title, `${METRICS[metric].name} over time`);
    say(summary, summarise(loop, metric));
    none.hidden = windows.length > 0;
    pictures.hidden = asTable || windows.length === 0;
    if (asTable) table.show(windows, metric, loop);
    if (windows.length === 0) return;
    const cells = spans(windows);
    const domain = axis(loop);
    if (!chart.isConnected || pictures.hidden) return;
    chart.label = `${METRICS[metric].name} of champion and frozen model by window. ${summary.textContent}`;
    chart.show(chartModel(loop, metric, cells, domain));
    showDrift(windows, cells, domain);
  }

  function showDrift(windows, cells, domain) {
    const columns = driftColumns(windows);
    drift.hidden = columns.length === 0;
    const drifted = windows.filter((window) => window.drifted_columns?.length > 0).length;
    say(stripTitle, `Drift from the training data in ${integer(drifted)} of ${count(windows.length, "window")}`);
    strip.label = driftSummary(columns, windows);
    strip.show({
      domain,
      spans: cells,
      rows: columns.map((name) => ({ name, cells: windows.map((window) => cell(window, name)) })),
    });
  }

  if (query().get("view") === "table") {
    table.element.hidden = false;
    assign(tableButton, "aria-pressed", "true");
  }
  return { element, show, toggleTable, focus: () => chart.focus() };
}

/** The x axis holds the whole replay from the start, so that the lines grow into it. */
function axis({ windows, progress }) {
  const first = windows[0].first_row;
  const last = windows.at(-1).last_row + 1;
  return [first, Math.max(last, first + (progress.rows_total ?? 0))];
}

function chartModel(loop, metric, cells, domain) {
  const { windows, steps, alerts } = loop;
  const values = series(windows, metric);
  const { name, bounds } = METRICS[metric];
  const version = `v${loop.champion?.version ?? windows.at(-1).champion_version}`;
  return {
    domain,
    bounds,
    points: cells.map(({ from, to }) => ({ x: (from + to) / 2 })),
    series: [
      { name: "champion", ends: [`champion ${version}`, version], token: "--accent", width: 2.5, values: values.champion },
      { name: "frozen", ends: ["frozen v1", "v1"], token: "--frozen", dash: [6, 4], width: 2, values: values.frozen },
    ],
    fill: [0, 1],
    lines: limits(loop, metric),
    marks: [
      ...promotions(steps).map(({ row, version }) => ({ x: row, text: version === null ? "new" : `v${version}`, token: "--good", shape: "flag" })),
      ...alerts.map((alert) => ({ x: place(alert, windows), text: "", token: SEVERITY_TOKENS[alert.severity] ?? "--warn", shape: "triangle" })),
    ].filter((mark) => mark.x >= domain[0]),
    format: (value, exact) => (exact ? written(value) : value.toFixed(1 + (bounds[0] < 0.2))),
    readout: (index) => readout(loop, index, metric, name),
  };
}

/** The row at which an alert stands: its own, or the end of its window. */
const place = (alert, windows) => alert.row ?? windows.find((window) => window.index === alert.window)?.last_row ?? null;

/** Limits that alerts of this metric named; for AUC also what a coin would reach. */
function limits({ alerts }, metric) {
  const lines = metric === "auc" ? [{ y: 0.5, label: "0.5: no better than a coin", token: "--ink-3" }] : [];
  const limit = alerts.find((alert) => alert.kind === "performance" && Number.isFinite(alert.limit) && (alert.metric ?? "auc") === metric)?.limit;
  if (limit !== undefined) lines.push({ y: limit, label: `limit ${limit}`, token: "--bad" });
  return lines;
}

function readout(loop, index, metric, name) {
  const window = loop.windows[index];
  const [champion, frozen] = [window[metric]?.champion, window[metric]?.frozen];
  const rows = [
    [`Rows ${integer(window.first_row)} to ${integer(window.last_row)}`, ""],
    [`Champion v${window.champion_version}`, written(champion), "--accent"],
    ["Frozen v1", written(frozen), "--frozen"],
    ["Difference", Number.isFinite(champion - frozen) ? signed(champion - frozen) : NONE],
    ["Labelled", `${integer(window.labelled)} of ${integer(window.rows)}`],
    ["Drifted", window.drifted_columns?.length > 0 ? window.drifted_columns.join(", ") : "nothing"],
  ];
  for (const alert of loop.alerts.filter((candidate) => candidate.window === window.index)) rows.push(["Alert", alert.message, SEVERITY_TOKENS[alert.severity] ?? "--warn"]);
  for (const { row, version } of promotions(loop.steps)) {
    if (row >= window.first_row && row <= window.last_row) rows.push(["Promoted", version === null ? "a new version" : `v${version}`, "--good"]);
  }
  return rows.map((row) => (row[0] === "Difference" ? [`Difference in ${name}`, ...row.slice(1)] : row));
}

function summarise(loop, metric) {
  const recent = recentGain(loop.windows, metric);
  if (recent.champion === null) return "No window has been measured yet.";
  const { name } = METRICS[metric];
  const frozen = recent.frozen === null ? "" : `, the frozen first version ${written(recent.frozen)}`;
  return `Mean ${name} of the last ${count(recent.windows, "window")}: champion ${written(recent.champion)}${frozen}.`;
}

function cell(window, name) {
  const marked = window.drifted_columns?.includes(name) ?? false;
  const psi = window.drift?.[name]?.psi;
  if (!marked && psi === undefined) return null;
  return { marked, level: Number.isFinite(psi) ? Math.min(1, psi / FULL_PSI) : 0.5 };
}

function driftSummary(columns, windows) {
  const counted = columns.map((name) => [name, windows.filter((window) => window.drifted_columns?.includes(name)).length]);
  const parts = counted.filter(([, number]) => number > 0).map(([name, number]) => `${name} in ${number}`);
  return `Drifted columns by window, of ${windows.length} windows: ${parts.length > 0 ? parts.join(", ") : "none"}.`;
}

function legend(...keys) {
  return h("ul", { class: "legend" }, keys.map(([mark, text]) => h("li", null, h("i", { class: mark }), text)));
}
