import { airy, extent, linear, nearest, spread, ticks } from "../js/calc/scale.js";
import { equal, holds, test } from "./harness.js";

test("a scale maps its ends and its middle", () => {
  const scale = linear([10, 20], [100, 0]);
  equal([10, 15, 20].map(scale), [100, 50, 0]);
});

test("a scale of one value stays where it begins", () => equal(linear([3, 3], [5, 9])(3), 5));

test("ticks are round numbers within the ends", () => {
  equal(ticks(0.35, 0.91, 5), [0.4, 0.6, 0.8]);
  equal(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  equal(ticks(3650, 18159, 4), [5000, 10000, 15000]);
});

test("ticks of nothing are no endless loop", () => {
  equal(ticks(1, 1), [1]);
  equal(ticks(0, Infinity), [0]);
});

test("the extent passes over what is not a number", () => {
  equal(extent([NaN, 2, undefined, -1]), [-1, 2]);
  equal(extent([NaN]), null);
});

test("a domain with air stays within its bounds", () => {
  const [low, high] = airy([0.9, 0.99], [0.3, 0, 1]);
  holds(low < 0.9 && high <= 1, "within");
  equal(airy([], [0.3, 0, 1]), [0, 1]);
});

test("the nearest place is found by halves", () => {
  equal([-5, 4, 6, 99].map((x) => nearest([0, 5, 10], x)), [0, 1, 1, 2]);
  equal(nearest([], 1), -1);
});

test("labels are kept apart and inside", () => {
  const places = spread([10, 11, 99], 20, 0, 100);
  holds(places[1] - places[0] >= 20, "apart");
  holds(places.every((place) => place >= 0 && place <= 100), "inside");
});
