// What the page hears from the server while it is open and visible.

import { EventStreamClient } from "./stream.js";

/**
 * Follows topics. `onEvent(type, data)` gets each event, `onRefresh()` says that events may have been missed and the
 * state must be fetched again, `onState(state)` tells "live" or "reconnecting". Returns a function that ends it.
 * A hidden tab listens to nothing and refreshes when it is seen again.
 */
export function follow(topics, { onEvent, onRefresh, onState }) {
  const link = openLink((message) => {
    if (message.state) heard(message.state);
    else if (message.event.type === "reset" || message.event.type === "dropped") onRefresh();
    else deliver(message.event);
  });
  let state = "connecting";
  let first = true;

  function heard(next) {
    if (next === state) return;
    state = next;
    onState(next);
    if (next !== "live") return;
    if (!first) onRefresh();
    first = false;
  }

  function deliver(event) {
    let data;
    try {
      data = JSON.parse(event.data);
    } catch {
      return onRefresh();
    }
    onEvent(event.type, data);
  }

  function look() {
    if (document.hidden) {
      link.detach();
      state = "connecting";
    } else {
      link.attach(topics);
    }
  }

  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", link.detach);
  window.addEventListener("pageshow", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("pagehide", link.detach);
    window.removeEventListener("pageshow", look);
    link.detach();
  };
}

function openLink(receive) {
  if (typeof SharedWorker === "function") {
    const worker = new SharedWorker(new URL("./hub.worker.js", import.meta.url), { type: "module", name: "martlet-events" });
    worker.port.addEventListener("message", ({ data }) => receive(data));
    worker.port.start();
    return {
      attach: (topics) => worker.port.postMessage({ topics }),
      detach: () => worker.port.postMessage({ topics: null }),
    };
  }
  const client = new EventStreamClient();
  return { attach: (topics) => client.attach(receive, topics), detach: () => client.detach(receive) };
}
