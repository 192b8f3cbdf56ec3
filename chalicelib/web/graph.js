// The dependency graph as a picture: levels from left to right, or downwards where it is narrow.

import { h, s, say, set } from "./dom.js";
import { STATES, clock, glyph, minutes } from "./words.js";

const NARROW = 620;
const SLIMMEST = 96; // pixels of a node

/** Return the steps' edges without those that others imply, so that the picture stays clear. */
export function reduced(steps) {
  const after = new Map(steps.map((step) => [step.component, step.depends_on]));
  const reaches = (from, to) =>
    (after.get(from) ?? []).some((next) => next === to || reaches(next, to));
  return new Map(
    steps.map((step) => [
      step.component,
      step.depends_on.filter((a) => !step.depends_on.some((b) => b !== a && reaches(b, a))),
    ]),
  );
}

/** Lay steps out in levels, each level ordered by where its inputs lie. */
export function levels(steps) {
  const edges = reduced(steps);
  const depth = new Map();
  const deep = (name) => {
    if (!depth.has(name)) depth.set(name, Math.max(-1, ...(edges.get(name) ?? []).map(deep)) + 1);
    return depth.get(name);
  };
  const rows = [];
  for (const step of steps) (rows[deep(step.component)] ??= []).push(step.component);
  const place = new Map();
  const weigh = (name) => {
    const inputs = edges.get(name).map((input) => place.get(input));
    return inputs.length ? inputs.reduce((a, b) => a + b, 0) / inputs.length : 0;
  };
  rows.forEach((row, level) => {
    if (level) row.sort((a, b) => weigh(a) - weigh(b) || a.localeCompare(b));
    row.forEach((name, i) => place.set(name, (i + 1) / (row.length + 1)));
  });
  return { rows, edges };
}

/** A picture of steps; `draw(steps)` brings it up to date. */
export class Graph {
  constructor(label, press = null) {
    this.press = press;
    const role = press ? "group" : "img"; // what is inside an image is nothing to press
    this.svg = s("svg", { class: "graph", role, "aria-label": label });
    this.element = h("div", { class: "graph-box" }, this.svg);
    this.steps = [];
    this.shape = "";
    this.watch = new ResizeObserver(() => this.arrange());
    this.watch.observe(this.element);
  }

  close() {
    this.watch.disconnect();
  }

  /** Show steps: { component, after, state, text, critical, title }. */
  draw(steps, label) {
    this.steps = steps;
    if (label) set(this.svg, "aria-label", label);
    this.arrange();
    for (const step of steps) this.paint(step);
  }

  arrange() {
    const width = this.element.clientWidth;
    const shape = JSON.stringify([width, this.steps.map((step) => [step.component, step.depends_on])]);
    if (!width || !this.steps.length || shape === this.shape) return;
    this.shape = shape;
    const held = [...(this.nodes ?? [])].find(([, { group }]) => group === document.activeElement);
    const plan = levels(this.steps);
    const at = positions(plan.rows, width);
    set(this.svg, "width", width);
    set(this.svg, "height", at.height);
    set(this.svg, "viewBox", `0 0 ${width} ${at.height}`);
    this.nodes = new Map();
    this.edges = [];
    const lines = s("g", { class: "edges" });
    const nodes = s("g");
    for (const step of this.steps) {
      for (const input of plan.edges.get(step.component))
        lines.append(this.edge(input, step.component, at));
      nodes.append(this.node(step, at));
    }
    this.svg.replaceChildren(lines, nodes);
    for (const step of this.steps) this.paint(step);
    if (held) this.nodes.get(held[0])?.group.focus();
  }

  edge(from, to, at) {
    const path = s("path", { class: "edge", d: curve(at.of.get(from), at.of.get(to), at) });
    this.edges.push({ from, to, path });
    return path;
  }

  node(step, at) {
    const { x, y } = at.of.get(step.component);
    const parts = {
      group: s("g", { class: "node", transform: `translate(${x} ${y})` }),
      sign: s("text", { class: "node-sign", x: 14, y: 24 }),
      name: s("text", { class: "node-name", x: 32, y: 24 }, step.component),
      text: s("text", { class: "node-text", x: 14, y: 43 }),
      title: s("title", {}, step.title ?? step.component),
    };
    const box = s("rect", { class: "node-box", width: at.wide, height: at.high, rx: 10 });
    if (this.press) pressable(parts.group, () => this.press(step.component));
    parts.group.append(parts.title, box, parts.sign, parts.name, parts.text);
    this.nodes.set(step.component, parts);
    return parts.group;
  }

  paint(step) {
    const parts = this.nodes?.get(step.component);
    if (!parts) return;
    set(parts.group, "data-state", step.state);
    if (this.press) set(parts.group, "aria-label", `${step.title}. Show its resources`);
    parts.group.classList.toggle("critical", Boolean(step.critical));
    say(parts.title, step.title ?? step.component);
    say(parts.sign, glyph(step.state));
    say(parts.text, step.text);
    for (const { from, to, path } of this.edges) {
      if (from !== step.component) continue;
      set(path, "data-state", step.state);
      const end = this.steps.find((other) => other.component === to);
      path.classList.toggle("critical", Boolean(step.critical && end?.critical));
    }
  }
}

function pressable(group, press) {
  set(group, "role", "button");
  set(group, "tabindex", "0");
  group.classList.add("pressable");
  group.addEventListener("click", press);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    press();
  });
}

function positions(levelled, width) {
  const down = width < NARROW;
  const [high, across, along] = [56, 14, down ? 34 : 44];
  const fit = Math.max(1, Math.floor((width - 4 + across) / (SLIMMEST + across)));
  const rows = down ? levelled.flatMap((row) => lines(row, fit)) : levelled;
  const most = Math.max(...rows.map((row) => row.length));
  const room = down
    ? (width - 4 - across * (most - 1)) / most
    : (width - along * (rows.length - 1)) / rows.length;
  const w = Math.floor(Math.min(190, Math.max(SLIMMEST, room)));
  const step = (down ? w : high) + across;
  const breadth = most * step - across;
  const offset = down ? Math.max(0, (width - 4 - breadth) / 2) : 0;
  const gap =
    rows.length > 1 && !down ? Math.min(90, (width - rows.length * w) / (rows.length - 1)) : along;
  const of = new Map();
  rows.forEach((row, level) => {
    const start = offset + (breadth - (row.length * step - across)) / 2;
    row.forEach((name, i) => {
      const [a, b] = [start + i * step, level * ((down ? high : w) + gap)];
      of.set(name, down ? { x: a + 2, y: b + 2 } : { x: b + 2, y: a + 2 });
    });
  });
  const height = (down ? rows.length * (high + gap) - gap : breadth) + 4;
  return { of, wide: down ? w : w - 4, high, down, height };
}

/** Return a level in lines of so many nodes at most: on a phone not all of them fit side by side. */
function lines(row, fit) {
  const count = Math.ceil(row.length / fit);
  const each = Math.ceil(row.length / count);
  return Array.from({ length: count }, (_, i) => row.slice(i * each, (i + 1) * each));
}

function curve(from, to, { wide, high, down }) {
  const [x1, y1, x2, y2] = down
    ? [from.x + wide / 2, from.y + high, to.x + wide / 2, to.y]
    : [from.x + wide, from.y + high / 2, to.x, to.y + high / 2];
  const bend = (down ? y2 - y1 : x2 - x1) / 2;
  return down
    ? `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`
    : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Return what a node says of a live step: its state, time taken and time typical. */
export function nodeText(component, elapsed) {
  const typical = minutes(component.typical_minutes);
  if (component.status === "pending") return `about ${typical}`;
  if (["creating", "ready"].includes(component.status)) return `${clock(elapsed)} / ${typical}`;
  return STATES[component.status];
}
