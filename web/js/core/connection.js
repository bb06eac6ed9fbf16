// The state of the connection in words: a dot in the bar, and a notice when it is lost.

import { say } from "./html.js";

const WORDS = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting" };

/** Shows "live", "reconnecting", "connecting", or nothing for a page that does not listen (null). */
export function showConnection(state) {
  const badge = document.getElementById("link-state");
  badge.hidden = state === null;
  badge.dataset.state = state ?? "";
  say(badge, WORDS[state] ?? "");
  const notice = document.getElementById("connection-notice");
  say(notice, state === "reconnecting" ? "The connection to the server is lost. What you see may be old; reconnecting by itself." : "");
}
