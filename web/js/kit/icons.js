// Icons as paths on a 24 by 24 grid, drawn with the colour of the text around them.

import { svg } from "../core/html.js";

const PATHS = {
  source: "M4 12h10m-4-5 5 5-5 5M19 5v14",
  topic: "M4 7h16M4 12h16M4 17h10",
  deployment: "M12 3 20 7.5v9L12 21l-8-4.5v-9ZM12 12l8-4.5M12 12v9M12 12 4 7.5",
  monitor: "M3 12h4l3-7 4 14 3-7h4",
  policy: "M12 3v4m0 10v4M3 12h4m10 0h4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8",
  registry: "M6 3h12v18l-6-4-6 4Z",
  dataset: "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  imported: "M12 3v11m-4-4 4 4 4-4M4 17v3h16v-3",
  trained: "M4 19 10 5l4 9 2-4 4 9M4 19h16",
  registered: "M6 3h12v18l-6-4-6 4Z",
  deployed: "M12 21V10m-5 4 5-5 5 5M5 4h14",
  alert: "M12 4 21 20H3Zm0 6v5m0 2.5v.1",
  resolved: "M4 12.5 9.5 18 20 6.5",
  triggered: "M13 3 5 13.5h6L10 21l8-10.5h-6Z",
  dataset_cut: "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  judged: "M12 3v18M7 21h10M5 7h14M5 7l-3 7h6Zm14 0-3 7h6Z",
  promoted: "M12 20V5m-6 6 6-6 6 6",
  refused: "M5.6 5.6l12.8 12.8M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  failed: "M6 6l12 12M18 6 6 18",
  running: "M7 5v14l12-7Z",
  finished: "M4 12.5 9.5 18 20 6.5",
  idle: "M8 6v12M16 6v12",
  copy: "M9 9h11v11H9ZM5 15H4V4h11v1",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2m0 16v2M2 12h2m16 0h2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  system: "M3 5h18v11H3ZM8 20h8m-4-4v4",
  help: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4m0 3.5v.1",
  chevron: "M9 6l6 6-6 6",
  close: "M6 6l12 12M18 6 6 18",
  table: "M3 5h18v14H3ZM3 10h18M9 10v9",
};

/** An icon, hidden from screen readers: the word beside it says what it says. */
export function icon(name, className) {
  return svg(
    "svg",
    {
      viewBox: "0 0 24 24",
      width: 16,
      height: 16,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.8,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      "aria-hidden": "true",
      class: className,
    },
    svg("path", { d: PATHS[name] ?? PATHS.topic }),
  );
}

/** The martlet. */
export function bird(className) {
  return svg(
    "svg",
    { viewBox: "0 0 32 32", width: 24, height: 24, fill: "currentColor", "aria-hidden": "true", class: className },
    svg("path", {
      d: "M1.5 10C8 8.4 12.2 9.6 14.6 12.4 14.8 10.4 15.3 9.3 16 8.8c.7.5 1.2 1.6 1.4 3.6C19.8 9.6 24 8.4 30.5 10 25 11.6 20.9 14.6 18.5 19l2.1 8.4L16 23.2l-4.6 4.2L13.5 19C11.1 14.6 7 11.6 1.5 10Z",
    }),
  );
}
