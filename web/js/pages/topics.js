// The topics of the log.

import { list } from "../core/api.js";
import { integer, rate } from "../core/fmt.js";
import { mono } from "../kit/cells.js";
import { listPage } from "./list-page.js";

const COLUMNS = [
  { name: "Topic", value: (topic) => topic.name, cell: (topic) => mono(topic.name) },
  { name: "Partitions", number: true, value: (topic) => topic.partitions, cell: (topic) => integer(topic.partitions) },
  { name: "Messages", number: true, value: (topic) => topic.messages, cell: (topic) => integer(topic.messages) },
  { name: "Rate", number: true, value: (topic) => topic.rate_per_second, cell: (topic) => rate(topic.rate_per_second) },
  { name: "First offset", number: true, value: (topic) => topic.low, cell: (topic) => integer(topic.low) },
  { name: "Next offset", number: true, value: (topic) => topic.high, cell: (topic) => integer(topic.high) },
];

export const open = listPage({
  title: "Topics",
  lead: "Streams of the log. Any Kafka client reads and writes them.",
  read: async (signal) => [{ label: "All topics", keyOf: (topic) => topic.name, columns: COLUMNS, ...(await list("topics", { signal })) }],
  nothing: {
    title: "No topics yet",
    text: "A topic is a durable stream of messages. A project declares its own, and any Kafka client can make one.",
    command: "martlet topics create readings",
  },
});
