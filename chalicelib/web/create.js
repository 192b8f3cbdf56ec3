// Asking for a demo: what each component brings, what it requires, and the plan before pressing.

import { capital, ask as send } from "./api.js";
import { components } from "./catalog.js";
import { curlButton } from "./curl.js";
import { h, say, set, toast } from "./dom.js";
import { complain, field } from "./fields.js";
import { Graph } from "./graph.js";
import { parameterFields } from "./parameters.js";
import { leaseFault, leaseFields } from "./lease.js";
import { drawPlan, nothing, planCard } from "./plan.js";
import { readyField } from "./schedule.js";
import { presets, remember as rememberChoice } from "./presets.js";
import { Timeline } from "./timeline.js";

const DRAFT = "draft"; // survives a sign-in in the middle of filling it in
const SETTLE = 200;
const AGAIN = 5000; // milliseconds
const CREATE = "Create this demo";

/** Open the form; returns what closes it. */
export function createView(root, { me }) {
  const view = {
    me,
    catalog: null,
    graph: new Graph("Plan"),
    timeline: new Timeline(),
    turn: 0,
    ...draft(),
  };
  load(root, view);
  return () => {
    view.closed = true;
    clearTimeout(view.settling);
    view.graph.close();
  };
}

function draft() {
  const empty = {
    chosen: [],
    name: "",
    hours: null,
    readyBy: null, // milliseconds
    cidr: null,
    region: null,
    parameters: {},
    keep: false,
  };
  return { ...empty, ...JSON.parse(sessionStorage.getItem(DRAFT) ?? "{}") };
}

function remember(view) {
  const { chosen, name, hours, readyBy, cidr, region, parameters, keep } = view;
  sessionStorage.setItem(
    DRAFT,
    JSON.stringify({ chosen, name, hours, readyBy, cidr, region, parameters, keep }),
  );
}

async function load(root, view) {
  try {
    [view.catalog, view.me] = await Promise.all([send("GET", "catalog"), send("GET", "me")]);
  } catch (error) {
    if (error.status !== 401)
      root.append(h("p", { class: "blank", role: "alert" }, `${capital(error.message)}.`));
    return;
  }
  if (view.closed) return;
  const names = new Set(view.catalog.components.map((component) => component.name));
  view.chosen = view.chosen.filter((name) => names.has(name));
  const parts = build(view);
  root.append(...parts.sections);
  changed(view, parts);
}

function build(view) {
  const parts = {
    cards: new Map(),
    errors: new Map(),
    fields: parameterFields(view, () => changed(view, parts)),
  };
  const form = h(
    "form",
    { class: "columns new", novalidate: true },
    h(
      "div",
      { class: "wide" },
      presets(view, () => changed(view, parts, 0)),
      components(view, parts, changed),
      settings(view, parts),
      parts.fields.element,
    ),
    h("div", { class: "side plan" }, planCard(view, parts)),
  );
  parts.curl = curlButton("POST", "demos", () => wanted(view));
  parts.submit.after(parts.curl);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(view, parts);
  });
  parts.sections = [h("div", { class: "head" }, h("h1", {}, "New demo")), form];
  return parts;
}

function settings(view, parts) {
  const { me } = view;
  const caps = me.lease_hours;
  const input = (key, attributes) => {
    const box = h("input", {
      ...attributes,
      autocomplete: "off",
      dir: "auto",
      oninput: () => {
        view[key] = box.value;
        changed(view, parts);
      },
    });
    box.value = view[key] ?? "";
    return box;
  };
  const lease = leaseFields(view, parts, caps, () => changed(view, parts));
  const ready = readyField(view, caps, () => {
    lease.follow();
    changed(view, parts);
  });
  parts.readyFault = ready.fault;
  const region = h(
    "select",
    { onchange: () => changed(Object.assign(view, { region: region.value }), parts) },
    me.regions.map((name) => h("option", { value: name, selected: name === view.region }, name)),
  );
  const keep = h("input", {
    type: "checkbox",
    checked: view.keep,
    onchange: () => changed(Object.assign(view, { keep: keep.checked }), parts),
  });
  return h(
    "fieldset",
    { class: "card" },
    h("legend", {}, "How should it be?"),
    h(
      "div",
      { class: "grid" },
      field(
        parts,
        "name",
        "Name",
        input("name", { maxlength: 60, placeholder: "Demo for Acme, Thursday" }),
        "What your prospects read.",
      ),
      field(parts, "ready_by", "Ready by", ready.input, ready.hint),
      field(parts, "ttl_hours", "Lease in hours", lease.hours, lease.hint),
      field(parts, "until", "or until", lease.until, `In your zone, ${lease.zone}.`),
      field(
        parts,
        "allowed_cidr",
        "Who may reach it",
        input("cidr", { placeholder: me.cidr, spellcheck: "false" }),
        `Up to ten blocks, by comma. Empty: only you, ${me.cidr}.`,
      ),
      me.regions.length > 1
        ? field(parts, "region", "Region", region, "Where its stacks are made.")
        : null,
    ),
    h(
      "label",
      { class: "check" },
      keep,
      "If a component fails, keep the demo until its lease ends, to look into it",
    ),
  );
}

/** Return what the chosen components pull in, each with who brings it. */
export function along(view) {
  const brought = new Map();
  for (const component of view.catalog.components) {
    if (!view.chosen.includes(component.name)) continue;
    for (const name of component.pulls_in) {
      if (!view.chosen.includes(name))
        brought.set(name, [...(brought.get(name) ?? []), component.name]);
    }
  }
  return brought;
}

function changed(view, parts, settle = SETTLE) {
  const brought = along(view);
  for (const [name, { box, label, along: note }] of parts.cards) {
    box.checked = view.chosen.includes(name);
    label.classList.toggle("chosen", box.checked);
    label.classList.toggle("brought", brought.has(name));
    say(note, brought.has(name) ? `required by ${brought.get(name).join(", ")}` : "");
  }
  say(parts.submit, view.chosen.length ? CREATE : "Choose at least one component");
  set(parts.curl, "disabled", !view.chosen.length);
  say(parts.all, view.chosen.length === parts.cards.size ? "None of them" : "All of them");
  parts.fields.draw(new Set([...view.chosen, ...brought.keys()]));
  remember(view);
  clearTimeout(view.settling);
  view.settling = setTimeout(() => plan(view, parts), settle);
}

function wanted(view) {
  const cidr = (view.cidr ?? "").split(/[\s,]+/).filter(Boolean);
  const parameters = Object.fromEntries(
    Object.entries(view.parameters).filter(([name]) => view.shown?.has(name)),
  );
  return {
    components: view.chosen,
    ...(view.name.trim() ? { name: view.name.trim() } : {}),
    ...(view.readyBy === null ? {} : { ready_by: new Date(view.readyBy).toISOString() }),
    ...(view.hours === null ? {} : { ttl_hours: view.hours }),
    ...(cidr.length ? { allowed_cidr: cidr } : {}),
    ...(view.region ? { region: view.region } : {}),
    ...(Object.keys(parameters).length ? { parameters } : {}),
    ...(view.keep ? { keep_on_failure: true } : {}),
  };
}

/** Return what the page itself sees to be wrong, as the service would answer it. */
function faults(view, parts) {
  const found = { ready_by: parts.readyFault(), ttl_hours: leaseFault(view) };
  return Object.entries(found)
    .filter(([, message]) => message)
    .map(([field, message]) => ({ field, message }));
}

async function plan(view, parts) {
  view.turn += 1;
  const turn = view.turn;
  if (!view.chosen.length) {
    complain(parts, []);
    return nothing(view, parts);
  }
  const wrong = faults(view, parts);
  if (wrong.length) return noPlan(parts, wrong);
  try {
    const body = await send("POST", "plan", { body: wanted(view) });
    if (turn !== view.turn || view.closed) return;
    complain(parts, []);
    drawPlan(view, parts, body);
  } catch (error) {
    if (turn !== view.turn || view.closed || error.status === 401) return;
    noPlan(parts, error.errors, `${capital(error.message)}.`);
    // Nothing was wrong with the form: look again when the service may be there.
    if (error.status === 0 || error.status >= 500) view.settling = setTimeout(() => plan(view, parts), AGAIN);
  }
}

/** Say why there is no plan; the price of an earlier one is not that of the form any more. */
function noPlan(parts, errors, message) {
  complain(parts, errors, message);
  say(parts.cost, "The price is shown when the plan can be made.");
  say(parts.begins, "");
}

async function submit(view, parts) {
  if (!view.chosen.length) return;
  clearTimeout(view.settling);
  const wrong = faults(view, parts);
  if (wrong.length) return noPlan(parts, wrong);
  view.turn += 1; // a plan that is still to come would wipe what the service says now
  parts.submit.disabled = true;
  say(parts.submit, "Creating …");
  // One key a filled-in form: pressing twice, or again after a lost answer, makes one demo.
  const body = wanted(view);
  if (view.keyed !== JSON.stringify(body))
    Object.assign(view, { keyed: JSON.stringify(body), key: crypto.randomUUID() });
  try {
    const demo = await send("POST", "demos", { body, headers: { "Idempotency-Key": view.key } });
    sessionStorage.removeItem(DRAFT);
    rememberChoice(view.chosen);
    location.hash = `#/demos/${demo.demo_id}`;
  } catch (error) {
    if (error.status === 401) return;
    complain(parts, error.errors, error.message);
    toast(`${capital(error.message)}.`, { bad: true });
    parts.submit.disabled = false;
  } finally {
    say(parts.submit, CREATE);
  }
}
