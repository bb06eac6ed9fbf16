// Reads the text of a server-sent event stream piece by piece (WHATWG HTML, "Server-sent events").

/** A parser: `push(text)` gives the events that the text completed. */
export class EventParser {
  #rest = "";
  #data = [];
  #type = "";
  /** The last id seen, to resume with. */
  lastID = "";

  push(text) {
    const events = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) {
      const event = this.#take(line);
      if (event) events.push(event);
    }
    return events;
  }

  #take(line) {
    if (line === "") return this.#finish();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#type = value;
    else if (field === "id" && !value.includes("\0")) this.lastID = value;
    return null;
  }

  #finish() {
    const event = { type: this.#type || "message", data: this.#data.join("\n"), id: this.lastID };
    const empty = this.#data.length === 0 && this.#type === "";
    this.#data = [];
    this.#type = "";
    return empty ? null : event;
  }
}
