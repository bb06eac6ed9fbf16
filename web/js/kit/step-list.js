// The steps of a loop as a time line; each opens to its numbers.

import { assign, h, keyed, say } from "../core/html.js";
import { NONE, dateTime, integer, label, time } from "../core/fmt.js";
import { icon } from "./icons.js";
import { stepNumbers } from "./step-numbers.js";

/** What stands behind each choice of steps. */
export const STEP_FILTERS = {
  all: { name: "All steps", keep: () => true },
  decisions: { name: "Decisions", keep: (step) => ["promoted", "refused", "failed"].includes(step.kind) },
  alerts: { name: "Alerts", keep: (step) => ["alert", "resolved", "triggered"].includes(step.kind) },
  data: { name: "Data and models", keep: (step) => ["imported", "dataset_cut", "trained", "registered", "deployed"].includes(step.kind) },
};

const TONES = { failed: "bad", refused: "warn", triggered: "warn", promoted: "good", resolved: "good" };
const SEVERITY_TONES = { page: "bad", warn: "warn", info: "plain" };

const tone = ({ kind, numbers }) => (kind === "alert" ? (SEVERITY_TONES[numbers?.severity] ?? "bad") : (TONES[kind] ?? "plain"));

/** Fires `open` with `detail.id` when a step is opened, or null when it is closed. */
export class StepList extends HTMLElement {
  #list = h("ol", { class: "steps" });
  #none = h("p", { class: "steps-none hint" });
  #open = new Set();
  #steps = new Map();

  connectedCallback() {
    if (!this.firstChild) this.append(this.#list, this.#none);
  }

  /** Shows steps in the order given; `total` says how many there are without the filter. */
  show(steps, total) {
    this.#steps = new Map(steps.map((step) => [step.id, step]));
    keyed(this.#list, steps, (step) => step.id, (step) => this.#item(step), (item, step) => this.#refresh(item, step));
    this.#none.hidden = steps.length > 0;
    say(this.#none, total > 0 ? `The filter hides all ${integer(total)} steps.` : "No steps yet. The first one comes when the data is imported.");
  }

  /** Opens a step, by its id or its number, and brings it into view; false where it is not there. */
  reveal(wanted) {
    const step = [...this.#steps.values()].find(({ id, number }) => id === wanted || String(number) === wanted);
    if (!step) return false;
    this.#toggle(step.id, true, false);
    this.#itemOf(step.id).scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Moves the focus to the next or the previous step. */
  step(by) {
    const buttons = [...this.#list.querySelectorAll(".step-head")];
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[at < 0 ? 0 : Math.max(0, Math.min(buttons.length - 1, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  #itemOf(id) {
    return [...this.#list.children].find((item) => item.dataset.id === id);
  }

  #item(step) {
    const body = h("div", { class: "step-body", id: `step-${step.id}`, hidden: true });
    const head = h("button", { type: "button", class: "step-head", "aria-expanded": "false", "aria-controls": body.id, onclick: () => this.#toggle(step.id, !this.#open.has(step.id), true) },
      h("span", { class: "step-title" }), h("span", { class: "step-meta" }), icon("chevron", "chevron"));
    const item = h("li", { class: "step", "data-kind": step.kind, "data-tone": tone(step) },
      h("span", { class: "step-mark" }, icon(step.kind)), head, body);
    item.dataset.id = step.id;
    return item;
  }

  #refresh(item, step) {
    const [, head, body] = item.children;
    say(head.children[0], step.title);
    const place = Number.isFinite(step.row) ? `row ${integer(step.row)}` : null;
    say(head.children[1], [label(step.kind), place, step.at ? time(step.at) : NONE].filter(Boolean).join(" · "));
    assign(head.children[1], "title", dateTime(step.at));
    const facts = JSON.stringify([step.numbers, step.links]);
    if (!body.hidden && body.dataset.facts !== facts) this.#fill(body, step, facts);
  }

  #toggle(id, open, tell) {
    const item = this.#itemOf(id);
    const step = this.#steps.get(id);
    if (!item || !step) return;
    if (open) this.#open.add(id);
    else this.#open.delete(id);
    const [, head, body] = item.children;
    head.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
    if (open) this.#fill(body, step, JSON.stringify([step.numbers, step.links]));
    if (tell) this.dispatchEvent(new CustomEvent("open", { detail: { id: open ? id : null } }));
  }

  #fill(body, step, facts) {
    body.dataset.facts = facts;
    body.replaceChildren(...stepNumbers(step));
  }
}

customElements.define("step-list", StepList);
