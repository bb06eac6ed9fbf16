// Starts the page: the bar, the theme, the keys, the connection, and the page that the address names.

import { h } from "./core/html.js";
import { bind } from "./core/keys.js";
import { go, start } from "./core/router.js";
import { THEMES, chooseTheme, chosenTheme } from "./core/theme.js";
import { choice } from "./kit/choice.js";
import { bird, icon } from "./kit/icons.js";
import { showKeys } from "./kit/key-help.js";

const PAGES = [
  { path: "/", name: "Loop", title: "Loop", key: "l", load: () => import("./pages/loop.js") },
  { path: "/topics", name: "Topics", title: "Topics", key: "t", load: () => import("./pages/topics.js") },
  { path: "/datasets", name: "Datasets", title: "Datasets", key: "d", load: () => import("./pages/datasets.js") },
  { path: "/runs", name: "Runs", title: "Runs", key: "r", load: () => import("./pages/runs.js") },
  { path: "/monitoring", name: "Monitoring", title: "Monitoring", key: "o", load: () => import("./pages/monitoring.js") },
  { path: "/models", name: "Models", title: "Models", key: "m", load: () => import("./pages/models.js") },
];

const THEME_ICONS = { system: "system", light: "sun", dark: "moon" };

function bar() {
  const themes = choice(
    "Theme",
    THEMES.map((theme) => ({ value: theme, name: `${theme} theme`, content: icon(THEME_ICONS[theme]) })),
    chosenTheme(),
    chooseTheme,
    "icons",
  );
  bind("t", "Page", "Next theme", () => chooseTheme(THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length]));
  document.addEventListener("themechange", () => themes.take(chosenTheme()));
  document.getElementById("bar").append(
    h("a", { class: "brand", href: "/", "aria-label": "Martlet, home" }, bird(), h("span", null, "Martlet")),
    h("nav", { class: "nav", "aria-label": "Pages" }, PAGES.map((page) => h("a", { href: page.path }, page.name))),
    h("div", { class: "bar-end" },
      h("span", { class: "link-state", id: "link-state" }),
      themes,
      h("button", { type: "button", class: "button square", "aria-label": "Keys", title: "Keys (?)", onclick: showKeys }, icon("help"))),
  );
  bind("?", "Page", "This list", showKeys);
  for (const page of PAGES) bind(`g ${page.key}`, "Go", `Go to ${page.name}`, () => go(page.path));
}

bar();
await start(PAGES, document.getElementById("main"));
document.documentElement.dataset.ready = "true";
