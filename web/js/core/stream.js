// One connection to the server's events for any number of listeners. Runs in the shared worker, or in the page where
// there is none. Reads the stream itself rather than through EventSource, so that it sees the heartbeat and can
// tell a silent connection from a quiet one.

import { EventParser } from "../calc/sse.js";

/** The server sends a heartbeat every 15 s; after this long without one the connection is taken for dead. */
const SILENCE_MILLISECONDS = 40_000;
const FIRST_DELAY_MILLISECONDS = 500;
const LONGEST_DELAY_MILLISECONDS = 8_000;

export class EventStreamClient {
  #listeners = new Map();
  #topics = "";
  #state = "connecting";
  #abort = null;
  #timer = null;
  #delay = FIRST_DELAY_MILLISECONDS;
  #lastID = "";

  /** Adds a listener, or changes its topics; `listener(message)` gets `{ state }` and `{ event, topic data }`. */
  attach(listener, topics) {
    this.#listeners.set(listener, new Set(topics));
    listener({ state: this.#state });
    this.#follow();
  }

  detach(listener) {
    this.#listeners.delete(listener);
    this.#follow();
  }

  #follow() {
    const topics = [...new Set([...this.#listeners.values()].flatMap((set) => [...set]))].sort().join(",");
    if (topics === this.#topics) return;
    this.#topics = topics;
    this.#lastID = "";
    this.#close();
    if (topics !== "") this.#connect();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  #tell(message) {
    if (message.state) this.#state = message.state;
    for (const listener of this.#listeners.keys()) listener(message);
  }

  async #connect() {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      await this.#read(abort);
    } catch {
      // The reason does not matter: what is lost is fetched again after the next connect.
    }
    if (this.#abort !== abort) return;
    this.#close();
    this.#tell({ state: "reconnecting" });
    this.#timer = setTimeout(() => this.#connect(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MILLISECONDS);
  }

  async #read(abort) {
    const headers = { accept: "text/event-stream" };
    if (this.#lastID !== "") headers["last-event-id"] = this.#lastID;
    let watch = setTimeout(() => abort.abort(), SILENCE_MILLISECONDS);
    try {
      const response = await fetch(`/api/v1/events?topics=${encodeURIComponent(this.#topics)}`, {
        headers,
        signal: abort.signal,
        cache: "no-store",
      });
      if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
      this.#delay = FIRST_DELAY_MILLISECONDS;
      this.#tell({ state: "live" });
      const parser = new EventParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.#abort !== abort) return;
        clearTimeout(watch);
        watch = setTimeout(() => abort.abort(), SILENCE_MILLISECONDS);
        for (const event of parser.push(value)) this.#tell({ event });
        this.#lastID = parser.lastID;
      }
    } finally {
      clearTimeout(watch);
    }
  }
}
