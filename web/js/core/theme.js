// Light, dark, or as the system has it. The shell applies the stored choice before the first paint.

const STORE = "martlet.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const THEMES = ["system", "light", "dark"];

/** The choice: "system", "light" or "dark". */
export const chosenTheme = () => document.documentElement.dataset.theme ?? "system";

/** Changes the theme, remembers it and tells the charts. */
export function chooseTheme(choice) {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === "system") localStorage.removeItem(STORE);
    else localStorage.setItem(STORE, choice);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  announce();
}

const announce = () => document.dispatchEvent(new CustomEvent("themechange"));

dark.addEventListener("change", announce);
addEventListener("storage", (event) => {
  if (event.key === STORE) chooseTheme(event.newValue ?? "system");
});

const probe = document.createElement("span");
probe.hidden = true;

/** The colours behind CSS tokens, as a canvas needs them: `colours("--accent", "--line")`. */
export function colours(...tokens) {
  document.body.append(probe);
  const found = tokens.map((token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return found;
}
