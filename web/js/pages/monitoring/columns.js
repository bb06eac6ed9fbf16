// The columns of one window, the worst first: both distributions side by side, distances, and the quality of the values.

import { h, say } from "../../core/html.js";
import { NONE, count, integer, plain } from "../../core/fmt.js";
import { dataTable } from "../../kit/data-table.js";
import { histogram } from "../../kit/histogram.js";

/** How far a column has moved: drifted ones above all others, then by stability index. */
const severity = ({ drift }) => (drift?.drifted ? 1000 : 0) + (drift?.psi ?? -1);

const share = (value) => (Number.isFinite(value) ? `${Number((value * 100).toPrecision(3))} %` : NONE);

const COLUMNS = [
  { name: "Column", value: (item) => item.column },
  { name: "Distribution", value: severity, cell: (item) => (item.histogram ? histogram(item.column, item.histogram) : NONE) },
  { name: "Drift", down: true, number: true, value: severity, cell: (item) => verdict(item) },
  { name: "p", number: true, value: (item) => item.drift?.p_adjusted ?? null, cell: (item) => plain(item.drift?.p_adjusted) },
  { name: "Stability index", number: true, value: (item) => item.drift?.psi ?? null, cell: (item) => plain(item.drift?.psi) },
  { name: "Distance", number: true, value: distance, cell: (item) => plain(distance(item)) },
  { name: "Mean", number: true, value: (item) => item.summary?.mean ?? null, cell: (item) => change(item, "mean") },
  { name: "Missing", number: true, value: (item) => item.missing_share, cell: (item) => missing(item) },
  { name: "Faulty", number: true, value: faults, cell: (item) => faultWords(item) },
  { name: "Outliers", number: true, value: (item) => item.outliers, cell: (item) => integer(item.outliers) },
];

export function columnsCard() {
  const table = dataTable("Columns", COLUMNS, (item) => item.column);
  const links = h("p", { class: "report-links" });
  const outliers = h("p", { class: "hint outliers" });
  const key = h("ul", { class: "legend" }, h("li", null, h("i", { class: "key-reference" }), "reference"), h("li", null, h("i", { class: "key-current" }), "this window"));
  const element = h("div", { class: "columns" }, h("div", { class: "columns-head" }, key, links), table.element, outliers);

  function show({ monitor, window }) {
    element.hidden = window === null;
    if (window === null) return;
    const drifted = window.columns.filter(({ drift }) => drift?.drifted).length;
    const reference = window.reference === null ? "without a reference" : `beside ${window.reference}`;
    table.show(window.columns, `${integer(drifted)} of ${count(window.columns.length, "column")} drifted, window ${integer(window.index)} ${reference}`);
    const address = `/api/v1/monitors/${encodeURIComponent(monitor.name)}/windows/${window.index}/report?format=html&kind=`;
    const kinds = window.reference === null ? ["summary"] : ["drift", "summary"];
    if (window.labelled > 0) kinds.push("performance");
    const text = address + kinds.join();
    if (links.dataset.shown !== text) {
      links.dataset.shown = text;
      links.replaceChildren(...kinds.map((kind) => h("a", { class: "button", href: address + kind, target: "_blank", rel: "noopener" }, `Report: ${kind}`)));
    }
    const worst = window.outliers[0];
    say(outliers, worst ? `${count(window.outlier_rows, "row")} with outliers. The farthest is ${worst.column} = ${plain(worst.value)} in row ${integer(worst.row)}, ${plain(worst.distance)} interquartile ranges out.` : "No outliers.");
  }
  return { element, show };
}

function distance({ drift }) {
  return drift?.wasserstein_normed ?? drift?.jensen_shannon ?? null;
}

function verdict({ drift }) {
  if (!drift) return NONE;
  if (drift.undefined) return h("span", { class: "wrapped" }, drift.undefined);
  return drift.drifted ? h("span", { class: "pill", "data-tone": "warn" }, "drifted") : "no";
}

function change({ summary, reference_summary: reference }, name) {
  if (!summary) return NONE;
  return reference ? `${plain(reference[name])} → ${plain(summary[name])}` : plain(summary[name]);
}

function missing(item) {
  const now = share(item.missing_share);
  return item.reference_missing_share > 0 || item.missing > 0 ? `${share(item.reference_missing_share)} → ${now}` : now;
}

function faults(item) {
  return item.mistyped + item.non_finite + item.out_of_range + item.unseen;
}

function faultWords(item) {
  const kinds = [[item.mistyped, "mistyped"], [item.non_finite, "not finite"], [item.out_of_range, "out of range"], [item.unseen, "new category"]];
  const words = kinds.filter(([number]) => number > 0).map(([number, word]) => `${integer(number)} ${word}`);
  return words.length > 0 ? h("span", { class: "worse" }, words.join(", ")) : "none";
}
