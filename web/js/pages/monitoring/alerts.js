// Alerts, newest first, with what can be done about them.

import { post, remove } from "../../core/api.js";
import { h, keyed, say } from "../../core/html.js";
import { NONE, count, integer, label } from "../../core/fmt.js";
import { moment } from "../../kit/cells.js";

const SHOWN = 50;
const SILENCE_SECONDS = 3600;
const TONES = { page: "bad", warn: "warn", info: null };

/** `changed()` is called once something was done about an alert. */
export function alertsCard(changed) {
  const covers = h("p", { class: "hint" });
  const said = h("p", { class: "hint", role: "status" });
  const body = h("tbody");
  const silenced = h("ul", { class: "silences" });
  const heads = [["Alert"], ["Severity"], ["Status"], ["Opened"], ["Window", 1], ["Actions"]];
  const table = h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Alerts, table" },
    h("table", null, h("thead", null, h("tr", null, heads.map(([head, number]) => h("th", { scope: "col", class: number ? "number" : null }, head)))), body));
  const element = h("section", { class: "card list alerts", "aria-label": "Alerts" },
    h("div", { class: "card-head" }, h("h2", null, "Alerts"), covers, said), table, silenced);

  async function act(words, request) {
    try {
      await request();
      say(said, words);
    } catch (error) {
      say(said, `That did not work: ${error.message}`);
    }
    changed();
  }

  function show({ alerts, silences, monitor }) {
    const mine = alerts.filter((alert) => alert.monitor === monitor.name);
    const open = mine.filter(({ status }) => status !== "resolved").length;
    say(covers, mine.length === 0 ? "None so far." : `${integer(open)} open of ${count(mine.length, "alert")}${mine.length > SHOWN ? `, the newest ${SHOWN} shown` : ""}`);
    table.hidden = mine.length === 0;
    keyed(body, mine.slice(0, SHOWN), ({ id }) => id, () => h("tr"), (row, alert) => {
      const text = JSON.stringify(alert);
      if (row.dataset.shown === text) return;
      row.dataset.shown = text;
      row.replaceChildren(...cells(alert, act));
    });
    const held = silences.filter((silence) => silence.monitor === monitor.name);
    silenced.hidden = held.length === 0;
    keyed(silenced, held, ({ id }) => id, (silence) => silenceItem(silence, act));
  }
  return { element, show };
}

function cells(alert, act) {
  const who = alert.acknowledged ? ` by ${alert.acknowledged.actor}` : "";
  return [
    h("th", { scope: "row" }, h("span", { class: "wrapped" }, alert.message)),
    h("td", null, h("span", { class: "pill", "data-tone": TONES[alert.severity] }, label(alert.severity))),
    h("td", null, label(alert.status) + who),
    h("td", null, moment(alert.opened_at)),
    h("td", { class: "number" }, alert.kind === "health" ? NONE : integer(alert.window)),
    h("td", null, actions(alert, act)),
  ];
}

function actions(alert, act) {
  if (alert.status === "resolved") return NONE;
  const acknowledge = h("button", { type: "button", class: "button", onclick: () => act("Acknowledged.", () => post(`alerts/${encodeURIComponent(alert.id)}/acknowledge`, { actor: "page" })) }, "Acknowledge");
  const silence = h("button", { type: "button", class: "button", onclick: () => act("Silenced for an hour.", () => post("silences", { monitor: alert.monitor, fingerprint: alert.fingerprint, seconds: SILENCE_SECONDS, actor: "page", reason: "silenced on the page" })) }, "Silence for 1 h");
  return h("span", { class: "pills" }, alert.status === "open" && acknowledge, alert.status !== "silenced" && silence);
}

function silenceItem(silence, act) {
  const end = h("button", { type: "button", class: "button", onclick: () => act("The silence has ended.", () => remove(`silences/${encodeURIComponent(silence.id)}`)) }, "End the silence");
  return h("li", null, `Silenced until `, moment(silence.until), ` by ${silence.actor}: ${silence.reason} (${silence.fingerprint ?? "all alerts of this monitor"}) `, end);
}
