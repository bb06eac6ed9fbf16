import * as fmt from "../js/core/fmt.js";
import { equal, test } from "./harness.js";

test("what is not known is a dash", () => {
  equal([fmt.integer(null), fmt.metric(NaN), fmt.rate(undefined), fmt.time("soon")], ["–", "–", "–", "–"]);
});

test("a share is never full before it is", () => {
  equal([fmt.percent(9999, 10000), fmt.percent(10, 10), fmt.percent(1, 0)], ["99 %", "100 %", "–"]);
});

test("differences carry a sign, and zero both", () => {
  equal([fmt.signed(0.4481), fmt.signed(-0.012), fmt.signed(-0.0001)], ["+0.448", "−0.012", "±0.000"]);
});

test("units fit the size", () => {
  equal([fmt.milliseconds(0.34), fmt.milliseconds(1.24), fmt.milliseconds(2100)], ["340 µs", "1.2 ms", "2.1 s"]);
  equal([fmt.bytes(148221), fmt.bytes(12), fmt.rate(210.4), fmt.rate(12345)], ["148 kB", "12 B", "210/s", "12.3k/s"]);
  equal([fmt.seconds(3.44), fmt.seconds(125)], ["3.4 s", "2 min 5 s"]);
});

test("a key becomes a label, a hash is cut short", () => {
  equal([fmt.label("from_offset"), fmt.short("0123456789abcdef0123")], ["From offset", "0123456789ab…"]);
});
