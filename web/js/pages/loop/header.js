// The head of a loop: its name and state, how far it is, and the figures that matter.

import { assign, h, keyed, say } from "../../core/html.js";
import { NONE, dateTime, integer, label, metric, milliseconds, percent, signed } from "../../core/fmt.js";
import { METRICS, promotions, recentGain } from "../../calc/loop-state.js";
import { icon } from "../../kit/icons.js";

const TONES = { running: "accent", finished: "good", failed: "bad" };

export function loopHeader(changeProject) {
  const title = h("h1");
  const picker = h("select", { class: "select", "aria-label": "Project", onchange: () => changeProject(picker.value) });
  const state = h("span", { class: "pill" });
  const track = h("div", { class: "progress", role: "progressbar", "aria-label": "Rows scored", "aria-valuemin": 0 }, h("i"));
  const progress = h("p", { class: "progress-text" });
  const figures = {
    champion: figure("Champion"),
    quality: figure("Quality, last 5 windows"),
    frozen: figure("Without Martlet"),
    rows: figure("Rows scored"),
    promotions: figure("Promotions"),
    alerts: figure("Alerts"),
    latency: figure("Event to prediction"),
  };
  const element = h("section", { class: "loop-head", "aria-label": "Overview" },
    h("div", { class: "loop-title" }, title, picker, state, h("div", { class: "loop-progress" }, track, progress)),
    h("dl", { class: "figures card" }, Object.values(figures).map((item) => item.element)));

  function show(loop, projects) {
    say(title, loop.project);
    picker.hidden = projects.length < 2;
    keyed(picker, projects, (project) => project, (project) => h("option", { value: project }, project));
    picker.value = loop.project;
    if (state.dataset.state !== loop.state) {
      state.dataset.state = loop.state;
      assign(state, "data-tone", TONES[loop.state]);
      state.replaceChildren(icon(loop.state), label(loop.state));
    }
    showProgress(loop.progress);
    showFigures(loop);
  }

  function showProgress({ rows_total: total, rows_replayed: replayed, rows_scored: scored }) {
    const share = total > 0 ? Math.min(1, (scored ?? 0) / total) : 0;
    track.firstChild.style.transform = `scaleX(${share})`;
    assign(track, "aria-valuemax", total ?? 0);
    assign(track, "aria-valuenow", scored ?? 0);
    assign(track, "aria-valuetext", `${integer(scored)} of ${integer(total)} rows`);
    say(progress, `${percent(scored, total)} · ${integer(replayed)} of ${integer(total)} rows replayed`);
  }

  function showFigures({ metric: decisive, champion, windows, steps, alerts, progress: rows, latency_ms: latency }) {
    const recent = recentGain(windows, decisive);
    figures.quality.rename(`${METRICS[decisive]?.name ?? label(decisive)}, last 5 windows`);
    figures.champion.show(champion ? `v${champion.version}` : NONE, champion?.model ?? "no model yet", champion ? `${champion.model} version ${champion.version}, since ${dateTime(champion.since)}` : null);
    figures.quality.show(metric(recent.champion), recent.gain !== null ? `${signed(recent.gain)} over frozen` : recent.windows > 0 ? "champion, mean" : "no window yet", null, "accent");
    figures.frozen.show(metric(recent.frozen), "frozen version 1, mean", null, "frozen");
    figures.rows.show(integer(rows.rows_scored), `${integer(rows.labels)} labels arrived`);
    const refused = steps.filter((step) => step.kind === "refused").length;
    figures.promotions.show(integer(promotions(steps).length), `${integer(refused)} refused`);
    const standing = alerts.filter((alert) => alert.state === "open");
    const tone = standing.some((alert) => alert.severity === "page") ? "bad" : null;
    figures.alerts.show(integer(alerts.length), standing.length > 0 ? `${integer(standing.length)} open` : "none open", null, tone);
    figures.latency.show(milliseconds(latency.p50), `p99 ${milliseconds(latency.p99)}`);
  }

  return { element, show };
}

/** A figure: what it is, its value, and a line that puts it in place. */
function figure(name) {
  const value = h("dd", { class: "figure-value" });
  const note = h("dd", { class: "figure-note" });
  const term = h("dt", null, name);
  const element = h("div", { class: "figure" }, term, value, note);
  return {
    element,
    rename: (next) => say(term, next),
    show(text, remark, tip = null, tone = null) {
      say(value, text);
      say(note, remark);
      assign(element, "title", tip);
      assign(element, "data-tone", tone);
    },
  };
}
