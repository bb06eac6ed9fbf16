// A choice of one among a few, as a row of buttons: a radio group with arrow keys.

import { h } from "../core/html.js";

/** `options` are `{ value, name, content? }`; `changed(value)` is called when another one is taken. */
export function choice(label, options, value, changed, className = "") {
  const group = h("div", { class: `choice ${className}`, role: "radiogroup", "aria-label": label });
  const take = (next, focus) => {
    for (const button of group.children) {
      const chosen = button.dataset.value === next;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) button.focus();
    }
  };
  for (const option of options) {
    const button = h("button", { type: "button", role: "radio", "aria-label": option.content ? option.name : null, title: option.content ? option.name : null }, option.content ?? option.name);
    button.dataset.value = option.value;
    button.addEventListener("click", () => {
      take(option.value, true);
      changed(option.value);
    });
    group.append(button);
  }
  group.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = options.findIndex((option) => option.value === event.target.dataset.value);
    const next = options[(at + by + options.length) % options.length].value;
    take(next, true);
    changed(next);
  });
  group.take = (next) => take(next, false);
  take(value, false);
  return group;
}
