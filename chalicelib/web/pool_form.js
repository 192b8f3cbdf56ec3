// What is wanted of a pool: its components, its numbers, and hours with other numbers.

import { capital } from "./api.js";
import { h, say, set } from "./dom.js";
import { windowsEditor } from "./windows.js";

const NUMBERS = [
  ["ready", "Kept ready", "How many demos wait for the next request.", 1],
  ["max_unready", "Building at once", "How many may be building.", 2],
  ["unclaimed_hours", "Hours unclaimed", "After so long an unclaimed one is replaced.", 24],
];

/** Return a form for a pool, or for a new one: `filled()`, `values()`, and `complain(problem)`. */
export function poolForm(components, pool) {
  const name = h("input", { id: "pool-name", pattern: "[a-z][a-z0-9\\-]*", maxlength: 30, required: true, readonly: Boolean(pool), value: pool?.name ?? "" });
  const boxes = components
    .filter((component) => component.name !== "bundle")
    .map((component) => box(component, pool));
  const numbers = NUMBERS.map(([key, label, hint, value]) => number(key, label, hint, pool?.[key] ?? value));
  const windows = windowsEditor(pool?.windows ?? []);
  const tier = waiting(pool);
  const refusal = h("p", { class: "error", role: "alert" });
  const element = h(
    "div",
    { class: "fields" },
    labelled("pool-name", "Name", name, "Lower-case letters, digits and hyphens."),
    h("fieldset", {}, h("legend", { class: "key" }, "Components"), boxes.map((each) => each.element)),
    numbers.map((each) => each.element),
    windows.element,
    labelled("pool-tier", "While they wait", tier, "A request waits some minutes more for a paused one."),
    refusal,
  );
  const chosen = () => boxes.filter((each) => each.input.checked).map((each) => each.input.value);
  return {
    element,
    name,
    filled: () => Boolean(name.value) && chosen().length > 0,
    values: () => ({
      components: chosen(),
      tier: tier.value,
      windows: windows.values(),
      ...Object.fromEntries(numbers.map((each) => [each.key, Number(each.input.value)])),
    }),
    complain: (problem) => complain(problem, numbers, windows, refusal),
  };
}

function waiting(pool) {
  return h(
    "select",
    { id: "pool-tier" },
    h("option", { value: "hot", selected: pool?.tier !== "stopped" }, "Running"),
    h("option", { value: "stopped", selected: pool?.tier === "stopped" }, "Paused, at less cost"),
  );
}

/** Say what is wrong beside the field it is wrong with, and the rest below; the form stays open. */
function complain({ message, errors }, numbers, windows, refusal) {
  const told = new Map(errors.map((error) => [error.field, error.message]));
  for (const { key, input } of numbers) set(input, "aria-invalid", told.has(key) ? "true" : null);
  const placed = windows.complain(errors);
  const rest = errors.filter(({ field }) => !placed.has(field)).map(({ field, message: why }) => `${field}: ${why}`);
  say(refusal, errors.length ? rest.join("; ") : `${capital(message)}.`);
  return false;
}

function box(component, pool) {
  const why = component.not_poolable;
  const input = h("input", {
    type: "checkbox",
    value: component.name,
    checked: pool?.components.includes(component.name) ?? false,
    disabled: why.length > 0,
  });
  const note = why.length ? `cannot be in a pool: its template takes ${why.join(", ")}` : component.name;
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
