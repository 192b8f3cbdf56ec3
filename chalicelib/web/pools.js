// Pools of demos that wait for an owner: how each is doing, and setting one. For admins.

import { ask, capital } from "./api.js";
import { ask as dialog, follow, h, say, set, toast } from "./dom.js";
import { dollars } from "./words.js";

const EVERY = 10_000;
const NUMBERS = [
  ["ready", "Kept ready", "How many demos wait for the next request.", 1],
  ["max_unready", "Made at once", "How many may be on their way.", 2],
  ["unclaimed_hours", "Hours unclaimed", "How old one gets that nobody takes.", 24],
];

/** Open the view; returns what closes it. */
export function poolsView(root) {
  const view = { list: h("div", { class: "pools" }), closed: false, timer: 0 };
  view.none = h("p", { class: "dim" }, "There is no pool yet.");
  const add = h("button", { type: "button", class: "primary" }, "New pool");
  add.addEventListener("click", () => edit(view, null));
  root.append(
    h("div", { class: "head" }, h("h1", {}, "Pools"), add),
    h(
      "p",
      { class: "dim" },
      "Demos that nobody owns yet. A request takes one that fits, and what it lacks is added.",
    ),
    view.none,
    view.list,
  );
  refresh(view);
  return () => {
    view.closed = true;
    clearTimeout(view.timer);
  };
}

async function refresh(view) {
  clearTimeout(view.timer);
  try {
    const { pools } = await ask("GET", "pools");
    if (view.closed) return;
    view.none.hidden = pools.length > 0;
    follow(view.list, pools, (pool) => pool.name, () => card(view), draw);
  } catch (error) {
    if (error.status === 401 || view.closed) return;
    toast(`${capital(error.message)}.`, { bad: true });
  }
  view.timer = setTimeout(() => refresh(view), EVERY);
}

function card(view) {
  const parts = {
    name: h("h2", {}),
    made: h("p", { class: "chips" }),
    state: h("p", { class: "lead" }),
    facts: h("p", { class: "dim" }),
    why: h("p", { class: "error", role: "status" }),
    change: h("button", { type: "button", class: "plain" }, "Change"),
    remove: h("button", { type: "button", class: "quiet danger-text" }, "Delete"),
  };
  const element = h(
    "section",
    { class: "card" },
    h("div", { class: "card-head" }, parts.name, h("div", { class: "inline" }, parts.change, parts.remove)),
    parts.made,
    parts.state,
    parts.facts,
    parts.why,
  );
  element.parts = parts;
  parts.change.addEventListener("click", () => edit(view, element.pool));
  parts.remove.addEventListener("click", () => remove(view, element.pool));
  return element;
}

function draw(element, pool) {
  const { parts } = element;
  const { status } = pool;
  element.pool = pool;
  say(parts.name, pool.name);
  follow(parts.made, pool.components, (name) => name, (name) => h("span", { class: "chip" }, name), () => {});
  const wanted = status.ending ? "is being deleted" : `of ${status.wanted} wanted`;
  say(parts.state, `${status.ready} ready ${wanted}${status.unready ? `, ${status.unready} on the way` : ""}`);
  const price = status.hourly_usd == null ? "price not known" : `${dollars(status.hourly_usd)} while they wait`;
  say(parts.facts, `${status.claimed} taken, ${status.missed} missed; ${price}`);
  say(parts.why, status.paused ? `Paused: ${status.paused}. Change it to go on.` : "");
  for (const button of [parts.change, parts.remove]) set(button, "disabled", status.ending);
  set(parts.change, "aria-label", `Change ${pool.name}`);
  set(parts.remove, "aria-label", `Delete ${pool.name}`);
}

async function remove(view, pool) {
  const content = h("p", {}, "The demos that wait in it are removed within minutes. Those that were taken stay.");
  if (!(await dialog(`Delete the pool ${pool.name}?`, content, { yes: "Delete", danger: true }))) return;
  await send(view, "DELETE", pool.name);
}

async function edit(view, pool) {
  let catalog;
  try {
    catalog = await ask("GET", "catalog");
  } catch (error) {
    if (error.status !== 401) toast(`${capital(error.message)}.`, { bad: true });
    return;
  }
  const fields = form(catalog.components, pool);
  const title = pool ? `Change the pool ${pool.name}` : "New pool";
  const filled = () => Boolean(fields.name.value) && fields.chosen().length > 0;
  if (!(await dialog(title, fields.element, { yes: pool ? "Change" : "Create", ready: filled }))) return;
  await send(view, "PUT", fields.name.value, { body: { ...kept(pool), ...fields.values() } });
}

/** Return what the form does not show of a pool, so that changing it loses nothing. */
function kept(pool) {
  if (!pool) return {};
  const { parameters, region, windows } = pool;
  return { parameters, region, windows };
}

function form(components, pool) {
  const name = h("input", { id: "pool-name", pattern: "[a-z][a-z0-9\\-]*", maxlength: 30, required: true, readonly: Boolean(pool), value: pool?.name ?? "" });
  const boxes = components
    .filter((component) => component.name !== "bundle")
    .map((component) => box(component, pool));
  const numbers = NUMBERS.map(([key, label, hint, value]) => number(key, label, hint, pool?.[key] ?? value));
  const tier = h(
    "select",
    { id: "pool-tier" },
    h("option", { value: "hot", selected: pool?.tier !== "stopped" }, "Running"),
    h("option", { value: "stopped", selected: pool?.tier === "stopped" }, "Paused, at less cost"),
  );
  const element = h(
    "div",
    { class: "fields" },
    labelled("pool-name", "Name", name, "Lower-case letters, digits and hyphens."),
    h("fieldset", {}, h("legend", { class: "key" }, "Components"), boxes.map((each) => each.element)),
    numbers.map((each) => each.element),
    labelled("pool-tier", "They wait", tier, "A paused one takes some minutes more."),
  );
  const chosen = () => boxes.filter((each) => each.input.checked).map((each) => each.input.value);
  const values = () => ({
    components: chosen(),
    tier: tier.value,
    ...Object.fromEntries(numbers.map((each) => [each.key, Number(each.input.value)])),
  });
  return { element, name, chosen, values };
}

function box(component, pool) {
  const why = component.not_poolable;
  const input = h("input", {
    type: "checkbox",
    value: component.name,
    checked: pool?.components.includes(component.name) ?? false,
    disabled: why.length > 0,
  });
  const note = why.length ? `cannot wait: it takes ${why.join(", ")}` : component.name;
  const label = h("span", {}, `${component.title} `, h("span", { class: "dim" }, note));
  return { input, element: h("label", { class: "check" }, input, label) };
}

function number(key, label, hint, value) {
  const input = h("input", { id: `pool-${key}`, type: "number", min: 0, step: "any", value });
  return { key, input, element: labelled(input.id, label, input, hint) };
}

function labelled(id, label, input, hint) {
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    input,
    h("span", { class: "dim hint" }, hint),
  );
}

async function send(view, method, name, options = {}) {
  try {
    await ask(method, `pools/${encodeURIComponent(name)}`, options);
    toast(method === "PUT" ? `The pool ${name} is filled within minutes.` : `The pool ${name} is being deleted.`);
  } catch (error) {
    if (error.status !== 401) toast(`${capital(error.message)}.`, { bad: true });
  }
  await refresh(view);
}
