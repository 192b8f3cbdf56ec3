// Changing a demo: the form for a new one, filled with what this one is, and the plan of the change.

import { ask as send, capital } from "./api.js";
import { components } from "./catalog.js";
import { along } from "./create.js";
import { h, say, toast } from "./dom.js";
import { complain, field } from "./fields.js";
import { Graph } from "./graph.js";
import { parameterFields } from "./parameters.js";
import { drawPlan, planCard } from "./plan.js";
import { difference } from "./retry.js";
import { Timeline } from "./timeline.js";
import { dollars, minutes } from "./words.js";

const SETTLE = 200;
const CHANGE = "Change this demo";

/** Open the form for a demo; returns what closes it. */
export function changeView(root, { me, id, title }) {
  const view = { me, id, graph: new Graph("Plan"), timeline: new Timeline(), turn: 0 };
  load(root, view, title);
  return () => {
    view.closed = true;
    clearTimeout(view.settling);
    view.graph.close();
  };
}

async function load(root, view, title) {
  try {
    [view.catalog, view.demo] = await Promise.all([
      send("GET", "catalog"),
      send("GET", `demos/${view.id}`),
    ]);
  } catch (error) {
    if (error.status !== 401)
      root.append(h("p", { class: "blank", role: "alert" }, `${capital(error.message)}.`));
    return;
  }
  if (view.closed) return;
  const { demo } = view;
  Object.assign(view, {
    chosen: [...demo.requested_components],
    name: demo.name,
    cidr: demo.allowed_cidr.join(", "),
    parameters: { ...demo.parameters },
    keep: demo.keep_on_failure,
    replace: false,
  });
  title(`Change ${demo.name}`);
  const parts = build(view);
  root.append(...parts.sections);
  changed(view, parts);
}

function build(view) {
  const parts = { cards: new Map(), errors: new Map() };
  const again = () => changed(view, parts);
  parts.fields = parameterFields(view, again);
  const form = h(
    "form",
    { class: "columns new", novalidate: true },
    h("div", { class: "wide" }, components(view, parts, changed), settings(view, parts, again), parts.fields.element),
    h("div", { class: "side plan" }, planCard(view, parts)),
  );
  // A change takes no place in a quota, moves no lease, and begins a demo no sooner.
  for (const about of [parts.begins, parts.quota, parts.warning]) about.hidden = true;
  parts.effects = h("p", { class: "effects" });
  parts.brings.after(parts.effects);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(view, parts);
  });
  const back = h("a", { class: "up", href: `#/demos/${view.id}` }, view.demo.name);
  const head = h("div", { class: "head" }, h("div", { class: "titles" }, back, h("h1", {}, "Change")));
  parts.sections = [head, form];
  return parts;
}

function settings(view, parts, again) {
  const text = (key, attributes) => {
    const oninput = (event) => again((view[key] = event.target.value));
    return h("input", { ...attributes, autocomplete: "off", value: view[key], oninput });
  };
  const check = (key, label) => {
    const onchange = (event) => again((view[key] = event.target.checked));
    const box = h("input", { type: "checkbox", checked: view[key], onchange });
    return h("label", { class: "check" }, box, label);
  };
  return h(
    "fieldset",
    { class: "card" },
    h("legend", {}, "How should it be?"),
    h(
      "div",
      { class: "grid" },
      field(parts, "name", "Name", text("name", { maxlength: 60, dir: "auto" }), "What your prospects read."),
      field(
        parts,
        "allowed_cidr",
        "Who may reach it",
        text("cidr", { spellcheck: "false" }),
        "Up to ten blocks, by comma.",
      ),
    ),
    check("keep", "If a component fails, keep the demo until its lease ends, to look into it"),
    check("replace", "What holds data may be replaced: the data in it is lost"),
  );
}

function changed(view, parts, settle = SETTLE) {
  const brought = along(view);
  for (const [name, { box, label, along: note }] of parts.cards) {
    box.checked = view.chosen.includes(name);
    label.classList.toggle("chosen", box.checked);
    label.classList.toggle("brought", brought.has(name));
    say(note, brought.has(name) ? `required by ${brought.get(name).join(", ")}` : "");
  }
  say(parts.submit, CHANGE);
  parts.fields.draw(new Set([...view.chosen, ...brought.keys()]));
  clearTimeout(view.settling);
  view.settling = setTimeout(() => plan(view, parts), settle);
}

const blocks = (view) => view.cidr.split(/[\s,]+/).filter(Boolean);

/** Return only what differs from the demo as it is (JSON Merge Patch). */
function wanted(view) {
  const { demo } = view;
  const parameters = difference(demo.parameters, view.parameters);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const set_ = (list) => [...list].sort();
  return {
    ...(same(set_(view.chosen), set_(demo.requested_components)) ? {} : { components: view.chosen }),
    ...(view.name.trim() === demo.name ? {} : { name: view.name.trim() }),
    ...(same(blocks(view), demo.allowed_cidr) ? {} : { allowed_cidr: blocks(view) }),
    ...(Object.keys(parameters).length ? { parameters } : {}),
    ...(view.keep === demo.keep_on_failure ? {} : { keep_on_failure: view.keep }),
    ...(view.replace ? { allow_replacement: true } : {}),
  };
}

async function plan(view, parts) {
  view.turn += 1;
  const turn = view.turn;
  const patch = wanted(view);
  try {
    const [planned, change] = await Promise.all([
      send("POST", "plan", { body: whole(view) }),
      send("POST", "plan", { body: { ...patch, demo_id: view.id } }),
    ]);
    if (turn !== view.turn || view.closed) return;
    complain(parts, []);
    drawPlan(view, parts, planned);
    say(parts.total, takes(change));
    say(parts.cost, costs(change));
    say(parts.effects, effects(change));
    parts.submit.disabled = !Object.keys(patch).length;
  } catch (error) {
    if (turn !== view.turn || view.closed || error.status === 401) return;
    complain(parts, error.errors, `${capital(error.message)}.`);
    parts.submit.disabled = true;
  }
}

/** Return what would be requested to make the demo as it is to be. */
const whole = (view) => ({
  components: view.chosen,
  name: view.name.trim(),
  allowed_cidr: blocks(view),
  parameters: Object.fromEntries(
    Object.entries(view.parameters).filter(([name]) => view.shown?.has(name)),
  ),
  region: view.demo.region,
});

const takes = ({ typical_minutes: long }) =>
  long ? `About ${minutes(Math.max(1, Math.round(long)))}` : "Nothing to build";

/** Say what it costs afterwards, and how much more or less that is than now. */
function costs({ hourly_usd: usd, unpriced, hourly_usd_difference: more }) {
  const differs = Math.abs(more) >= 0.00005;
  const than = differs ? `$${Math.abs(more).toFixed(4)} an hour ${more > 0 ? "more" : "less"} than now` : "as now";
  return `${dollars(usd, unpriced)} while it runs: ${than}.`;
}

const EFFECTS = {
  created: "Created",
  updated: "Updated in place",
  replaced: "Replaced, its data lost",
  deleted: "Removed",
};

/** Say what the change does to which components. */
function effects(change) {
  const told = Object.entries(EFFECTS).filter(([key]) => change[key].length);
  return told.map(([key, word]) => `${word}: ${change[key].join(", ")}.`).join(" ");
}

async function submit(view, parts) {
  clearTimeout(view.settling);
  view.turn += 1; // a plan that is still to come would wipe what the service says now
  parts.submit.disabled = true;
  try {
    await send("PATCH", `demos/${view.id}`, { body: wanted(view) });
    location.hash = `#/demos/${view.id}`;
  } catch (error) {
    if (error.status === 401) return;
    complain(parts, error.errors, `${capital(error.message)}.`);
    toast(`${capital(error.message)}.`, { bad: true });
    parts.submit.disabled = false;
  }
}
