// What the pages of lists have in common: a heading, a table, an empty state, an error, and reading anew.

import { h } from "../core/html.js";
import { list } from "../core/api.js";
import { showConnection } from "../core/connection.js";
import { integer } from "../core/fmt.js";
import { dataTable } from "../kit/data-table.js";
import { emptyState, fault } from "../kit/states.js";

const REFRESH_MILLISECONDS = 4000;

/**
 * A page that shows the list at `path`. `columns` and `keyOf` are the table's; `lead` is a sentence under the heading;
 * `nothing` is the empty state. The list is read anew while the page is seen.
 */
export function listPage({ title, lead, path, columns, keyOf, nothing }) {
  return (frame) => {
    const abort = new AbortController();
    const problem = h("div");
    const body = h("div", { class: "list-page" });
    const table = dataTable(title, columns, keyOf);
    const heading = h("div", { class: "list-head" }, h("h1", null, title), h("p", { class: "hint" }, lead));
    let shown = null;
    frame.append(problem, body);

    function put(what, ...children) {
      if (shown !== what) body.replaceChildren(...children);
      shown = what;
    }

    async function load() {
      try {
        const { items, complete } = await list(path, { signal: abort.signal });
        problem.replaceChildren();
        showConnection(null);
        if (items.length === 0) return put("empty", emptyState(nothing));
        put("table", heading, table.element);
        table.show(items, `${integer(items.length)} ${complete ? "in all" : "shown, there are more"}`);
      } catch (error) {
        if (abort.signal.aborted) return;
        if (error.status === 0) showConnection("reconnecting");
        if (shown === null || error.status !== 0) {
          if (problem.dataset.message !== error.message || !problem.firstChild) problem.replaceChildren(fault(error, load));
          problem.dataset.message = error.message;
          if (shown === null) put("failed", heading);
        }
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
