// The story of a loop: its steps, newest first or from the beginning.

import { h, say } from "../../core/html.js";
import { count } from "../../core/fmt.js";
import { query, setQuery } from "../../core/router.js";
import { choice } from "../../kit/choice.js";
import { STEP_FILTERS } from "../../kit/step-list.js";

export function storyCard() {
  let loop = null;
  let order = query().get("order") === "story" ? "story" : "newest";
  let filter = STEP_FILTERS[query().get("steps")] ? query().get("steps") : "all";
  let wanted = query().get("step");
  const number = h("p", { class: "hint" });
  const list = h("step-list");
  const orders = choice("Order of steps", [{ value: "newest", name: "Newest first" }, { value: "story", name: "From the start" }], order, (next) => {
    order = next;
    setQuery({ order: next === "newest" ? null : next });
    show(loop);
  });
  const filters = h("select", { class: "select", "aria-label": "Which steps", onchange: () => {
    filter = filters.value;
    setQuery({ steps: filter === "all" ? null : filter });
    show(loop);
  } }, Object.entries(STEP_FILTERS).map(([value, { name }]) => h("option", { value }, name)));
  filters.value = filter;
  const element = h("section", { class: "card story", "aria-labelledby": "story-title" }, h("div", { class: "story-frame" },
    h("div", { class: "card-head" }, h("div", null, h("h2", { id: "story-title" }, "Steps"), number), filters, orders),
    h("div", { class: "story-scroll" }, list)));
  list.addEventListener("open", ({ detail }) => setQuery({ step: detail.id }));

  function show(next) {
    loop = next;
    const kept = loop.steps.filter(STEP_FILTERS[filter].keep);
    say(number, kept.length === loop.steps.length ? count(kept.length, "step") : `${kept.length} of ${count(loop.steps.length, "step")}`);
    list.show(order === "newest" ? kept.toReversed() : kept, loop.steps.length);
    if (wanted !== null && list.reveal(wanted)) wanted = null;
  }
  return { element, show, step: (by) => list.step(by) };
}
