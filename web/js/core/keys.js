// Every key of the page in one place: the help list is made from what is really bound.

const STORE = "martlet.keys";
const bindings = new Map();
let pending = "";
let pendingTimer = null;

/** Binds `keys`, such as "?" or "g t", and returns a function that frees them. */
export function bind(keys, group, label, run) {
  const binding = { keys, group, label, run };
  bindings.set(keys, binding);
  return () => {
    if (bindings.get(keys) === binding) bindings.delete(keys);
  };
}

/** What is bound now, for the help list. */
export const boundKeys = () => [...bindings.values()];

/** Whether single keys act; a reader may turn them off (WCAG 2.1.4). */
export function keysEnabled() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

export function enableKeys(on) {
  try {
    if (on) localStorage.removeItem(STORE);
    else localStorage.setItem(STORE, "off");
  } catch {
    // Without storage they stay on.
  }
}

const typing = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

function press(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]") || !keysEnabled()) return;
  const keys = pending + event.key;
  clearTimeout(pendingTimer);
  pending = "";
  const binding = bindings.get(keys);
  if (binding) {
    event.preventDefault();
    binding.run();
  } else if ([...bindings.keys()].some((other) => other.startsWith(`${keys} `))) {
    pending = `${keys} `;
    pendingTimer = setTimeout(() => (pending = ""), 1200);
  }
}

document.addEventListener("keydown", press);
