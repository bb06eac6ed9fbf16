import { placeAcross, placeDown, rank } from "../js/calc/layout.js";
import { equal, holds, test } from "./harness.js";

const edge = (from, to) => ({ from, to });
const size = { width: 150, height: 48, gap: 20, between: 12, lane: 8 };
const inside = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test("a chain has one node a rank", () => {
  equal(rank(["a", "b", "c"], [edge("a", "b"), edge("b", "c")]).ranks, [["a"], ["b"], ["c"]]);
});

test("an edge that closes a loop is set apart", () => {
  const back = edge("c", "b");
  const { ranks, back: found } = rank(["a", "b", "c"], [edge("a", "b"), edge("b", "c"), back]);
  equal(ranks, [["a"], ["b"], ["c"]]);
  equal([...found], [back]);
});

test("of two ways back into a flow both are set apart, in the order in which the parts are given", () => {
  const nodes = ["s", "c", "f", "p", "q", "m", "r"];
  const edges = [edge("s", "c"), edge("s", "f"), edge("c", "p"), edge("f", "q"), edge("p", "m"), edge("q", "m"), edge("m", "r"), edge("r", "c"), edge("r", "f")];
  const { ranks, back } = rank(nodes, edges);
  equal([...back].map((found) => found.to), ["c", "f"]);
  equal(ranks, [["s"], ["c", "f"], ["p", "q"], ["m"], ["r"]]);
});

test("a start stands just before the first that it leads to", () => {
  equal(rank(["a", "d", "b", "c"], [edge("a", "b"), edge("b", "c"), edge("d", "c")]).ranks, [["a"], ["d", "b"], ["c"]]);
});

test("an edge over several ranks has a lane in each", () => {
  const long = edge("a", "c");
  const { ranks, lanes } = rank(["a", "b", "c"], [edge("a", "b"), edge("b", "c"), long]);
  equal(lanes.get(long).length, 1);
  equal(ranks[1].length, 2);
});

test("edges to nodes that are not there are passed over", () => {
  equal(rank(["a"], [edge("a", "gone"), edge("a", "a")]).ranks, [["a"]]);
});

test("nothing gives nothing", () => equal(rank([], []).ranks, []));

for (const [name, place] of [["across", placeAcross], ["down", placeDown]]) {
  test(`no tile or lane lies on another, laid ${name}`, () => {
    const nodes = ["s", "t", "l", "c", "f", "p", "q", "m"];
    const edges = [edge("s", "t"), edge("s", "l"), edge("t", "c"), edge("t", "f"), edge("c", "p"), edge("f", "q"), edge("p", "m"), edge("q", "m"), edge("l", "m")];
    const { boxes } = place(rank(nodes, edges).ranks, 900, size);
    const all = [...boxes.values()];
    holds(all.every((a, i) => all.every((b, j) => i === j || !inside(a, b))), "apart");
    holds(all.every((box) => box.x >= 0 && box.x + box.width <= 900.001), "within the breadth");
  });
}
