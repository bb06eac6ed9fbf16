// A path names a page, the query holds how it is looked at. Pages are modules loaded when first opened.

let current = null;
let routes = [];
let frame = null;

/** Starts: `table` has `{ path, title, load }`; pages are shown in `element`. */
export async function start(table, element) {
  routes = table;
  frame = element;
  document.addEventListener("click", followLink);
  addEventListener("popstate", () => open(false));
  await open(true);
}

/** Goes to another address within the UI. */
export function go(address) {
  history.pushState(null, "", address);
  return open(false);
}

/** The view state in the address. */
export const query = () => new URLSearchParams(location.search);

/** Changes view state in place; `null` takes a key away. */
export function setQuery(changes) {
  const next = query();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(key);
    else next.set(key, value);
  }
  const text = next.toString();
  history.replaceState(null, "", text === "" ? location.pathname : `?${text}`);
}

function followLink(event) {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest?.("a[href]");
  if (!link || link.target || link.origin !== location.origin || link.getAttribute("href").startsWith("#")) return;
  if (!routes.some((route) => route.path === link.pathname)) return;
  event.preventDefault();
  go(link.href);
}

async function open(first) {
  const route = routes.find((candidate) => candidate.path === location.pathname);
  if (current && route && current.route === route) return current.page.readdress?.();
  current?.page.close?.();
  current = null;
  const opening = { route };
  current = opening;
  opening.page = {};
  frame.replaceChildren();
  document.title = `${route?.title ?? "Not found"} · Martlet`;
  for (const link of document.querySelectorAll(".nav a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const module = await (route?.load() ?? import("../pages/missing.js"));
  if (current !== opening) return;
  opening.page = module.open(frame);
  await opening.page.ready;
  if (first || current !== opening) return;
  const heading = frame.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}
