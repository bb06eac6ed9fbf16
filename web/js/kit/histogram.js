// Two distributions in the same bins, side by side: the reference and the current window.

import { svg } from "../core/html.js";
import { plain } from "../core/fmt.js";

const WIDTH = 168;
const HEIGHT = 36;

/** A drawing of `{ edges | categories, reference, current }`, with a text for those who do not see it. */
export function histogram(column, bins) {
  const sides = [shares(bins.reference), shares(bins.current)];
  const most = Math.max(0, ...sides.flat());
  const count = bins.current.length;
  const step = WIDTH / Math.max(1, count);
  const bars = most === 0 ? [] : bins.current.map((_, bin) => svg("g", null,
    svg("title", null, title(bins, bin, sides)),
    ...sides.map((side, which) => bar(side[bin] ?? 0, most, bin * step + (which * step) / 2, step / 2, which))));
  return svg("svg", { class: "histogram", role: "img", width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-label": words(column, bins, sides) }, ...bars);
}

function bar(share, most, x, width, which) {
  const height = share === 0 ? 0 : Math.max(1, (share / most) * HEIGHT);
  return svg("rect", { class: which === 0 ? "bar-reference" : "bar-current", x: x.toFixed(1), y: (HEIGHT - height).toFixed(1), width: Math.max(0.5, width - 0.4).toFixed(1), height: height.toFixed(1) });
}

function shares(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? [] : counts.map((count) => count / total);
}

/** What a bin holds: its category, or the numbers that it lies between. */
export function binName(bins, bin) {
  if (bins.categories) return bins.categories[bin];
  const edges = bins.edges;
  if (edges.length <= 2) return plain(edges[0]);
  if (bin === 0) return `below ${plain(edges[1])}`;
  if (bin === edges.length - 2) return `from ${plain(edges[bin])}`;
  return `${plain(edges[bin])} to ${plain(edges[bin + 1])}`;
}

const percent = (share) => `${Math.round((share ?? 0) * 100)} %`;

function title(bins, bin, [reference, current]) {
  const before = reference.length === 0 ? "" : `${percent(reference[bin])} of the reference, `;
  return `${binName(bins, bin)}: ${before}${percent(current[bin])} now`;
}

function words(column, bins, [reference, current]) {
  const top = (side) => (side.length === 0 ? "no values" : binName(bins, side.indexOf(Math.max(...side))));
  return `${column}: most values are ${top(current)} now${reference.length === 0 ? "" : `, and were ${top(reference)} in the reference`}`;
}
