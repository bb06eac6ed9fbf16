// The numbers of a step: the comparison of two models where there is one, reasons, what it refers to, and the rest.

import { h } from "../core/html.js";
import { NONE, bytes, dateTime, integer, label, metric, plain, seconds, short, signed } from "../core/fmt.js";
import { METRICS } from "../calc/loop-state.js";
import { copyChip } from "./copy.js";
import { icon } from "./icons.js";

const SHOWN_APART = new Set(["champion", "challenger", "reasons", "passed", "error", "topic", "from_offset", "to_offset", "hash"]);
/** What a step refers to, in the order in which it is shown. */
const LINK_NAMES = { model: "Model", run_id: "Run", dataset: "Dataset", commit: "Commit", alert: "Alert", policy: "Policy", attempt: "Attempt" };
const LINK_ORDER = Object.keys(LINK_NAMES);

/** Everything that a step knows, as elements. */
export function stepNumbers(step) {
  const numbers = step.numbers ?? {};
  const parts = [];
  if (isObject(numbers.champion) && isObject(numbers.challenger)) parts.push(comparison(numbers));
  if (Array.isArray(numbers.reasons) && numbers.reasons.length > 0) parts.push(reasons(numbers));
  if (numbers.error) parts.push(h("pre", { class: "step-error", tabindex: 0, "aria-label": "Error" }, String(numbers.error)));
  const facts = [...origin(numbers), ...rest(numbers, step), ...links(step.links ?? {}), ["Time", dateTime(step.at)]];
  parts.push(h("dl", { class: "facts" }, facts.flatMap(([name, value]) => [h("dt", null, name), h("dd", null, value)])));
  return parts;
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function comparison({ champion, challenger, rows }) {
  const keys = [...new Set([...Object.keys(challenger), ...Object.keys(champion)])];
  const body = keys.filter((key) => typeof (challenger[key] ?? champion[key]) === "number").map((key) => {
    const [before, after] = [champion[key], challenger[key]];
    const known = typeof before === "number" && typeof after === "number";
    const gain = known ? (after - before) * (METRICS[key]?.higher === false ? -1 : 1) : 0;
    const word = !known || Math.abs(gain) < 0.0005 || !(key in METRICS) ? null : gain > 0 ? "better" : "worse";
    return h("tr", null,
      h("th", { scope: "row" }, METRICS[key]?.name ?? label(key)),
      h("td", { class: "number" }, metric(after)),
      h("td", { class: "number" }, metric(before)),
      h("td", { class: `number ${word ?? ""}` }, known ? signed(after - before) : NONE, word && h("span", { class: "verdict" }, word)));
  });
  return h("div", { class: "gate" },
    h("table", null,
      h("caption", null, `The gate${Number.isFinite(rows) ? `: both models on the same ${integer(rows)} labelled rows` : ""}`),
      h("thead", null, h("tr", null, ["Metric", "Challenger", "Champion", "Difference"].map((name, index) =>
        h("th", { scope: "col", class: index > 0 ? "number" : null }, name)))),
      h("tbody", null, body)));
}

function reasons({ reasons: list, passed }) {
  const items = list.map((reason) => h("li", null, String(reason)));
  const word = passed === undefined ? "Reasons" : passed ? "Passed" : "Did not pass";
  return h("div", { class: "reasons", "data-passed": String(passed) }, h("strong", null, icon(passed === false ? "failed" : "resolved"), word), h("ul", null, items));
}

/** Where data came from: a topic with its offsets, and its hash. */
function origin({ topic, from_offset: from, to_offset: to, hash }) {
  const facts = [];
  if (topic) facts.push(["Topic", h("span", { class: "mono" }, topic)]);
  if (Number.isFinite(from) && Number.isFinite(to)) facts.push(["Offsets", `${integer(from)} to ${integer(to - 1)}`]);
  if (hash) facts.push(["Hash", copyChip(short(hash), hash, "Hash")]);
  return facts;
}

/** The other numbers, without those that the title or a link says already. */
function rest(numbers, { title, links: found = {} }) {
  const said = new Set([title, ...Object.values(found)]);
  return Object.entries(numbers)
    .filter(([key, value]) => !SHOWN_APART.has(key) && !(key in found) && !said.has(value) && value !== null && value !== "")
    .map(([key, value]) => [METRICS[key]?.name ?? label(key), written(key, value)]);
}

function written(key, value) {
  if (typeof value === "number") {
    if (key === "seconds" || key.endsWith("_seconds")) return seconds(value);
    if (key === "bytes" || key.endsWith("_bytes")) return bytes(value);
    return key in METRICS ? metric(value) : plain(value);
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? NONE : value.map((item) => written("", item)).join(", ");
  if (isObject(value)) return Object.entries(value).map(([name, inner]) => `${label(name)} ${written(name, inner)}`).join(" · ");
  const text = String(value);
  return /^[0-9a-f]{20,}$/.test(text) ? copyChip(short(text), text, label(key)) : text;
}

function links(found) {
  return Object.entries(found)
    .filter(([, value]) => value)
    .sort(([a], [b]) => LINK_ORDER.indexOf(a) - LINK_ORDER.indexOf(b))
    .map(([key, value]) => [LINK_NAMES[key] ?? label(key), copyChip(short(String(value)), String(value), LINK_NAMES[key] ?? label(key))]);
}
