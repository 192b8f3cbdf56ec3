// What people most often want, as one press before the eight boxes; and what was wanted last.

import { h } from "./dom.js";

const KEY = "components";
const PRESETS = [
  ["Web tier with database", ["asg", "rds"]],
  ["Container service", ["ecs"]],
  ["Delivery pipeline", ["jenkins", "ecs"]],
];

/** Remember a choice, as the next one's preset. */
export const remember = (names) => localStorage.setItem(KEY, JSON.stringify(names));

function lastTime() {
  try {
    const names = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(names) ? names : [];
  } catch {
    return []; // whatever stands there, it is no choice
  }
}

/** Return the row of presets whose components there are; each press chooses exactly its own. */
export function presets(view, changed) {
  const there = new Set(view.catalog.components.map(({ name }) => name));
  const fits = ([, names]) => names.length && names.every((name) => there.has(name));
  return h(
    "div",
    { class: "presets", role: "group", "aria-label": "Presets" },
    [["As last time", lastTime()], ...PRESETS].filter(fits).map(([title, names]) =>
      h(
        "button",
        {
          type: "button",
          class: "plain",
          title: names.join(", "),
          onclick: () => {
            view.chosen = [...names];
            changed();
          },
        },
        title,
      ),
    ),
  );
}
