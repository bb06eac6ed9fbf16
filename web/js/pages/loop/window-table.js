// The windows as a table: what the chart and the strip show, in numbers.

import { h, keyed } from "../../core/html.js";
import { NONE, integer, metric as written, signed } from "../../core/fmt.js";
import { METRICS, promotions } from "../../calc/loop-state.js";

export function windowTable() {
  const caption = h("caption", { class: "visually-hidden" });
  const heads = h("tr");
  const body = h("tbody");
  const element = h("div", { class: "table-frame window-table", tabindex: 0, role: "region", "aria-label": "Windows" },
    h("table", null, caption, h("thead", null, heads), body));

  function show(windows, metric, loop) {
    const { name } = METRICS[metric];
    caption.textContent = `${name} of champion and frozen model by window`;
    heads.replaceChildren(...[["Rows"], ["Version"], [`Champion ${name}`, 1], [`Frozen ${name}`, 1], ["Difference", 1], ["Labelled", 1], ["Drifted columns"], ["Events"]]
      .map(([text, number]) => h("th", { scope: "col", class: number ? "number" : null }, text)));
    keyed(body, [...windows].reverse(), (window) => window.index, () => h("tr"), (row, window) => row.replaceChildren(...cells(window, metric, loop)));
  }
  return { element, show };
}

function cells(window, metric, { alerts, steps }) {
  const [champion, frozen] = [window[metric]?.champion, window[metric]?.frozen];
  const known = Number.isFinite(champion) && Number.isFinite(frozen);
  const events = [
    ...alerts.filter((alert) => alert.window === window.index).map((alert) => `${alert.kind} alert`),
    ...promotions(steps).filter(({ row }) => row >= window.first_row && row <= window.last_row).map(({ version }) => `promoted v${version ?? ""}`),
  ];
  return [
    h("th", { scope: "row" }, `${integer(window.first_row)} to ${integer(window.last_row)}`),
    h("td", null, `v${window.champion_version}`),
    h("td", { class: "number" }, written(champion)),
    h("td", { class: "number" }, written(frozen)),
    h("td", { class: "number" }, known ? signed(champion - frozen) : NONE),
    h("td", { class: "number" }, integer(window.labelled)),
    h("td", { class: "wrap" }, window.drifted_columns?.length > 0 ? window.drifted_columns.join(", ") : NONE),
    h("td", { class: "wrap" }, events.length > 0 ? events.join(", ") : NONE),
  ];
}
