// Lays a graph out in ranks: every edge goes one rank or more forward, but for those that close a loop.

/**
 * `nodes` are ids, `edges` are `{ from, to }`. Gives `{ ranks, back, lanes }`: ids by rank in the order in which they
 * stand, the set of edges that go back, and for each edge that passes ranks by the ids of the lanes it takes there,
 * so that no edge runs under a tile.
 */
export function rank(nodes, edges) {
  const there = new Set(nodes);
  const known = edges.filter((edge) => there.has(edge.from) && there.has(edge.to) && edge.from !== edge.to);
  const back = backEdges(nodes, known);
  const forward = known.filter((edge) => !back.has(edge));
  const level = levels(nodes, forward);
  const ranks = [];
  for (const id of nodes) (ranks[level.get(id)] ??= []).push(id);
  const { lanes, links } = takeLanes(ranks, level, forward);
  return { ranks: order(ranks, links), back, lanes };
}

/** Gives each long edge an id in every rank that it passes, and cuts it into links of one rank each. */
function takeLanes(ranks, level, edges) {
  const lanes = new Map();
  const links = [];
  edges.forEach((edge, number) => {
    const ids = [];
    for (let at = level.get(edge.from) + 1; at < level.get(edge.to); at += 1) {
      ids.push(`lane:${number}:${at}`);
      ranks[at].push(ids.at(-1));
    }
    lanes.set(edge, ids);
    const stops = [edge.from, ...ids, edge.to];
    stops.slice(1).forEach((to, index) => links.push({ from: stops[index], to }));
  });
  return { lanes, links };
}

/**
 * The edges that close loops. Nodes are taken up when all that lead to them are; where a loop holds up everything,
 * the first node in the given order that is led to already goes ahead, and what still leads to it closes a loop.
 */
function backEdges(nodes, edges) {
  const taken = new Set();
  const into = new Map(nodes.map((id) => [id, edges.filter((edge) => edge.to === id)]));
  const back = new Set();
  const waits = (id) => into.get(id).some((edge) => !taken.has(edge.from) && !back.has(edge));
  while (taken.size < nodes.length) {
    const left = nodes.filter((id) => !taken.has(id));
    let next = left.find((id) => !waits(id));
    if (next === undefined) {
      next = left.find((id) => into.get(id).some((edge) => taken.has(edge.from))) ?? left[0];
      for (const edge of into.get(next)) if (!taken.has(edge.from)) back.add(edge);
    }
    taken.add(next);
  }
  return back;
}

/** The longest way from a start; a start then moves up to just before the first that it leads to. */
function levels(nodes, edges) {
  const level = new Map(nodes.map((id) => [id, 0]));
  for (let round = 0; round < nodes.length; round += 1) {
    let moved = false;
    for (const { from, to } of edges) {
      if (level.get(to) > level.get(from)) continue;
      level.set(to, level.get(from) + 1);
      moved = true;
    }
    if (!moved) break;
  }
  for (const id of nodes) {
    const readers = edges.filter((edge) => edge.from === id).map((edge) => level.get(edge.to));
    if (readers.length > 0 && !edges.some((edge) => edge.to === id)) level.set(id, Math.min(...readers) - 1);
  }
  return level;
}

/** Four sweeps of the mean position of the neighbours, so that few edges cross. */
function order(ranks, edges) {
  const place = new Map();
  const note = () => ranks.forEach((ids) => ids.forEach((id, index) => place.set(id, index - (ids.length - 1) / 2)));
  const sweep = (ids, neighbours) => {
    const wish = new Map(ids.map((id) => {
      const near = neighbours(id);
      return [id, near.length === 0 ? place.get(id) : near.reduce((sum, other) => sum + place.get(other), 0) / near.length];
    }));
    ids.sort((a, b) => wish.get(a) - wish.get(b));
  };
  const before = (id) => edges.filter((edge) => edge.to === id).map((edge) => edge.from);
  const after = (id) => edges.filter((edge) => edge.from === id).map((edge) => edge.to);
  note();
  for (let round = 0; round < 2; round += 1) {
    for (const ids of ranks) {
      sweep(ids, before);
      note();
    }
    for (const ids of [...ranks].reverse()) {
      sweep(ids, after);
      note();
    }
  }
  return ranks;
}

const isLane = (id) => id.startsWith("lane:");

/**
 * Places ranked ids in a box `breadth` wide, ranks from left to right. `size` is `{ width, height, gap, between, lane }`:
 * the greatest width of a tile and its height, the least gap between ranks, the gap between tiles of one rank, and the
 * height of a lane. Gives `{ boxes: Map id → { x, y, width, height }, height }`.
 */
export function placeAcross(ranks, breadth, { width, height, gap, between, lane }) {
  const tall = (ids) => ids.reduce((sum, id) => sum + (isLane(id) ? lane : height), 0) + (ids.length - 1) * between;
  const whole = Math.max(0, ...ranks.map(tall));
  const tile = Math.min(width, (breadth - gap * (ranks.length - 1)) / Math.max(1, ranks.length));
  const step = ranks.length > 1 ? (breadth - tile) / (ranks.length - 1) : 0;
  const boxes = new Map();
  ranks.forEach((ids, column) => {
    let y = (whole - tall(ids)) / 2;
    for (const id of ids) {
      const own = isLane(id) ? lane : height;
      boxes.set(id, { x: column * step, y, width: tile, height: own });
      y += own + between;
    }
  });
  return { boxes, height: whole };
}

/** The same from top to bottom, for narrow screens: ranks are rows, the tiles of one share the breadth. */
export function placeDown(ranks, breadth, { width, height, gap, between, lane }) {
  const boxes = new Map();
  ranks.forEach((ids, row) => {
    const lanes = ids.filter(isLane).length;
    const tile = Math.min(width, (breadth - between * (ids.length - 1) - lanes * lane) / Math.max(1, ids.length - lanes));
    let x = (breadth - (ids.length - lanes) * tile - lanes * lane - (ids.length - 1) * between) / 2;
    for (const id of ids) {
      const own = isLane(id) ? lane : tile;
      boxes.set(id, { x, y: row * (height + gap), width: own, height });
      x += own + between;
    }
  });
  return { boxes, height: ranks.length * height + Math.max(0, ranks.length - 1) * gap };
}
