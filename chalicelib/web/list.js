// Every demo at a glance: filters, search, order, pages, countdowns.

import { ask, poll, reader } from "./api.js";
import { announce, follow, h, say, stars, toast } from "./dom.js";
import { ghost, headings, row, skeleton, times, update } from "./rows.js";
import { PHASES, moving } from "./words.js";

const PAGE = 25;
const BATCH = 200;
const QUICK = 2; // seconds until the next look after something has changed
const PATIENT = 8; // at most, while a demo is on its way
const SLOW = 20; // while all of them rest

const SHOWN = [
  ["live", "Live", (d) => d.phase !== "deleted"],
  ["all", "All phases", () => true],
  ...Object.keys(PHASES).map((phase) => [phase, PHASES[phase], (d) => d.phase === phase]),
];

const ORDERS = [
  ["newest", "Newest first", (a, b) => b.created_at.localeCompare(a.created_at)],
  ["ends", "Ends soonest", (a, b) => end(a).localeCompare(end(b))],
  ["name", "By name", (a, b) => a.name.localeCompare(b.name)],
  ["owner", "By owner", (a, b) => a.owner.localeCompare(b.owner)],
  ["phase", "By phase", (a, b) => a.phase.localeCompare(b.phase)],
];

const end = (demo) => (demo.phase === "deleted" ? "9" : "0") + demo.expires_at;
const choices = new Map(); // what was chosen outlives a visit to a demo's own page

/** Open the list; returns what closes it. */
export function listView(root, { me }) {
  const state = {
    me,
    demos: null,
    older: [],
    cursor: null,
    page: 0,
    words: "",
    shown: "live",
    order: "newest",
    mine: false,
    ...choices.get("list"),
  };
  const parts = build(state, () => {
    choices.set("list", { shown: state.shown, order: state.order, mine: state.mine });
    draw(state, parts);
  });
  root.append(parts.head, parts.tools, parts.table, parts.blank, parts.pager);
  let look = firstPage(state.mine);
  const stop = poll(async (signal) => {
    const page = await look(signal);
    if (page) take(state, page, parts);
    state.wait = page ? QUICK : Math.min(PATIENT, state.wait * 1.4);
    return state.demos.some(moving) ? state.wait : SLOW;
  });
  parts.mine.addEventListener("change", () => {
    look = firstPage(state.mine);
    Object.assign(state, { demos: null, older: [], cursor: null });
    draw(state, parts);
    stop.now();
  });
  parts.older.addEventListener("click", () => older(state, parts));
  const ticking = setInterval(() => tick(state, parts), 1000);
  draw(state, parts);
  return () => {
    stop();
    clearInterval(ticking);
  };
}

const address = (mine) => `demos?brief=true&limit=${BATCH}${mine ? "&mine=true" : ""}`;
const firstPage = (mine) => reader(address(mine));

function take(state, page, parts) {
  const before = state.demos;
  const fresh = new Set(page.demos.map((d) => d.demo_id));
  state.older = state.older.filter((d) => !fresh.has(d.demo_id));
  if (!state.older.length) state.cursor = page.next_cursor;
  state.demos = page.demos;
  if (before) tell(before, page.demos);
  draw(state, parts);
}

function tell(before, after) {
  const known = new Map(before.map((d) => [d.demo_id, d.phase]));
  const news = after.filter((d) => known.has(d.demo_id) && known.get(d.demo_id) !== d.phase);
  if (news.length) announce(news.map((d) => `${d.name}: ${PHASES[d.phase]}`).join(". "));
}

async function older(state, parts) {
  parts.older.disabled = true;
  try {
    const page = await ask(
      "GET",
      `${address(state.mine)}&cursor=${encodeURIComponent(state.cursor)}`,
    );
    state.older.push(...page.demos);
    state.cursor = page.next_cursor;
    draw(state, parts);
  } catch (error) {
    if (error.status !== 401) toast(`${error.message}.`, { bad: true });
  } finally {
    parts.older.disabled = false;
  }
}

function build(state, changed) {
  const search = h("input", {
    type: "search",
    placeholder: "Search name, owner, id, component",
    "aria-label": "Search demos",
    oninput: () => changed(Object.assign(state, { words: search.value.toLowerCase(), page: 0 })),
  });
  const choose = (label, options, name) => {
    const box = h(
      "select",
      {
        "aria-label": label,
        onchange: () => changed(Object.assign(state, { [name]: box.value, page: 0 })),
      },
      options.map(([value, text]) => h("option", { value, selected: value === state[name] }, text)),
    );
    return box;
  };
  const mine = h("input", {
    type: "checkbox",
    checked: state.mine,
    onchange: () => (state.mine = mine.checked),
  });
  const turn = (by) => () => {
    state.page += by;
    changed();
  };
  const count = h("span", { class: "count" }, "\u00a0");
  const [back, on] = [
    h("button", { type: "button", class: "plain", onclick: turn(-1) }, "Back"),
    h("button", { type: "button", class: "plain", onclick: turn(1) }, "Next"),
  ];
  const where = h("span", { class: "dim" });
  const more = h("button", { type: "button", class: "plain" }, "Load older demos");
  const body = h("div", { role: "rowgroup", class: "rows" });
  return {
    mine,
    body,
    back,
    on,
    where,
    count,
    older: more,
    head: h(
      "div",
      { class: "head" },
      h("h1", {}, "Demos"),
      count,
      h("a", { class: "primary button", href: "#/new" }, "New demo"),
    ),
    tools: h(
      "div",
      { class: "tools", role: "search" },
      search,
      choose("Phase", SHOWN, "shown"),
      choose("Order", ORDERS, "order"),
      h("label", { class: "check", hidden: !state.me.admin }, mine, "Only mine"),
    ),
    table: h("div", { role: "table", class: "table", "aria-label": "Demos" }, headings(), body),
    blank: h("div", { class: "blank", hidden: true }),
    pager: h("div", { class: "pager" }, back, where, on, more),
  };
}

function chosen(state) {
  const all = [...(state.demos ?? []), ...state.older];
  const [, , fits] = SHOWN.find(([name]) => name === state.shown);
  const [, , order] = ORDERS.find(([name]) => name === state.order);
  const words = state.words.split(/\s+/).filter(Boolean);
  const text = (d) => `${d.name} ${d.owner} ${d.demo_id} ${d.component_names.join(" ")}`.toLowerCase();
  return all.filter((d) => fits(d) && words.every((word) => text(d).includes(word))).sort(order);
}

function draw(state, parts) {
  const loading = state.demos === null;
  const found = chosen(state);
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  state.page = Math.min(Math.max(0, state.page), pages - 1);
  const rows = found.slice(state.page * PAGE, (state.page + 1) * PAGE);
  state.rows = rows;
  parts.table.setAttribute("aria-busy", loading);
  say(parts.count, loading ? "\u00a0" : counted(state, found));
  follow(parts.body, loading ? skeleton() : rows, (d) => d.demo_id, loading ? ghost : row, update);
  parts.table.hidden = !loading && !rows.length;
  parts.blank.hidden = loading || rows.length > 0;
  if (!parts.blank.hidden) parts.blank.replaceChildren(...blank(state));
  parts.pager.hidden = loading || (pages < 2 && !state.cursor);
  say(parts.where, `${state.page + 1} of ${pages}`);
  parts.back.hidden = parts.on.hidden = parts.where.hidden = pages < 2;
  parts.back.disabled = state.page === 0;
  parts.on.disabled = state.page === pages - 1;
  parts.older.hidden = !state.cursor;
}

function counted(state, found) {
  const all = state.demos.length + state.older.length;
  const whole = `${all}${state.cursor ? "+" : ""}`;
  return found.length === all ? whole : `${found.length} of ${whole}`;
}

function blank(state) {
  const none = state.demos.length + state.older.length === 0;
  if (none) {
    return [
      stars(),
      h("h2", {}, "Nothing here yet"),
      h(
        "p",
        {},
        "Ask for a demo: pick components, watch them come up, share the link. It removes itself when its lease ends.",
      ),
      h("a", { class: "primary button", href: "#/new" }, "New demo"),
    ];
  }
  const ended = state.shown === "live" && !state.words;
  return [
    h("h2", {}, ended ? "Nothing is running" : "No demo fits"),
    h(
      "p",
      {},
      ended
        ? "Every demo has ended and is removed. “All phases” still shows them."
        : "Try another word, or show all phases.",
    ),
  ];
}

function tick(state, parts) {
  if (document.hidden || !state.rows) return;
  const rows = new Map(state.rows.map((d) => [d.demo_id, d]));
  for (const element of parts.body.children) {
    const demo = rows.get(element.dataset.key);
    if (demo && element.parts) times(element, demo);
  }
}
