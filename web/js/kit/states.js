// A page that has nothing to show yet, and one that could not be read.

import { h } from "../core/html.js";
import { bird } from "./icons.js";
import { commandLine } from "./copy.js";

/** Nothing here yet: why, and what to type. */
export function emptyState({ title, text, command, hint }) {
  return h("section", { class: "empty" }, bird("bird"), h("h1", null, title), h("p", null, text), command && commandLine(command), hint && h("p", { class: "hint" }, hint));
}

/** Something failed: what, its request id, and a way to try again. */
export function fault(error, retry) {
  return h("div", { class: "card fault", role: "alert" },
    h("div", null, h("strong", null, "This could not be read"), error.message, error.requestID && h("div", { class: "mono" }, `request ${error.requestID}`)),
    h("button", { type: "button", class: "button", onclick: retry }, "Try again"));
}
