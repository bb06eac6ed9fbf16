// The monitors, and which one is looked at.

import { assign, h, keyed, say } from "../../core/html.js";
import { NONE, count, integer } from "../../core/fmt.js";
import { mono } from "../../kit/cells.js";

/** `choose(name)` is called when another monitor is taken. */
export function overviewCard(choose) {
  const covers = h("p", { class: "hint" });
  const body = h("tbody");
  const heads = [["Monitor"], ["Project"], ["Input"], ["Reference"], ["Windows", 1], ["Open alerts", 1], ["Rows", 1], ["Labels", 1], ["State"]];
  const element = h("section", { class: "card list", "aria-label": "Monitors" },
    h("div", { class: "card-head" }, h("h2", null, "Monitors"), covers),
    h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Monitors, table" },
      h("table", null, h("thead", null, h("tr", null, heads.map(([head, number]) => h("th", { scope: "col", class: number ? "number" : null }, head)))), body)));

  function show({ monitors, monitor }) {
    say(covers, count(monitors.length, "monitor"));
    keyed(body, monitors, ({ name }) => name, () => h("tr"), (row, item) => {
      const chosen = item.name === monitor.name;
      const text = JSON.stringify([item, chosen]);
      if (row.dataset.shown === text) return;
      row.dataset.shown = text;
      const focused = row.contains(document.activeElement);
      row.replaceChildren(...cells(item, chosen, choose));
      if (focused) row.querySelector("button").focus();
    });
  }
  return { element, show };
}

function cells(item, chosen, choose) {
  const button = h("button", { type: "button", class: "button", onclick: () => choose(item.name) }, item.name);
  assign(button, "aria-pressed", String(chosen));
  return [
    h("th", { scope: "row" }, button),
    h("td", null, item.project ?? NONE),
    h("td", null, item.input ? mono(item.input) : NONE),
    h("td", null, item.reference ? mono(item.reference) : NONE),
    h("td", { class: "number" }, item.latest_window ? `to ${integer(item.latest_window.index)}` : NONE),
    h("td", { class: "number" }, integer(item.open_alerts)),
    h("td", { class: "number" }, integer(item.counters?.rows)),
    h("td", { class: "number" }, integer(item.counters?.joined)),
    h("td", { class: "wrap" }, item.problem ?? "running"),
  ];
}
