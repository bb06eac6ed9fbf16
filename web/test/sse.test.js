import { EventParser } from "../js/calc/sse.js";
import { equal, test } from "./harness.js";

const read = (...pieces) => {
  const parser = new EventParser();
  return { events: pieces.flatMap((piece) => parser.push(piece)), parser };
};

test("an event has type, data and id", () => {
  equal(read("id: 7\nevent: loop\ndata: {}\n\n").events, [{ type: "loop", data: "{}", id: "7" }]);
});

test("an event may arrive byte by byte", () => {
  equal(read(..."event: loop\r\ndata: a\r\n\r\n").events, [{ type: "loop", data: "a", id: "" }]);
});

test("several lines of data are joined, one leading space is dropped", () => {
  equal(read("data:  a\ndata:b\n\n").events, [{ type: "message", data: " a\nb", id: "" }]);
});

test("a heartbeat is no event", () => {
  equal(read(": still here\n\n").events, []);
});

test("an event that is not finished is not told", () => {
  equal(read("data: half\n").events, []);
});

test("the last id stays for the next connection", () => {
  equal(read("id: 3\ndata: a\n\ndata: b\n\n").parser.lastID, "3");
});

test("a reset needs no data", () => {
  equal(read("event: reset\ndata\n\n").events, [{ type: "reset", data: "", id: "" }]);
});
