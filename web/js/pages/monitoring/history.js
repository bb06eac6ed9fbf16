// Windows over time: realised and estimated quality on one chart, and the choice of a window.

import { h, say } from "../../core/html.js";
import { NONE, count, dateTime, integer, metric as written, percent } from "../../core/fmt.js";
import { query, setQuery } from "../../core/router.js";
import { choice } from "../../kit/choice.js";
import "../../kit/line-chart.js";

const METRICS = { auc: "AUC", f1: "F1", accuracy: "Accuracy" };
const BOUNDS = [0.3, 0, 1];

/** `choose(index)` is called when a window is taken. */
export function historyCard(choose) {
  let state = null;
  let metric = METRICS[query().get("metric")] ? query().get("metric") : "auc";
  const title = h("h2", { id: "history-title" }, "Windows");
  const summary = h("p", { class: "hint" });
  const metrics = choice("Metric", Object.entries(METRICS).map(([value, name]) => ({ value, name })), metric, (next) => {
    metric = next;
    setQuery({ metric: next === "auc" ? null : next });
    show(state);
  });
  const chart = h("line-chart", { class: "history-chart" });
  const legend = h("ul", { class: "legend chart-legend" },
    h("li", null, h("i", { class: "key-champion" }), "realised"), h("li", null, h("i", { class: "key-frozen" }), "estimated before labels"));
  const pictures = h("div", { class: "pictures" }, legend, chart);
  const select = h("select", { class: "select", id: "window-choice", onchange: () => choose(select.value) });
  const pick = h("div", { class: "window-choice" }, h("label", { for: "window-choice" }, "Window"), select);
  const facts = h("dl", { class: "facts" });
  const element = h("section", { class: "card history", "aria-labelledby": "history-title" },
    h("div", { class: "card-head" }, h("div", null, title, summary), metrics, pick), pictures, facts);

  function show(next) {
    state = next;
    const { windows, window } = state;
    say(summary, summarise(windows));
    options(select, windows, window);
    pick.hidden = windows.length === 0;
    facts.replaceChildren(...factsOf(window));
    const realised = windows.map((item) => number(item[metric]?.champion));
    const estimated = windows.map((item) => number(item.estimated?.metrics?.[metric]?.value));
    const known = [...realised, ...estimated].some((value) => value !== null);
    metrics.hidden = !known;
    pictures.hidden = !known;
    if (!known || !chart.isConnected) return;
    chart.label = `${METRICS[metric]} by window, realised and estimated. ${summary.textContent}`;
    chart.show({
      domain: [windows[0].first_row, Math.max(windows.at(-1).last_row + 1, windows[0].first_row + 1)],
      bounds: BOUNDS,
      points: windows.map((item) => ({ x: (item.first_row + item.last_row) / 2 })),
      series: [
        { name: "realised", ends: ["realised"], token: "--accent", width: 2.5, values: realised },
        { name: "estimated", ends: ["estimated"], token: "--frozen", dash: [6, 4], width: 2, values: estimated },
      ],
      fill: null,
      lines: [],
      marks: marks(state),
      format: (value, exact) => (exact ? written(value) : value.toFixed(1)),
      readout: (index) => readout(windows[index], metric),
    });
  }
  return { element, show };
}

const number = (value) => (Number.isFinite(value) ? value : null);

function marks({ alerts, monitor, windows }) {
  const tokens = { page: "--bad", warn: "--warn", info: "--ink-3" };
  return alerts.filter((alert) => alert.monitor === monitor.name && alert.kind !== "health" && alert.row >= windows[0].first_row)
    .map((alert) => ({ x: alert.row, text: "", token: tokens[alert.severity] ?? "--warn", shape: "triangle" }));
}

function readout(window, metric) {
  const estimate = window.estimated?.metrics?.[metric];
  return [
    [`Window ${integer(window.index)}`, ""],
    ["Realised", written(window[metric]?.champion), "--accent"],
    ["Estimated", estimate ? `${written(estimate.value)} (${written(estimate.lower)} to ${written(estimate.upper)})` : NONE, "--frozen"],
    ["Labelled", percent(window.coverage, 1)],
    ["Drifted", window.drifted_columns.length > 0 ? window.drifted_columns.join(", ") : "nothing"],
  ];
}

function summarise(windows) {
  if (windows.length === 0) return "The first window is measured when its rows are there.";
  const filling = windows.filter(({ state }) => state === "filling").length;
  const drifted = windows.filter(({ drifted_columns }) => drifted_columns.length > 0).length;
  return `${count(windows.length, "window")}, ${integer(drifted)} with drift${filling > 0 ? `, ${integer(filling)} waiting for labels` : ""}.`;
}

function options(select, windows, window) {
  const text = JSON.stringify(windows.map(({ index }) => index));
  if (select.dataset.shown !== text) {
    select.dataset.shown = text;
    select.replaceChildren(...windows.toReversed().map(({ index, from_time }) => h("option", { value: index }, from_time ? `${integer(index)} · ${dateTime(from_time)}` : integer(index))));
  }
  if (window) select.value = String(window.index);
}

function factsOf(window) {
  if (!window) return [];
  const estimate = window.estimated?.metrics?.auc;
  const facts = [
    ["Rows", `${integer(window.first_row)} to ${integer(window.last_row)}`],
    ["State", window.state === "filling" ? "waiting for labels" : "complete"],
    ["Coverage", window.coverage === null ? NONE : percent(window.coverage, 1)],
    ["AUC", written(window.auc?.champion)],
    ["Estimated AUC", estimate ? `${written(estimate.value)} (${written(estimate.lower)} to ${written(estimate.upper)})` : (window.estimated?.undefined ?? NONE)],
    ["Repeated rows", integer(window.duplicates)],
    ["Rows with outliers", integer(window.outlier_rows)],
    ["Predictions", window.predictions === null ? NONE : window.predictions.drifted ? "drifted" : (window.predictions.undefined ?? "as at first")],
  ];
  return facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)));
}
