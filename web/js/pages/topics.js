// The topics of the log.

import { bytes, integer, rate } from "../core/fmt.js";
import { h } from "../core/html.js";
import { listPage } from "./list-page.js";

const held = (topic) => topic.messages ?? (topic.high ?? 0) - (topic.low ?? 0);

export const open = listPage({
  title: "Topics",
  lead: "Streams of the log. Any Kafka client reads and writes them.",
  path: "topics",
  keyOf: (topic) => topic.name,
  columns: [
    { name: "Topic", value: (topic) => topic.name, cell: (topic) => h("span", { class: "mono" }, topic.name) },
    { name: "Partitions", number: true, value: (topic) => topic.partitions, cell: (topic) => integer(topic.partitions) },
    { name: "Messages", number: true, value: held, cell: (topic) => integer(held(topic)) },
    { name: "Rate", number: true, value: (topic) => topic.rate_per_second, cell: (topic) => rate(topic.rate_per_second) },
    { name: "Size", number: true, value: (topic) => topic.bytes, cell: (topic) => bytes(topic.bytes) },
  ],
  nothing: {
    title: "No topics yet",
    text: "A topic is a durable stream of messages. A project declares its own; any Kafka client can make one.",
    command: "martlet topics create readings",
  },
});
