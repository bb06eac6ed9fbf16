// A small graph of the parts and what flows between them, from left to right, or downwards where it is narrow.

import { assign, h, keyed, say, svg } from "../core/html.js";
import { rate } from "../core/fmt.js";
import { placeAcross, placeDown, rank } from "../calc/layout.js";
import { icon } from "./icons.js";

const ACROSS = { width: 176, height: 48, gap: 22, between: 12, lane: 8 };
const DOWN = { width: 240, height: 48, gap: 26, between: 10, lane: 8 };
const NARROWEST_TILE = 118;
/** The room for edges that close a loop, outside of the tiles. */
const LOOP_ROOM = 26;

export class FlowGraph extends HTMLElement {
  #parts = [];
  #edges = [];
  #shape = "";
  #ranked = { ranks: [], back: new Set(), lanes: new Map() };
  #tiles = h("div", { class: "flow-tiles", role: "group", "aria-label": "Parts of the loop; arrow keys go along the flow" });
  #lines = svg("svg", { class: "flow-lines", "aria-hidden": "true" });
  #detail = h("p", { class: "flow-detail" });
  #chosen = null;
  #observer = new ResizeObserver(() => this.#place());

  connectedCallback() {
    if (!this.firstChild) {
      this.append(h("div", { class: "flow-frame" }, this.#lines, this.#tiles), this.#detail);
      this.#tiles.addEventListener("keydown", (event) => this.#walk(event));
    }
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** Shows parts `{ id, kind, name, status, rate_per_second, detail }` and edges `{ from, to }`. */
  show(parts, edges) {
    this.#parts = parts;
    this.#edges = edges;
    keyed(this.#tiles, parts, (part) => part.id, (part) => this.#tile(part), (tile, part) => this.#refresh(tile, part));
    const shape = JSON.stringify([parts.map((part) => part.id), edges]);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#ranked = rank(parts.map((part) => part.id), edges);
      this.#place();
    }
    this.#paintFlow();
    this.#describe();
  }

  #tile(part) {
    const tile = h(
      "button",
      { type: "button", class: "tile", "data-kind": part.kind, tabindex: -1, onclick: () => this.#choose(part.id) },
      icon(part.kind, "tile-icon"),
      h("span", { class: "tile-name" }),
      h("span", { class: "tile-rate" }),
      h("span", { class: "tile-status" }),
    );
    tile.dataset.id = part.id;
    return tile;
  }

  #refresh(tile, part) {
    const [, name, flow, status] = tile.children;
    const role = part.kind === "topic" && /shadow|frozen/.test(part.id) ? "shadow" : null;
    say(name, part.name);
    say(flow, part.rate_per_second > 0 ? rate(part.rate_per_second) : part.kind);
    say(status, part.status ?? "");
    assign(tile, "data-status", part.status);
    assign(tile, "data-role", role ?? (/shadow|frozen/.test(`${part.id} ${part.detail}`) ? "shadow" : null));
    assign(tile, "title", [part.name, part.detail].filter(Boolean).join(": "));
    assign(tile, "aria-label", [`${part.kind} ${part.name}`, part.status, part.rate_per_second > 0 && rate(part.rate_per_second)].filter(Boolean).join(", "));
    assign(tile, "aria-pressed", String(this.#chosen === part.id));
    if (!this.#tiles.querySelector('[tabindex="0"]')) tile.tabIndex = 0;
  }

  #choose(id) {
    this.#chosen = this.#chosen === id ? null : id;
    for (const tile of this.#tiles.children) assign(tile, "aria-pressed", String(tile.dataset.id === this.#chosen));
    this.#focusable(id);
    this.#describe();
    if (this.#chosen !== null) document.getElementById("announcer").textContent = this.#detail.textContent;
  }

  /** A sentence on the chosen part; where none is chosen, on one that has failed. */
  #describe() {
    const part = this.#parts.find((candidate) => candidate.id === this.#chosen) ?? this.#parts.find((candidate) => /^fail/.test(candidate.status));
    this.#detail.hidden = !part;
    if (!part) return;
    assign(this.#detail, "data-status", part.status);
    const words = [`${part.kind} ${part.name}`, part.status, part.rate_per_second > 0 ? rate(part.rate_per_second) : null, part.detail];
    say(this.#detail, words.filter(Boolean).join(" · "));
  }

  #focusable(id) {
    for (const tile of this.#tiles.children) tile.tabIndex = tile.dataset.id === id ? 0 : -1;
  }

  /** Arrow keys: along an edge, or to the neighbour in the same rank. */
  #walk(event) {
    const down = this.dataset.direction === "down";
    const move = { ArrowRight: down ? "next" : "after", ArrowLeft: down ? "previous" : "before", ArrowDown: down ? "after" : "next", ArrowUp: down ? "before" : "previous" }[event.key];
    const id = event.target.dataset?.id;
    if (!move || !id) return;
    event.preventDefault();
    const target = this.#neighbour(id, move);
    if (!target) return;
    this.#focusable(target);
    this.#tiles.querySelector('[tabindex="0"]')?.focus();
  }

  #neighbour(id, move) {
    if (move === "after") return this.#edges.find((edge) => edge.from === id)?.to;
    if (move === "before") return this.#edges.find((edge) => edge.to === id)?.from;
    const ids = this.#ranked.ranks.find((row) => row.includes(id)) ?? [];
    return ids[ids.indexOf(id) + (move === "next" ? 1 : -1)];
  }

  #place() {
    const breadth = this.#tiles.clientWidth;
    const { ranks, back } = this.#ranked;
    if (breadth === 0 || ranks.length === 0) return;
    const down = (breadth - ACROSS.gap * (ranks.length - 1)) / ranks.length < NARROWEST_TILE;
    this.dataset.direction = down ? "down" : "across";
    // An edge that closes a loop goes around on the side of the tile where it ends: before the first one of a rank.
    const before = new Set([...back].filter((edge) => ranks.find((ids) => ids.includes(edge.to))[0] === edge.to));
    const room = { before: before.size > 0 ? LOOP_ROOM : 0, after: back.size > before.size ? LOOP_ROOM : 0 };
    const inner = breadth - room.before - room.after;
    const { boxes, height } = down ? placeDown(ranks, inner, DOWN) : placeAcross(ranks, breadth, ACROSS);
    for (const box of boxes.values()) box[down ? "x" : "y"] += room.before;
    for (const tile of this.#tiles.children) {
      const box = boxes.get(tile.dataset.id);
      tile.style.transform = `translate(${box.x}px, ${box.y}px)`;
      tile.style.width = `${box.width}px`;
      tile.style.height = `${box.height}px`;
    }
    const total = height + (down ? 0 : room.before + room.after);
    this.#tiles.style.height = `${total}px`;
    assign(this.#lines, "viewBox", `0 0 ${breadth} ${total}`);
    assign(this.#lines, "width", breadth);
    assign(this.#lines, "height", total);
    const ends = [...boxes.values()];
    const left = Math.min(...ends.map((box) => box.x)) - 17;
    const right = Math.max(...ends.map((box) => box.x + box.width)) + 17;
    this.#draw(boxes, before, { down, total, left, right });
    this.#paintFlow();
  }

  #draw(boxes, before, frame) {
    const { back, lanes } = this.#ranked;
    const shapes = [];
    for (const edge of [...lanes.keys(), ...back]) {
      const closes = back.has(edge);
      const stops = [edge.from, ...(lanes.get(edge) ?? []), edge.to].map((id) => boxes.get(id));
      const first = before.has(edge);
      const d = closes ? around(stops[0], stops[1], first, frame) : through(stops, frame);
      const path = svg("path", { d, class: closes ? "edge edge-back" : "edge" });
      path.dataset.from = edge.from;
      shapes.push(path, svg("path", { d: head(stops.at(-1), closes, first, frame), class: closes ? "head head-back" : "head" }));
      shapes.at(-1).dataset.from = edge.from;
    }
    this.#lines.replaceChildren(...shapes);
  }

  #paintFlow() {
    const moving = new Set(this.#parts.filter((part) => part.rate_per_second > 0).map((part) => part.id));
    for (const path of this.#lines.children) path.classList.toggle("moving", moving.has(path.dataset.from));
  }
}

/** The way of an edge forward: a bend between ranks, straight along a lane past the ranks between. */
function through(stops, { down }) {
  const last = stops.length - 1;
  let path = "";
  for (let at = 0; at < last; at += 1) {
    const [from, to] = [stops[at], stops[at + 1]];
    const short = at + 1 === last ? 5 : 0;
    if (down) {
      const [x0, y0, x1, y1] = [centre(from), from.y + from.height, centre(to), to.y - short];
      const bend = (y1 - y0) / 2;
      path += `${at === 0 ? "M" : "L"}${x0} ${y0}C${x0} ${y0 + bend} ${x1} ${y1 - bend} ${x1} ${y1}`;
    } else {
      const [x0, y0, x1, y1] = [from.x + from.width, middle(from), to.x - short, middle(to)];
      const bend = Math.min(40, (x1 - x0) / 2);
      path += `${at === 0 ? "M" : "L"}${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
    }
  }
  return path;
}

/** The way of an edge that closes a loop: outside of all tiles. */
function around(from, to, before, { down, total, left, right }) {
  if (down && before) {
    return `M${from.x} ${middle(from)}H${left + 8}q-8 0 -8 -8V${middle(to) + 8}q0 -8 8 -8H${to.x - 5}`;
  }
  if (down) {
    return `M${from.x + from.width} ${middle(from)}H${right - 8}q8 0 8 -8V${middle(to) + 8}q0 -8 -8 -8H${to.x + to.width + 5}`;
  }
  const [x0, x1] = [centre(from), centre(to)];
  if (before) return `M${x0} ${from.y}V17q0 -8 -8 -8H${x1 + 8}q-8 0 -8 8V${to.y - 5}`;
  const y = total - 9;
  return `M${x0} ${from.y + from.height}V${y - 8}q0 8 -8 8H${x1 + 8}q-8 0 -8 -8V${to.y + to.height + 5}`;
}

/** The head of an arrow at the edge of a tile. */
function head(to, closes, before, { down }) {
  if (closes && down && !before) return `M${to.x + to.width} ${middle(to)}l7 -4v8Z`;
  if (closes ? before && !down : down) return `M${centre(to)} ${to.y}l-4 -7h8Z`;
  if (closes && !down) return `M${centre(to)} ${to.y + to.height}l4 7h-8Z`;
  return `M${to.x} ${middle(to)}l-7 -4v8Z`;
}

const middle = (box) => box.y + box.height / 2;

const centre = (box) => box.x + box.width / 2;

customElements.define("flow-graph", FlowGraph);
