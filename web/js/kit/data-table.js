// A table of items: sortable columns, and a word for what it covers.

import { assign, h, keyed, say } from "../core/html.js";
import { NONE } from "../core/fmt.js";

/**
 * `columns` are `{ name, value(item), cell?(item), number?, down? }`: `value` is what is sorted by and, without `cell`,
 * what is shown; `cell` gives an element or a text; `down` has the table sorted by this one first, greatest on top.
 * Rows keep their place in the document by `keyOf(item)`.
 */
export function dataTable(label, columns, keyOf) {
  const first = columns.findIndex((column) => column.down);
  let sort = { column: Math.max(0, first), down: first >= 0 };
  let items = [];
  const covers = h("p", { class: "hint" });
  const heads = columns.map((column, index) => h("th", { scope: "col", class: column.number ? "number" : null },
    h("button", { type: "button", class: "sort", onclick: () => order(index) }, column.name)));
  const body = h("tbody");
  const element = h("section", { class: "card list", "aria-label": label },
    h("div", { class: "card-head" }, h("h2", null, label), covers),
    h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": `${label}, table` },
      h("table", null, h("thead", null, h("tr", null, heads)), body)));

  function order(column) {
    sort = { column, down: sort.column === column ? !sort.down : Boolean(columns[column].number) };
    draw();
  }

  function draw() {
    const { value } = columns[sort.column];
    const sorted = items.toSorted((a, b) => compare(value(a), value(b)) * (sort.down ? -1 : 1));
    heads.forEach((head, index) => assign(head, "aria-sort", index === sort.column ? (sort.down ? "descending" : "ascending") : null));
    keyed(body, sorted, keyOf, () => emptyRow(columns), (row, item) => fillRow(row, item, columns));
  }

  return {
    element,
    show(next, coverage) {
      items = next;
      say(covers, coverage);
      draw();
    },
  };
}

function emptyRow(columns) {
  return h("tr", null, columns.map((column, index) => (index === 0 ? h("th", { scope: "row" }) : h("td", { class: column.number ? "number" : null }))));
}

const drawn = new WeakMap();

/** Cells of an item that did not change stay as they are, with the focus that they may have. */
function fillRow(row, item, columns) {
  const text = JSON.stringify(item);
  if (drawn.get(row) === text) return;
  drawn.set(row, text);
  columns.forEach((column, index) => {
    const content = (column.cell ?? column.value)(item);
    row.children[index].replaceChildren(content instanceof Node ? content : String(content ?? NONE));
  });
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
  if (b === null || b === undefined) return -1;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
