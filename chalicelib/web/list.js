// Every demo at a glance. The service searches, filters and sorts; the address keeps what is chosen.

import { now, poll, reader } from "./api.js";
import { announce, follow, h, say, stars } from "./dom.js";
import { ghost, headings, row, skeleton, times, update } from "./rows.js";
import { selection } from "./selection.js";
import { PHASES, many, moving } from "./words.js";

const PAGE = 25;
const QUICK = 2; // seconds until the next look after something has changed
const PATIENT = 8; // at most, while a demo is on its way
const SLOW = 20; // while all of them rest
const TYPING = 250; // milliseconds without a key before a search is sent

const SHOWN = [["live", "Live"], ["", "All phases"], ...Object.entries(PHASES)];
const ORDERS = [
  ["newest", "Newest first"],
  ["ends", "Ends soonest"],
  ["name", "By name"],
  ["owner", "By owner"],
  ["phase", "Stuck and failed first"],
];

let last = ""; // what was chosen outlives a visit to a demo's own page

/** Open the list; returns what closes it. */
export function listView(root, { me }) {
  const state = { me, demos: null, cursors: [""], page: 0, wait: QUICK, ...chosen() };
  const view = { state, parts: null, stop: null, picked: selection(() => view.stop.now()) };
  view.parts = build(view);
  root.append(...Object.values(view.parts.sections), view.picked.element);
  again(view);
  view.stop = poll(async (signal) => {
    const page = await look(view, signal);
    if (page) take(view, page);
    state.wait = page ? QUICK : Math.min(PATIENT, state.wait * 1.4);
    return state.demos?.some((demo) => moving(demo, now())) ? state.wait : SLOW;
  });
  const ticking = setInterval(() => tick(view), 1000);
  draw(view);
  return () => {
    view.stop();
    clearInterval(ticking);
    clearTimeout(view.typing);
    view.picked.element.remove();
  };
}

/** Return what the address says, or else what was last chosen. */
function chosen() {
  const words = new URLSearchParams(location.hash.split("?")[1] ?? last);
  return {
    phase: SHOWN.some(([value]) => value === words.get("phase")) ? words.get("phase") : "live",
    order: ORDERS.some(([value]) => value === words.get("order")) ? words.get("order") : "newest",
    q: words.get("q") ?? "",
    mine: words.get("mine") === "true",
  };
}

function query({ phase, q, order, mine }) {
  const words = new URLSearchParams({ phase, order, ...(q ? { q } : {}), ...(mine ? { mine } : {}) });
  if (!phase) words.delete("phase");
  return words;
}

/** Ask anew: another page, or other demos. */
function again(view) {
  const { state } = view;
  const words = query(state);
  const said = new URLSearchParams(words);
  if (!state.phase) said.set("phase", "");
  last = said.toString();
  const plain = last === "phase=live&order=newest";
  history.replaceState(null, "", plain ? "#/" : `#/?${last}`);
  const cursor = state.cursors[state.page];
  view.reader = reader(
    `demos?brief=true&limit=${PAGE}&${words}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
  );
  view.parts.sections.table.setAttribute("aria-busy", "true");
  view.stop?.now();
}

/** Look at the page that is shown; one that came short and empty leads on. */
async function look(view, signal) {
  const { state } = view;
  const mine = view.reader;
  const page = await mine(signal);
  if (view.reader !== mine) return null; // chosen anew meanwhile
  if (page && !page.demos.length && page.next_cursor) {
    state.cursors[state.page] = page.next_cursor;
    again(view);
    return null;
  }
  return page;
}

function take(view, page) {
  const { state } = view;
  const before = state.demos;
  state.demos = page.demos;
  state.next = page.next_cursor;
  if (before) tell(before, page.demos);
  draw(view);
}

function tell(before, after) {
  const known = new Map(before.map((d) => [d.demo_id, d.phase]));
  const news = after.filter((d) => known.has(d.demo_id) && known.get(d.demo_id) !== d.phase);
  if (news.length) announce(news.map((d) => `${d.name}: ${PHASES[d.phase]}`).join(". "));
}

function build(view) {
  const { state } = view;
  const change = (fields, settle = 0) => {
    Object.assign(state, fields, { page: 0, cursors: [""] });
    clearTimeout(view.typing);
    view.typing = setTimeout(() => again(view), settle);
  };
  const search = h("input", {
    type: "search",
    value: state.q,
    maxlength: 100,
    dir: "auto",
    placeholder: "Search name, owner, id, component",
    "aria-label": "Search demos",
    oninput: () => change({ q: search.value }, TYPING),
  });
  const choose = (label, options, name) => {
    const box = h(
      "select",
      { "aria-label": label, onchange: () => change({ [name]: box.value }) },
      options.map(([value, text]) => h("option", { value, selected: value === state[name] }, text)),
    );
    return box;
  };
  const mine = h("input", {
    type: "checkbox",
    checked: state.mine,
    onchange: () => change({ mine: mine.checked }),
  });
  const turn = (by) => () => {
    if (by > 0) state.cursors[state.page + 1] = state.next;
    state.page += by;
    again(view);
  };
  const [back, on] = [
    h("button", { type: "button", class: "plain", onclick: turn(-1) }, "Back"),
    h("button", { type: "button", class: "plain", onclick: turn(1) }, "Next"),
  ];
  const parts = {
    back,
    on,
    count: h("span", { class: "count" }, "\u00a0"),
    where: h("span", { class: "dim" }),
    body: h("div", { role: "rowgroup", class: "rows" }),
  };
  parts.sections = {
    head: h(
      "div",
      { class: "head" },
      h("h1", {}, "Demos"),
      parts.count,
      h("a", { class: "primary button", href: "#/new" }, "New demo"),
    ),
    tools: h(
      "div",
      { class: "tools", role: "search" },
      search,
      choose("Phase", SHOWN, "phase"),
      choose("Order", ORDERS, "order"),
      h("label", { class: "check", hidden: !state.me.admin }, mine, "Only mine"),
    ),
    table: h(
      "div",
      { role: "table", class: "table", "aria-label": "Demos" },
      headings(),
      parts.body,
    ),
    blank: h("div", { class: "blank", hidden: true }),
    pager: h("div", { class: "pager" }, back, parts.where, on),
  };
  return parts;
}

function draw(view) {
  const { state, parts } = view;
  const { table, blank, pager } = parts.sections;
  const loading = state.demos === null;
  const rows = state.demos ?? [];
  table.setAttribute("aria-busy", loading);
  say(parts.count, loading ? "\u00a0" : counted(state));
  const make = () => row(view.picked);
  follow(parts.body, loading ? skeleton() : rows, (d) => d.demo_id, loading ? ghost : make, update);
  view.picked.keep(rows);
  table.hidden = !loading && !rows.length;
  blank.hidden = loading || rows.length > 0;
  if (!blank.hidden) blank.replaceChildren(...nothing(state));
  pager.hidden = loading || (!state.page && !state.next);
  say(parts.where, `Page ${state.page + 1}`);
  parts.back.disabled = state.page === 0;
  parts.on.disabled = !state.next;
}

function counted({ demos, page, next }) {
  if (!page && !next) return many(demos.length, "demo");
  const from = page * PAGE;
  return `${from + Math.min(1, demos.length)} to ${from + demos.length}${next ? ", and more" : ""}`;
}

function nothing({ q, phase, page }) {
  if (!q && !page && phase !== "live" && phase !== "") {
    return [h("h2", {}, "No demo is in this phase"), h("p", {}, "“All phases” shows every demo.")];
  }
  if (q || page) return [h("h2", {}, "No demo fits"), h("p", {}, "Try another word, or show all phases.")];
  return [
    stars(),
    h("h2", {}, "Nothing here yet"),
    h(
      "p",
      {},
      "Create a demo: pick components, watch them being built, share the link. It removes itself when its lease ends. “All phases” also shows removed ones.",
    ),
    h("a", { class: "primary button", href: "#/new" }, "New demo"),
  ];
}

function tick({ state, parts }) {
  if (document.hidden || !state.demos) return;
  const rows = new Map(state.demos.map((d) => [d.demo_id, d]));
  for (const element of parts.body.children) {
    const demo = rows.get(element.dataset.key);
    if (demo && element.parts) times(element, demo);
  }
}
