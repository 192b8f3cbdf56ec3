// What ran when, what is still to come, and the path that decides how long it all takes.

import { follow, h, s, say, set } from "./dom.js";
import { STATES, clock, minutes, span } from "./words.js";

const MINUTE = 60_000;

const at = (iso) => (iso ? Date.parse(iso) : null);

/**
 * How much longer or shorter a typical minute takes here, learnt from the steps that are done.
 * One as long as none is.
 */
export function pace(components) {
  let [took, typical] = [0, 0];
  for (const component of components) {
    if (component.typical_minutes < 0.5 || component.failure || !component.started_at || !component.finished_at)
      continue;
    took += at(component.finished_at) - at(component.started_at);
    typical += component.typical_minutes * MINUTE;
  }
  return typical && took ? Math.min(4, Math.max(0.005, took / typical)) : 1;
}

/** Lay a demo's steps out in time: done ones as they were, the rest as they will likely be. */
export function project(demo, now) {
  const factor = pace(demo.components);
  const bars = new Map();
  const never = new Set(); // what waits for a stack that failed
  for (const component of demo.components) {
    if (component.status === "failed" || component.depends_on.some((name) => never.has(name)))
      never.add(component.name);
    const typical = component.typical_minutes * MINUTE * factor;
    const inputs = component.depends_on.map((name) => bars.get(name)?.to ?? 0);
    const from = at(component.started_at) ?? Math.max(now, ...inputs);
    const to =
      at(component.finished_at) ?? Math.max(from + typical, component.started_at ? now + typical / 20 : 0);
    const done = Boolean(component.finished_at);
    const begun = Boolean(component.started_at);
    const lost = !begun && never.has(component.name);
    bars.set(
      component.name,
      lost ? { component, from: 0, to: 0, lost } : { component, from, to, done, begun },
    );
  }
  return never.size ? [...bars.values()] : marked([...bars.values()], bars);
}

function marked(list, bars) {
  let last = list.reduce((a, b) => (a && a.to >= b.to ? a : b), null);
  while (last) {
    last.critical = true;
    const inputs = last.component.depends_on.map((name) => bars.get(name)).filter(Boolean);
    last = inputs.reduce((a, b) => (a && a.to >= b.to ? a : b), null);
  }
  return list;
}

/** Lay the removal out in time: only steps whose removal has begun have a bar. */
export function removal(demo, now) {
  return demo.components.map((component) => ({
    component,
    from: at(component.removing_at) ?? now,
    to: at(component.removed_at) ?? now,
    begun: Boolean(component.removing_at),
    done: Boolean(component.removed_at),
    removing: true,
  }));
}

/** Return milliseconds until a demo is ready, as it looks now. */
export function remaining(bars, now) {
  return Math.max(0, ...bars.map((bar) => bar.to)) - now;
}

/** A Gantt chart as a list; `draw(bars, from, now)` brings it up to date. */
export class Timeline {
  constructor() {
    this.rows = h("ol", { class: "gantt-rows" });
    // Everything that moves is drawn: shapes that change shift no layout.
    this.ticks = s("svg", { class: "ticks", "aria-hidden": "true" });
    this.nowLine = s("line", { class: "now", y1: "0", y2: "100%" });
    this.element = h(
      "div",
      { class: "gantt" },
      h(
        "div",
        { class: "gantt-body" },
        this.rows,
        s("svg", { class: "gantt-over", "aria-hidden": "true" }, this.nowLine),
      ),
      this.ticks,
    );
  }

  /** Show bars from a moment on; `titles` maps components to their titles. */
  draw(bars, from, now, titles = {}) {
    const to = Math.max(from + 1000, ...bars.map((bar) => bar.to));
    const part = (time) => (100 * (Math.min(Math.max(time, from), to) - from)) / (to - from);
    follow(
      this.rows,
      bars,
      (bar) => bar.component.name,
      () => row(titles),
      (element, bar) => update(element, bar, part, now),
    );
    set(this.nowLine, "x1", `${part(now)}%`);
    set(this.nowLine, "x2", `${part(now)}%`);
    set(this.nowLine, "visibility", now > to ? "hidden" : null);
    axis(this.ticks, to - from, Math.floor(this.ticks.getBoundingClientRect().width / LABEL));
  }
}

function row(titles) {
  const parts = {
    name: h("span", { class: "gantt-name" }),
    text: h("span", { class: "gantt-text" }),
    bar: s("rect", { class: "gantt-bar", y: "26%", height: "48%", rx: 4 }),
  };
  const element = h(
    "li",
    {},
    h("span", { class: "gantt-label" }, parts.name, parts.text),
    s("svg", { class: "gantt-track", "aria-hidden": "true" }, parts.bar),
  );
  return Object.assign(element, { parts, titles });
}

function update(element, bar, part, now) {
  const { parts, titles } = element;
  const { name: component, status } = bar.component;
  say(parts.name, component);
  set(parts.name, "title", titles[component]);
  say(parts.text, told(bar, now));
  const live = bar.begun && !bar.done;
  set(element, "data-state", status);
  element.classList.toggle("planned", !bar.begun);
  element.classList.toggle("live", live);
  element.classList.toggle("critical", Boolean(bar.critical));
  set(parts.bar, "visibility", bar.lost || (bar.removing && !bar.begun) ? "hidden" : null);
  set(parts.bar, "x", `${part(bar.from)}%`);
  set(parts.bar, "width", `${Math.max(0.4, part(bar.to) - part(bar.from))}%`);
}

function told(bar, now) {
  const critical = bar.critical ? " ★" : "";
  if (bar.removing)
    return bar.begun ? clock((bar.done ? bar.to : now) - bar.from) : standing(bar.component.status);
  if (bar.lost) return "not begun";
  const typical = minutes(bar.component.typical_minutes);
  if (!bar.begun) return `about ${typical}${critical}`;
  return `${clock((bar.done ? bar.to : Math.min(now, bar.to)) - bar.from)} / ${typical}${critical}`;
}

/** Return what a step is while its demo is being removed. */
export const standing = (status) => (status === "ready" ? "still there" : STATES[status]);

const LABEL = 75; // pixels that a label of the axis may take
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

function axis(ticks, whole, room) {
  const most = Math.max(1, Math.min(6, room));
  const step = (STEPS.find((seconds) => whole / 1000 / seconds <= most) ?? 86400) * 1000;
  const marks = [];
  for (let time = 0; time <= whole * 0.93; time += step) marks.push(time); // a label needs room
  follow(
    ticks,
    marks,
    (time) => time,
    (time) =>
      s("svg", {}, s("line", { y2: "100%" }), s("text", { x: 5, y: 14 }, time ? span(time) : "0")),
    (element, time) => set(element, "x", `${(100 * time) / whole}%`),
  );
}

/** Lay a plan's steps out as bars, from minute 0. */
export function planned(steps) {
  return steps.map((step) => ({
    component: {
      name: step.component,
      status: "pending",
      typical_minutes: step.ends_minute - step.starts_minute,
    },
    from: step.starts_minute * MINUTE,
    to: step.ends_minute * MINUTE,
    critical: step.critical,
  }));
}
