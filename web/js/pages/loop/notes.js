// What a loop has to say about itself: why it stopped, and what its project file should be looked at for.

import { h, keyed, say } from "../../core/html.js";

export function loopNotes() {
  const problem = h("p");
  const fault = h("div", { class: "card fault", role: "alert" }, h("div", null, h("strong", null, "The loop has a problem"), problem));
  const warnings = h("ul", { class: "warnings" });
  const element = h("div", { class: "loop-notes" }, fault, warnings);

  function show({ problem: text, warnings: list }) {
    fault.hidden = !text;
    say(problem, text ?? "");
    keyed(warnings, list ?? [], (warning) => warning, (warning) => h("li", null, warning));
    element.hidden = !text && !list?.length;
  }
  return { element, show };
}
