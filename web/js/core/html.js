// Builds elements. Text only ever becomes a text node, so data can never become markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `h("p", { class: "hint", onclick: f }, "text", child)`. */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) assign(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets a listener (`onclick`), or an attribute; `null`, `undefined` and `false` take the attribute away. */
export function assign(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : value);
}

/** Sets the text of an element, touching the document only when it differs. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const held = new WeakMap();

/**
 * Makes the children of `parent` follow `items`, keeping the element of an item that stays.
 * `create(item)` builds an element, `update(element, item)` brings one up to date.
 */
export function keyed(parent, items, keyOf, create, update) {
  const before = held.get(parent) ?? new Map();
  const after = new Map();
  let place = parent.firstChild;
  for (const item of items) {
    const key = keyOf(item);
    const element = before.get(key) ?? create(item);
    before.delete(key);
    after.set(key, element);
    if (element === place) place = place.nextSibling;
    else parent.insertBefore(element, place);
    update?.(element, item);
  }
  for (const element of before.values()) element.remove();
  held.set(parent, after);
}
