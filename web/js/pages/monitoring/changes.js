// The changes that a monitor's detectors have found, the newest first; nothing where there is none.

import { count, dateTime, integer, label, plain } from "../../core/fmt.js";
import { dataTable } from "../../kit/data-table.js";

/** The newest changes that are read and shown. */
export const MOST_CHANGES = 50;

const series = (item) => item.column ?? label(item.of);

const COLUMNS = [
  { name: "Changed", value: series },
  { name: "Row", down: true, number: true, value: (item) => item.row, cell: (item) => integer(item.row) },
  { name: "Time", value: (item) => item.time, cell: (item) => dateTime(item.time) },
  { name: "Method", value: (item) => item.method },
  { name: "Version", number: true, value: (item) => item.version, cell: (item) => integer(item.version) },
  { name: "Mean before", number: true, value: (item) => item.mean_before, cell: (item) => plain(item.mean_before) },
  { name: "Mean after", number: true, value: (item) => item.mean_after, cell: (item) => plain(item.mean_after) },
];

export function changesCard() {
  const table = dataTable("Changes", COLUMNS, (item) => `${item.row} ${item.column ?? ""} ${item.of ?? ""} ${item.method}`);

  function show({ changes }) {
    table.element.hidden = changes.length === 0;
    const newest = changes.length === MOST_CHANGES ? "The newest " : "";
    table.show(changes, `${newest}${count(changes.length, "change")} that detectors found row by row.`);
  }
  return { element: table.element, show };
}
