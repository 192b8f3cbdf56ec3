// Pools of demos that wait for an owner: how each is doing, and setting one. For admins.

import { ask, capital } from "./api.js";
import { ask as dialog, follow, h, say, set, toast } from "./dom.js";
import { poolForm } from "./pool_form.js";
import { dollars, many, sentence } from "./words.js";

const EVERY = 10_000;

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
  say(parts.facts, `${status.claimed} claimed, ${many(status.missed, "request")} found none ready; ${price}.`);
  say(parts.why, status.paused ? `${sentence(`Paused: ${status.paused}`)} Change it to go on.` : "");
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
  const form = poolForm(catalog.components, pool);
  const put = async () => {
    const body = { ...kept(pool), ...form.values() };
    const error = await send(view, "PUT", form.name.value, { body });
    return !error || error.status === 401 || form.complain(error);
  };
  const title = pool ? `Change the pool ${pool.name}` : "New pool";
  await dialog(title, form.element, { yes: pool ? "Change" : "Create", ready: form.filled, send: put });
}

/** Return what the form does not show of a pool, so that changing it loses nothing. */
function kept(pool) {
  return pool ? { parameters: pool.parameters, region: pool.region } : {};
}

/** Send it, say how it went, and return the problem if there was one. */
async function send(view, method, name, options = {}) {
  try {
    await ask(method, `pools/${encodeURIComponent(name)}`, options);
    toast(method === "PUT" ? `The pool ${name} is filled within minutes.` : `The pool ${name} is being deleted.`);
    await refresh(view);
    return null;
  } catch (error) {
    if (method === "DELETE" && error.status !== 401) toast(`${capital(error.message)}.`, { bad: true });
    return error;
  }
}
