// Columns by windows as a strip of cells under a chart, on the chart's own x axis.

import { h, keyed } from "../core/html.js";
import { colours } from "../core/theme.js";
import { CanvasElement } from "./canvas.js";
import { LineChart } from "./line-chart.js";

const ROW = 16;

/**
 * Shows `{ domain, spans: [{ from, to }], rows: [{ name, cells: [{ level, marked } | null] }] }`; `level` is 0 to 1.
 * A marked cell fills its row, one that is not is a thin bar, so that the difference is not told by colour alone.
 */
export class HeatStrip extends CanvasElement {
  #model = null;
  #cursor = -1;
  #stage = h("div", { class: "heat-stage" });
  #names = h("ul", { class: "heat-names", "aria-hidden": "true" });

  build() {
    this.canvas.setAttribute("role", "img");
    this.#stage.append(this.canvas, this.#names);
    this.append(this.#stage);
    this.#stage.addEventListener("pointermove", (event) => this.#point(event));
    this.#stage.addEventListener("pointerleave", () => this.#fire(-1));
  }

  set label(text) {
    if (this.canvas.getAttribute("aria-label") !== text) this.canvas.setAttribute("aria-label", text);
  }

  show(model) {
    this.#model = model;
    this.#stage.style.height = `${model.rows.length * ROW}px`;
    keyed(this.#names, model.rows, (row) => row.name, (row) => h("li", { title: row.name }, row.name));
    this.redraw();
  }

  set cursor(index) {
    if (index === this.#cursor) return;
    this.#cursor = index;
    this.redraw();
  }

  #point(event) {
    const scale = LineChart.across(this.#model.domain, this.#stage.clientWidth);
    const x = event.clientX - this.#stage.getBoundingClientRect().left;
    this.#fire(this.#model.spans.findIndex((span) => x >= scale(span.from) && x < scale(span.to)));
  }

  #fire(index) {
    if (index === this.#cursor) return;
    this.cursor = index;
    this.dispatchEvent(new CustomEvent("cursor", { detail: { index } }));
  }

  paint(context, width) {
    const model = this.#model;
    if (!model) return;
    this.#names.style.width = `${LineChart.gutter(width) - 10}px`;
    const x = LineChart.across(model.domain, width);
    const [weak, strong, none, ink] = colours("--drift-weak", "--drift-strong", "--drift-none", "--ink");
    model.rows.forEach((row, line) => {
      row.cells.forEach((cell, index) => {
        const left = x(model.spans[index].from);
        const wide = Math.max(1, x(model.spans[index].to) - left - 1);
        if (!cell) return;
        const tall = cell.marked ? ROW - 3 : 5;
        context.fillStyle = cell.marked ? mix(weak, strong, cell.level) : none;
        context.fillRect(left, line * ROW + (ROW - tall) / 2, wide, tall);
      });
    });
    const span = model.spans[this.#cursor];
    if (!span) return;
    context.strokeStyle = ink;
    context.strokeRect(x(span.from) - 1, 0.5, x(span.to) - x(span.from) + 1, model.rows.length * ROW - 1);
  }
}

/** A colour between two, `rgb(…)` both. */
function mix(from, to, share) {
  const parts = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);
  const [a, b] = [parts(from), parts(to)];
  return `rgb(${a.map((value, index) => Math.round(value + (b[index] - value) * share)).join(" ")})`;
}

customElements.define("heat-strip", HeatStrip);
