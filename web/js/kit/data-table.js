// A table of items: sortable columns, and a word for what it covers.

import { assign, h, keyed, say } from "../core/html.js";

/**
 * `columns` are `{ name, value(item), cell?(item), number? }`: `value` is what is sorted by and, without `cell`, what is
 * shown; `cell` gives an element or a text. Rows keep their place in the document by `keyOf(item)`.
 */
export function dataTable(label, columns, keyOf) {
  let sort = { column: 0, down: false };
  let items = [];
  const covers = h("p", { class: "hint" });
  const heads = columns.map((column, index) => h("th", { scope: "col", class: column.number ? "number" : null },
    h("button", { type: "button", class: "sort", onclick: () => order(index) }, column.name)));
  const body = h("tbody");
  const element = h("section", { class: "card list", "aria-label": label },
    h("div", { class: "card-head" }, covers),
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
    keyed(body, sorted, keyOf, () => row(columns), (element, item) => columns.forEach((column, index) => put(element.children[index], (column.cell ?? column.value)(item))));
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

function row(columns) {
  return h("tr", null, columns.map((column, index) => (index === 0 ? h("th", { scope: "row" }) : h("td", { class: column.number ? "number" : null }))));
}

function put(cell, content) {
  if (content instanceof Node) cell.replaceChildren(content);
  else say(cell, String(content ?? "–"));
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
  if (b === null || b === undefined) return -1;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
