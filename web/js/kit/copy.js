// Text that is copied by a click.

import { h } from "../core/html.js";
import { icon } from "./icons.js";

/** A chip with `text` on it that copies `value`. */
export function copyChip(text, value, what) {
  const chip = h("button", { type: "button", class: "chip", title: value, "aria-label": `${what} ${text}: copy`, onclick: () => copy(value, chip) }, text, icon("copy"));
  return chip;
}

/** A command to type, with a button that copies it. */
export function commandLine(command) {
  const button = h("button", { type: "button", class: "button", onclick: () => copy(command, button) }, icon("copy"), "Copy");
  return h("div", { class: "command" }, h("code", null, command), button);
}

async function copy(value, element) {
  try {
    await navigator.clipboard.writeText(value);
    element.dataset.copied = "";
    document.getElementById("announcer").textContent = "Copied";
    setTimeout(() => delete element.dataset.copied, 1600);
  } catch {
    document.getElementById("announcer").textContent = "The browser did not allow copying";
  }
}
