// The first page: a loop, live.

import { h } from "../core/html.js";
import { get } from "../core/api.js";
import { showConnection } from "../core/connection.js";
import { bind } from "../core/keys.js";
import { follow } from "../core/live.js";
import { query, setQuery } from "../core/router.js";
import { changed, complete } from "../calc/loop-state.js";
import { emptyState, fault } from "../kit/states.js";
import "../kit/flow-graph.js";
import { loopHeader } from "./loop/header.js";
import { loopNotes } from "./loop/notes.js";
import { qualityCard } from "./loop/quality.js";
import { storyCard } from "./loop/story.js";

/** Rates and latency are read anew so often while a loop runs and the page is seen. */
const REFRESH_MILLISECONDS = 3000;

export function open(frame) {
  const page = new LoopPage(frame);
  return { ready: page.start(), close: () => page.stop() };
}

class LoopPage {
  #frame;
  #problem = h("div");
  #body = h("div", { class: "loop" });
  #view = null;
  #state = null;
  #projects = [];
  #abort = new AbortController();
  #undo = [];
  #drawn = 0;
  #early = [];

  constructor(frame) {
    this.#frame = frame;
    frame.append(this.#problem, this.#body);
  }

  async start() {
    showConnection("connecting");
    this.#undo.push(follow(["loop"], {
      onEvent: (type, data) => type === "loop" && this.#hear(data),
      onRefresh: () => this.#load(),
      onState: showConnection,
    }));
    const timer = setInterval(() => this.#tick(), REFRESH_MILLISECONDS);
    this.#undo.push(() => clearInterval(timer));
    await this.#load();
  }

  stop() {
    this.#abort.abort();
    for (const undo of this.#undo) undo();
    showConnection(null);
  }

  #tick() {
    if (document.hidden) return;
    if (this.#state === null || this.#state.state === "running") this.#load();
  }

  async #load() {
    const { signal } = this.#abort;
    this.#early = [];
    try {
      this.#projects = (await get("loops", { signal })).items.map((item) => item.project ?? item.name);
      const wanted = query().get("project");
      const project = this.#projects.includes(wanted) ? wanted : this.#projects[0];
      const snapshot = project === undefined ? null : complete(await get(`loops/${encodeURIComponent(project)}`, { signal }));
      // What was heard while the snapshot was on its way may be newer than the snapshot.
      this.#state = snapshot && this.#early.filter((event) => event.project === project).reduce(changed, snapshot);
      this.#problem.replaceChildren();
    } catch (error) {
      if (signal.aborted) return;
      return this.#fail(error);
    }
    this.#draw();
  }

  #fail(error) {
    // With the server gone the notice on top says so; what was read before stays.
    if (error.status === 0 && this.#state !== null) return;
    if (!this.#problem.firstChild || this.#problem.dataset.message !== error.message) {
      this.#problem.dataset.message = error.message;
      this.#problem.replaceChildren(fault(error, () => this.#load()));
    }
    if (this.#state === null) this.#heading();
  }

  #heading() {
    if (this.#view === null && !this.#body.firstChild) this.#body.append(h("h1", { class: "visually-hidden" }, "Loop"));
  }

  #hear(event) {
    this.#early.push(event);
    if (this.#state === null || !this.#projects.includes(event.project)) return void this.#load();
    if (event.project !== this.#state.project) return;
    this.#state = changed(this.#state, event);
    this.#schedule();
    if (event.change === "step") announce(event.data.title);
  }

  /** At most one drawing a frame, however many events come. */
  #schedule() {
    cancelAnimationFrame(this.#drawn);
    this.#drawn = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    if (this.#state === null) return this.#empty();
    if (this.#view === null) this.#build();
    this.#view.header.show(this.#state, this.#projects);
    this.#view.notes.show(this.#state);
    this.#view.flow.show(this.#state.parts, this.#state.edges);
    this.#view.quality.show(this.#state);
    this.#view.story.show(this.#state);
    document.title = `${this.#state.project} · Martlet`;
  }

  #empty() {
    this.#view = null;
    if (this.#body.dataset.shown === "empty") return;
    this.#body.dataset.shown = "empty";
    this.#body.replaceChildren(emptyState({
      title: "No loop is flying yet",
      text: "Once a project is applied, this page shows its stream, its model in production, how good it is, and every step that Martlet takes to keep it so.",
      command: "martlet demo",
      hint: "plays fifty years of weather past a rain model in a few minutes. This page notices when it starts.",
    }));
  }

  #build() {
    const header = loopHeader((project) => {
      setQuery({ project, step: null });
      this.#load();
    });
    const notes = loopNotes();
    const flow = h("flow-graph");
    const quality = qualityCard();
    const story = storyCard();
    this.#body.dataset.shown = "loop";
    this.#body.replaceChildren(
      header.element,
      notes.element,
      h("section", { class: "card flow-card", "aria-labelledby": "flow-title" }, h("h2", { class: "visually-hidden", id: "flow-title" }, "Parts"), flow),
      h("div", { class: "loop-columns" }, quality.element, story.element),
    );
    this.#view = { header, notes, flow, quality, story };
    this.#undo.push(
      bind("j", "Loop", "Next step", () => story.step(1)),
      bind("k", "Loop", "Previous step", () => story.step(-1)),
      bind("c", "Loop", "Read the chart (then arrow keys)", () => quality.focus()),
      bind("s", "Loop", "Chart as table", () => quality.toggleTable()),
    );
  }
}

let spoken = 0;

/** Tells screen readers about a new step, at most every five seconds. */
function announce(text) {
  if (performance.now() - spoken < 5000) return;
  spoken = performance.now();
  document.getElementById("announcer").textContent = text;
}
