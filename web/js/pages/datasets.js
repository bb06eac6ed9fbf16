// The datasets of the catalogue, version by version.

import { get, list } from "../core/api.js";
import { bytes, integer, short } from "../core/fmt.js";
import { h } from "../core/html.js";
import { mono, moment } from "../kit/cells.js";
import { copyChip } from "../kit/copy.js";
import { listPage } from "./list-page.js";

/** No more datasets than this are opened to their versions. */
const MOST = 50;

const key = ({ dataset, version }) => `${dataset}@v${version}`;

/** Where the rows came from, in words. */
function origin({ source }) {
  const range = source?.slice?.range;
  if (range) return `${range.topic}, offsets ${integer(range.from)} to ${integer(range.to - 1)}`;
  return source?.path?.split("/").at(-1) ?? "–";
}

const COLUMNS = [
  { name: "Version", value: key, cell: (item) => mono(key(item)) },
  { name: "Rows", number: true, value: (item) => item.rows, cell: (item) => integer(item.rows) },
  { name: "Columns", number: true, value: (item) => item.schema?.length, cell: (item) => integer(item.schema?.length) },
  { name: "Size", number: true, value: (item) => item.bytes, cell: (item) => bytes(item.bytes) },
  { name: "From", value: origin, cell: (item) => h("span", { title: item.source?.path }, origin(item)) },
  { name: "Content hash", value: (item) => item.content_hash, cell: (item) => copyChip(short(item.content_hash), item.content_hash, "Hash") },
  { name: "Made", down: true, value: (item) => item.created_at, cell: (item) => moment(item.created_at) },
];

async function read(signal) {
  const { items, complete } = await list("datasets", { signal });
  const opened = await Promise.all(items.slice(0, MOST).map(({ name }) => get(`datasets/${encodeURIComponent(name)}`, { signal })));
  const versions = opened.flatMap((dataset) => dataset.versions);
  return [{ label: "All versions", keyOf: key, columns: COLUMNS, items: versions, complete: complete && items.length <= MOST }];
}

export const open = listPage({
  title: "Datasets",
  lead: "Tables, version by version. One cut from a topic is defined by its offsets, and can be cut again byte for byte.",
  read,
  nothing: {
    title: "No datasets yet",
    text: "A dataset is a table with versions: imported from CSV or Parquet, or cut from a topic by its offsets.",
    command: "martlet data import readings readings.csv",
  },
});
