// The rows of the list: made once, then only what differs is written.

import { now } from "./api.js";
import { follow, h, outside, say, set } from "./dom.js";
import { brief, countdown, glyph, moment, span, stateOf, wordOf } from "./words.js";

const SHOWN_LINKS = 2; // as many as a row has room for

/** Return the row of headings. */
export function headings() {
  const names = ["Demo", "Phase", "Components", "Age", "Lease", "Links"];
  return h(
    "div",
    { role: "rowgroup", class: "headings" },
    h(
      "div",
      { role: "row", class: "row" },
      names.map((name) => h("span", { role: "columnheader" }, name)),
    ),
  );
}

/** Return what stands in for rows until there are some. */
export const skeleton = () => [..."123456"].map((n) => ({ demo_id: `ghost-${n}` }));

/** Return a row that is not there yet. */
export const ghost = () =>
  h("div", { class: "row ghost", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

/** Return an empty row, with a box to pick its demo by. */
export function row(picked) {
  const cell = (name, ...inside) => h("div", { role: "cell", class: name }, inside);
  const parts = {
    pick: picked.box(),
    name: h("a", { class: "name", dir: "auto" }),
    id: h("bdi", { class: "dim" }),
    sign: h("span", { class: "sign", "aria-hidden": "true" }),
    phase: h("span"),
    progress: h("span", { class: "dim" }),
    chips: h("span", { class: "chips" }),
    age: h("span"),
    left: h("span"),
    links: h("span"),
    more: h("a", { hidden: true }),
  };
  const made = h(
    "div",
    { role: "row", class: "row" },
    cell("who-what", parts.pick, parts.name, parts.id),
    cell("state", h("span", { class: "pill" }, parts.sign, parts.phase), parts.progress),
    cell("parts", parts.chips),
    cell("age", parts.age),
    cell("lease", parts.left),
    cell("open links", parts.links, parts.more),
  );
  made.parts = parts;
  return made;
}

/** Bring a row up to date with its demo. */
export function update(element, demo) {
  const signature = JSON.stringify(demo);
  if (!element.parts || element.signature === signature) return;
  element.signature = signature;
  const { parts } = element;
  parts.pick.demo = demo;
  set(parts.pick, "aria-label", `Select ${demo.name}`);
  parts.pick.disabled = demo.desired_state === "deleted";
  say(parts.name, demo.name);
  set(parts.name, "href", `#/demos/${demo.demo_id}`);
  say(parts.id, `${demo.demo_id} · ${demo.owner}`);
  follow(
    parts.chips,
    demo.component_names,
    (name) => name,
    (name) => h("span", { class: "chip" }, name),
    () => {},
  );
  const links = Object.entries(demo.links);
  follow(
    parts.links,
    links.slice(0, SHOWN_LINKS),
    ([title, url]) => `${title} ${url}`,
    ([title, url]) => outside(url, title),
    () => {},
  );
  more(parts.more, demo, links.length - SHOWN_LINKS);
  set(parts.age, "title", `Requested ${moment(demo.created_at)}`);
  set(parts.left, "title", `${demo.ready_by ? `To be ready ${moment(demo.ready_by)}. ` : ""}Ends ${moment(demo.expires_at)}`);
  times(element, demo);
}

/** Say how many links a row leaves out, so that it is as high as the others; the demo has them. */
function more(link, demo, count) {
  link.hidden = count <= 0;
  if (link.hidden) return;
  link.href = `#/demos/${demo.demo_id}`;
  say(link, `+${count}`);
  set(link, "aria-label", `+${count} links of ${demo.name}`);
}

function note(demo, state, at) {
  if (state === "scheduled") return `from ${brief(demo.starts_at, at)}`;
  if (demo.failure && demo.phase !== "quarantined") return `${demo.failure.component} failed`;
  if (demo.phase === "provisioning") return `${demo.progress.ready} of ${demo.progress.of}`;
  return "";
}

/** Bring what a row says of time up to date: whether it waits, its age and its countdown. */
export function times(element, demo) {
  const at = now();
  const { parts } = element;
  const state = stateOf(demo, at);
  set(element, "data-state", state);
  say(parts.sign, glyph(state));
  say(parts.phase, wordOf(state));
  say(parts.progress, note(demo, state, at));
  say(parts.age, span(at - Date.parse(demo.created_at)));
  const over = demo.phase === "deleted" || demo.desired_state === "deleted";
  say(parts.left, over ? (demo.phase === "deleted" ? "ended" : "ending") : lease(demo, state, at));
  const soon = !over && Date.parse(demo.expires_at) - at < 30 * 60 * 1000;
  parts.left.classList.toggle("soon", soon);
}

/** Return what is left of a lease; before its demo is begun, when that is to be ready. */
const lease = (demo, state, at) =>
  state === "scheduled" ? `ready by ${brief(demo.ready_by, at)}` : countdown(demo.expires_at, at);
