// What the pages of lists have in common: a heading, tables, an empty state, an error, and reading anew.

import { h } from "../core/html.js";
import { showConnection } from "../core/connection.js";
import { integer } from "../core/fmt.js";
import { dataTable } from "../kit/data-table.js";
import { emptyState, fault } from "../kit/states.js";

const REFRESH_MILLISECONDS = 4000;

/**
 * A page of tables. `read(signal)` gives `[{ label, keyOf, columns, items, complete }]`; the first one without items
 * makes the page empty: `nothing` says what then. `lead` stands under the heading. Read anew while the page is seen.
 */
export function listPage({ title, lead, read, nothing }) {
  return (frame) => {
    const abort = new AbortController();
    const problem = h("div");
    const body = h("div", { class: "list-page" });
    const heading = h("div", { class: "list-head" }, h("h1", null, title), h("p", { class: "hint" }, lead));
    let shown = "";
    let tables = [];
    frame.append(problem, body);

    function put(what, ...children) {
      if (shown !== what) body.replaceChildren(...children);
      shown = what;
    }

    function draw(lists) {
      if (lists[0].items.length === 0) return put("empty", emptyState(nothing));
      const filled = lists.filter((list) => list.items.length > 0);
      const shape = JSON.stringify(filled.map((list) => [list.label, list.columns.map((column) => column.name)]));
      if (shown !== shape) tables = filled.map((list) => dataTable(list.label, list.columns, list.keyOf));
      put(shape, heading, ...tables.map((table) => table.element));
      filled.forEach(({ items, complete }, index) => tables[index].show(items, `${integer(items.length)} ${complete === false ? "shown, there are more" : "in all"}`));
    }

    function fail(error) {
      if (abort.signal.aborted) return;
      if (error.status === 0) showConnection("reconnecting");
      if (shown !== "" && error.status === 0) return;
      if (problem.dataset.message !== error.message || !problem.firstChild) problem.replaceChildren(fault(error, load));
      problem.dataset.message = error.message;
      if (shown === "") body.replaceChildren(heading);
    }

    async function load() {
      try {
        const lists = await read(abort.signal);
        problem.replaceChildren();
        showConnection(null);
        draw(lists);
      } catch (error) {
        fail(error);
      }
    }

    const timer = setInterval(() => document.hidden || load(), REFRESH_MILLISECONDS);
    return {
      ready: load(),
      close() {
        clearInterval(timer);
        abort.abort();
        showConnection(null);
      },
    };
  };
}
