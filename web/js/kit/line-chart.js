// Lines over an axis of rows, with marks; read with the mouse, with the keyboard, or by a screen reader as a slider.

import { assign, h } from "../core/html.js";
import { colours } from "../core/theme.js";
import { airy, linear, nearest, spread, ticks } from "../calc/scale.js";
import { integer } from "../core/fmt.js";
import { CanvasElement, canvasFont } from "./canvas.js";

const MARGIN = { top: 28, bottom: 40, left: 44 };

/**
 * Shows a model with:
 * - `domain`: `[first, last]` on the x axis;
 * - `points`: `[{ x, label }]`, ascending;
 * - `series`: `[{ name, ends, token, dash, values, width }]`, values as long as `points`, null for a gap; of the words
 *   `ends` the first that fits stands at the end of the line;
 * - `fill`: two indexes of series between which the plot is shaded, or null;
 * - `bounds`: `[least height, lowest, highest]` of the y axis; `format(value)`;
 * - `lines`: `[{ y, label, token }]` across the plot;
 * - `marks`: `[{ x, text, token, shape }]`, shape "flag" above the plot or "triangle" below it;
 * - `readout(index)`: rows `[[name, value, token?], …]` for a point, the first its heading.
 * Fires `cursor` with `detail.index`, -1 for none.
 */
export class LineChart extends CanvasElement {
  #model = null;
  #cursor = -1;
  #tip = h("div", { class: "chart-tip", hidden: true });
  #stage = h("div", { class: "chart-stage", role: "slider", tabindex: 0, "aria-orientation": "horizontal" });

  build() {
    this.canvas.setAttribute("aria-hidden", "true");
    this.#stage.append(this.canvas, this.#tip);
    this.append(this.#stage);
    this.#stage.addEventListener("pointermove", (event) => this.#point(event));
    this.#stage.addEventListener("pointerdown", (event) => this.#point(event));
    this.#stage.addEventListener("pointerleave", () => this.#stage !== document.activeElement && this.#move(-1));
    this.#stage.addEventListener("keydown", (event) => this.#press(event));
    this.#stage.addEventListener("blur", () => this.#move(-1));
  }

  /** Names the chart for those who cannot see it. */
  set label(text) {
    this.#stage.setAttribute("aria-label", text);
  }

  show(model) {
    this.#model = model;
    this.dataset.series = model.series.map((line) => line.name).join(" ");
    this.dataset.points = model.points.length;
    if (this.#cursor >= model.points.length) this.#cursor = -1;
    this.#speak();
    this.redraw();
  }

  /** Shows the cursor at a point; -1 takes it away. Fires nothing. */
  set cursor(index) {
    if (index === this.#cursor) return;
    this.#cursor = index;
    this.#speak();
    this.redraw();
  }

  focus() {
    this.#stage.focus();
  }

  /** The space at the right of the plot, the same for all charts in the same column. */
  static gutter(width) {
    return width < 560 ? 74 : 156;
  }

  /** The x scale of a plot so wide, for strips that stand under it. */
  static across(domain, width) {
    return linear(domain, [MARGIN.left, width - LineChart.gutter(width)]);
  }

  #point(event) {
    if (!this.#model) return;
    const x = event.clientX - this.#stage.getBoundingClientRect().left;
    const scale = LineChart.across(this.#model.domain, this.#stage.clientWidth);
    this.#move(nearest(this.#model.points.map((point) => scale(point.x)), x));
  }

  #press(event) {
    const last = (this.#model?.points.length ?? 0) - 1;
    const from = this.#cursor < 0 ? last + 1 : this.#cursor;
    const to = {
      ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1,
      PageUp: from + 5, PageDown: from - 5, Home: 0, End: last,
    }[event.key];
    if (event.key === "Escape") return this.#move(-1);
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.#move(Math.max(0, Math.min(last, to)));
  }

  #move(index) {
    if (index === this.#cursor) return;
    this.cursor = index;
    this.dispatchEvent(new CustomEvent("cursor", { detail: { index } }));
  }

  #speak() {
    const model = this.#model;
    const last = model.points.length - 1;
    const index = this.#cursor < 0 ? last : this.#cursor;
    assign(this.#stage, "aria-valuemin", 0);
    assign(this.#stage, "aria-valuemax", Math.max(0, last));
    assign(this.#stage, "aria-valuenow", Math.max(0, index));
    const words = last < 0 ? "no windows yet" : model.readout(index).map((row) => row.slice(0, 2).join(" ")).join(", ");
    assign(this.#stage, "aria-valuetext", words);
  }

  paint(context, width, height) {
    const model = this.#model;
    if (!model) return;
    const plot = { left: MARGIN.left, right: width - LineChart.gutter(width), top: MARGIN.top, bottom: height - MARGIN.bottom };
    const values = [...model.series.flatMap((line) => line.values), ...model.lines.map((line) => line.y)].filter((value) => value !== null);
    const [low, high] = airy(values, model.bounds);
    const x = LineChart.across(model.domain, width);
    const y = linear([low, high], [plot.bottom, plot.top]);
    const frame = { context, plot, x, y, width, height, model, font: (px, weight) => canvasFont(this, px, weight) };
    paintGrid(frame, low, high);
    paintMarks(frame);
    paintSeries(frame);
    if (this.#cursor >= 0) paintCursor(frame, this.#cursor);
    this.#placeTip(x, width);
  }

  #placeTip(x, width) {
    const index = this.#cursor;
    this.#tip.hidden = index < 0;
    if (index < 0) return;
    const rows = this.#model.readout(index);
    this.#tip.replaceChildren(...rows.map(([name, value, token], row) => {
      if (row === 0) return h("strong", null, `${name} ${value}`.trim());
      const dot = token ? h("i", { class: "dot", "data-token": token }) : h("i");
      return h("span", { class: value.length > 16 ? "tip-row long" : "tip-row" }, dot, h("span", null, name), h("b", null, value));
    }));
    const at = x(this.#model.points[index].x);
    const own = this.#tip.offsetWidth;
    this.#tip.style.transform = `translate(${at + 14 + own > width ? Math.max(0, at - 14 - own) : at + 14}px, ${MARGIN.top + 6}px)`;
  }
}

function paintGrid({ context, plot, x, y, model, font }, low, high) {
  const [line, ink, strong] = colours("--line", "--ink-3", "--line-strong");
  context.lineWidth = 1;
  context.font = font(11);
  context.fillStyle = ink;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const tick of ticks(low, high, (plot.bottom - plot.top) / 46)) {
    const at = Math.round(y(tick)) + 0.5;
    stroke(context, line, [[plot.left, at], [plot.right, at]]);
    context.fillText(model.format(tick), plot.left - 8, at);
  }
  stroke(context, strong, [[plot.left, plot.bottom + 0.5], [plot.right, plot.bottom + 0.5]]);
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const tick of ticks(model.domain[0], model.domain[1], (plot.right - plot.left) / 96)) {
    context.fillText(integer(tick), x(tick), plot.bottom + 33);
  }
  for (const limit of model.lines) {
    const [colour] = colours(limit.token);
    const at = Math.round(y(limit.y)) + 0.5;
    context.setLineDash([2, 3]);
    stroke(context, colour, [[plot.left, at], [plot.right, at]]);
    context.setLineDash([]);
    if (context.measureText(limit.label).width > (plot.right - plot.left) / 3) continue;
    context.fillStyle = colour;
    context.textAlign = "left";
    context.fillText(limit.label, plot.left + 4, at - 5);
  }
}

function paintMarks({ context, plot, x, model, font }) {
  let occupied = -Infinity;
  context.font = font(11, 600);
  context.textBaseline = "middle";
  for (const mark of model.marks) {
    const [colour, surface] = colours(mark.token, "--surface");
    const at = Math.round(x(mark.x)) + 0.5;
    context.fillStyle = colour;
    if (mark.shape === "triangle") {
      const top = plot.bottom + 6;
      context.beginPath();
      context.moveTo(at, top);
      context.lineTo(at + 5, top + 9);
      context.lineTo(at - 5, top + 9);
      context.closePath();
      context.fill();
      continue;
    }
    context.globalAlpha = 0.45;
    stroke(context, colour, [[at, plot.top - 6], [at, plot.bottom]]);
    context.globalAlpha = 1;
    const width = context.measureText(mark.text).width + 12;
    if (at - width / 2 < occupied + 3) {
      context.fillRect(at - 2, plot.top - 12, 4, 6);
      continue;
    }
    occupied = at + width / 2;
    context.beginPath();
    context.roundRect(at - width / 2, plot.top - 24, width, 18, 9);
    context.fill();
    context.fillStyle = surface;
    context.textAlign = "center";
    context.fillText(mark.text, at, plot.top - 14.5);
  }
}

function paintSeries({ context, plot, x, y, model, font, width }) {
  const places = model.points.map((point) => x(point.x));
  if (model.fill) paintBetween(context, places, y, model);
  context.lineJoin = "round";
  for (const line of model.series) {
    const [colour] = colours(line.token);
    context.lineWidth = line.width ?? 2;
    context.setLineDash(line.dash ?? []);
    for (const run of runs(line.values)) stroke(context, colour, run.map((index) => [places[index], y(line.values[index])]));
    context.setLineDash([]);
  }
  // The first series is the one to read where they meet.
  for (const line of model.series.toReversed()) {
    const [colour] = colours(line.token);
    for (const [index, value] of line.values.entries()) {
      if (value !== null) dot(context, places[index], y(value), places.length > 120 ? 0 : 2.2, colour);
    }
  }
  const ends = model.series.map((line) => ({ line, index: line.values.findLastIndex((value) => value !== null) })).filter((end) => end.index >= 0);
  const heights = spread(ends.map((end) => y(end.line.values[end.index])), 32, plot.top + 8, plot.bottom - 18);
  context.textAlign = "left";
  context.textBaseline = "middle";
  ends.forEach(({ line, index }, order) => {
    const [colour] = colours(line.token);
    const from = [places[index], y(line.values[index])];
    dot(context, ...from, 3.5, colour);
    const left = Math.min(plot.right, places[index]) + 12;
    context.fillStyle = colour;
    context.font = font(15, 660);
    context.fillText(model.format(line.values[index], true), left, heights[order] - 2);
    context.font = font(11, 500);
    const end = line.ends.find((text) => context.measureText(text).width <= width - left - 4);
    if (end) context.fillText(end, left, heights[order] + 13);
  });
}

function paintBetween(context, places, y, { series, fill }) {
  const [upper, lower] = fill.map((index) => series[index].values);
  const [colour] = colours(series[fill[0]].token);
  const both = upper.map((value, index) => (value === null || lower[index] === null ? null : 0));
  context.fillStyle = colour;
  context.globalAlpha = 0.09;
  for (const run of runs(both)) {
    context.beginPath();
    run.forEach((index) => context.lineTo(places[index], y(upper[index])));
    [...run].reverse().forEach((index) => context.lineTo(places[index], y(lower[index])));
    context.fill();
  }
  context.globalAlpha = 1;
}

function paintCursor({ context, plot, x, y, model }, index) {
  const [ink, surface] = colours("--ink-2", "--surface");
  const at = Math.round(x(model.points[index].x)) + 0.5;
  context.lineWidth = 1;
  stroke(context, ink, [[at, plot.top], [at, plot.bottom]]);
  for (const line of model.series) {
    if (line.values[index] === null) continue;
    dot(context, at, y(line.values[index]), 6, surface);
    dot(context, at, y(line.values[index]), 4, colours(line.token)[0]);
  }
}

/** Indexes of the unbroken stretches of values. */
function runs(values) {
  const found = [];
  let run = [];
  values.forEach((value, index) => {
    if (value !== null) return run.push(index);
    if (run.length > 0) found.push(run);
    run = [];
  });
  if (run.length > 0) found.push(run);
  return found;
}

function stroke(context, colour, points) {
  context.strokeStyle = colour;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

function dot(context, x, y, radius, colour) {
  if (radius === 0) return;
  if (colour) context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}

customElements.define("line-chart", LineChart);
