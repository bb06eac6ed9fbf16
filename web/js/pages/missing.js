// An address that no page has.

import { emptyState } from "../kit/states.js";
import { h } from "../core/html.js";

export function open(frame) {
  const page = emptyState({ title: "There is no such page", text: `Nothing is at ${location.pathname}.` });
  page.append(h("a", { href: "/" }, "Go to the loop"));
  frame.append(page);
  return {};
}
