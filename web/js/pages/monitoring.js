// Monitors: what each finds, window by window, and the alerts to look after.

import { get, list } from "../core/api.js";
import { showConnection } from "../core/connection.js";
import { h } from "../core/html.js";
import { follow } from "../core/live.js";
import { query, setQuery } from "../core/router.js";
import { emptyState, fault } from "../kit/states.js";
import { alertsCard } from "./monitoring/alerts.js";
import { MOST_CHANGES, changesCard } from "./monitoring/changes.js";
import { columnsCard } from "./monitoring/columns.js";
import { historyCard } from "./monitoring/history.js";
import { overviewCard } from "./monitoring/overview.js";

/** Events come in bursts; the page is read anew at most this often. */
const REST_MILLISECONDS = 700;
/** The newest windows that are shown. */
const MOST_WINDOWS = 400;

export function open(frame) {
  const page = new MonitoringPage(frame);
  return { ready: page.start(), close: () => page.stop(), readdress: () => page.load() };
}

class MonitoringPage {
  #problem = h("div");
  #body = h("div", { class: "monitoring" });
  #abort = new AbortController();
  #undo = [];
  #timer = null;
  #loading = false;
  #again = false;
  #view = null;

  constructor(frame) {
    frame.append(this.#problem, this.#body);
  }

  async start() {
    showConnection("connecting");
    this.#undo.push(follow(["monitors"], {
      onEvent: () => this.#soon(),
      onRefresh: () => this.#soon(),
      onState: showConnection,
    }));
    await this.load();
  }

  stop() {
    this.#abort.abort();
    clearTimeout(this.#timer);
    for (const undo of this.#undo) undo();
    showConnection(null);
  }

  #soon() {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.load();
    }, REST_MILLISECONDS);
  }

  async load() {
    if (this.#loading) return void (this.#again = true);
    this.#loading = true;
    try {
      this.#draw(await this.#read());
      this.#problem.replaceChildren();
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#fail(error);
    } finally {
      this.#loading = false;
    }
    if (!this.#again) return;
    this.#again = false;
    this.#soon();
  }

  async #read() {
    const { signal } = this.#abort;
    const [{ items: monitors }, { items: alerts }, { items: silences }] = await Promise.all([
      list("monitors", { signal }), list("alerts", { signal }), list("silences", { signal }),
    ]);
    const wanted = query().get("monitor");
    const monitor = monitors.find(({ name }) => name === wanted) ?? monitors[0];
    if (monitor === undefined) return { monitors, alerts, silences };
    const place = `monitors/${encodeURIComponent(monitor.name)}`;
    const path = `${place}/windows`;
    const [{ items: windows }, { items: changes }] = await Promise.all([
      get(`${path}?limit=${MOST_WINDOWS}`, { signal }), get(`${place}/changes?limit=${MOST_CHANGES}`, { signal }),
    ]);
    const number = query().get("window");
    const known = windows.some(({ index }) => String(index) === number);
    const index = known ? number : windows.at(-1)?.index;
    const window = index === undefined ? null : await get(`${path}/${index}`, { signal });
    return { monitors, alerts, silences, monitor, windows, window, changes };
  }

  #fail(error) {
    if (error.status === 0 && this.#view !== null) return;
    this.#problem.replaceChildren(fault(error, () => this.load()));
    if (this.#view === null && !this.#body.firstChild) this.#body.append(h("h1", { class: "visually-hidden" }, "Monitoring"));
  }

  #draw(state) {
    if (state.monitor === undefined) return this.#empty();
    if (this.#view === null) this.#build();
    for (const part of Object.values(this.#view)) part.show(state);
  }

  #empty() {
    this.#view = null;
    this.#body.replaceChildren(emptyState({
      title: "Nothing is monitored yet",
      text: "A monitor looks at a topic window by window: the quality of its data, drift from a reference, and how good a model's predictions are once their labels come.",
      command: "martlet monitor create monitor.json",
      hint: "or declare monitors in a project's file. This page notices when there is one.",
    }));
  }

  #build() {
    const choose = (changes) => {
      setQuery(changes);
      this.load();
    };
    const changed = () => this.load();
    const overview = overviewCard((monitor) => choose({ monitor, window: null }));
    const history = historyCard((window) => choose({ window }));
    const columns = columnsCard();
    const changes = changesCard();
    const alerts = alertsCard(changed);
    this.#body.replaceChildren(
      h("div", { class: "list-head" }, h("h1", null, "Monitoring"), h("p", { class: "hint" }, "Each window of a stream beside its reference, the worst first; quality is filled in as labels come.")),
      overview.element, alerts.element, changes.element, history.element, columns.element,
    );
    this.#view = { overview, alerts, changes, history, columns };
  }
}
