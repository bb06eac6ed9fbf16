// The list of keys, from the keys that are bound.

import { h } from "../core/html.js";
import { boundKeys, enableKeys, keysEnabled } from "../core/keys.js";
import { icon } from "./icons.js";

/** Opens the list; the focus returns to where it was when it closes. */
export function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const close = h("button", { type: "button", class: "button square", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"));
  const box = h("input", { type: "checkbox", checked: keysEnabled(), onchange: () => enableKeys(box.checked) });
  const keys = boundKeys().flatMap((binding) => [
    h("dt", null, binding.label),
    h("dd", null, binding.keys.split(" ").flatMap((key, index) => [index > 0 ? " then " : null, h("kbd", null, key)])),
  ]);
  const dialog = h("dialog", { "aria-labelledby": "keys-title" },
    h("div", { class: "dialog-head" }, h("h2", { id: "keys-title" }, "Keys"), close),
    h("dl", { class: "key-list" }, keys),
    h("div", { class: "dialog-foot" }, h("label", { class: "check" }, box, "Single keys act on the page")));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
