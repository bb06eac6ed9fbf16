// What stands in the cells of tables.

import { h } from "../core/html.js";
import { dateTime, label, time } from "../core/fmt.js";
import { icon } from "./icons.js";

/** A name as the machine knows it. */
export const mono = (text) => h("span", { class: "mono" }, text);

/** A time of day, with the date in its title. */
export const moment = (value) => (value ? h("time", { datetime: value, title: dateTime(value) }, time(value)) : "–");

const TONES = { finished: "good", succeeded: "good", champion: "accent", failed: "bad", killed: "bad", running: "accent" };
const ICONS = { finished: "finished", succeeded: "finished", failed: "failed", killed: "failed", running: "running", champion: "promoted" };

/** A state in a word, with its sign. */
export function pill(word) {
  const key = word.toLowerCase();
  return h("span", { class: "pill", "data-tone": TONES[key] }, icon(ICONS[key] ?? "idle"), label(key));
}
