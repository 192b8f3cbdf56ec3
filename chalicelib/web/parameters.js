// The templates' own parameters as fields: defaults, allowed values, descriptions.

import { follow, h, say, says, set } from "./dom.js";

/** The fields of what a demo is made of; `draw(names)` shows those of the named components. */
export function parameterFields(view, changed) {
  const groups = h("div", { class: "groups" });
  const count = h("span", { class: "dim" });
  const element = h(
    "details",
    { class: "card more" },
    h("summary", {}, h("span", { class: "legend" }, "Settings of the components"), count),
    groups,
  );
  const panel = { element, places: new Map() };
  panel.draw = (names) => {
    const shown = view.catalog.components.filter((c) => names.has(c.name) && own(c).length);
    view.shown = new Set(shown.flatMap((c) => own(c).map((p) => p.name)));
    say(count, view.shown.size ? `${view.shown.size}, each with a default` : "none to set");
    follow(
      groups,
      shown,
      (c) => c.name,
      (c) => group(view, panel, c, changed),
      () => {},
    );
  };
  panel.complain = (errors) => complain(panel, errors);
  return panel;
}

const own = (component) => component.parameters.filter(({ filled, secret }) => !filled && !secret);

function group(view, panel, component, changed) {
  return h(
    "section",
    {},
    h("h2", {}, component.title),
    h(
      "div",
      { class: "grid" },
      own(component).map((parameter) => field(view, panel, parameter, changed)),
    ),
  );
}

function field(view, panel, parameter, changed) {
  const id = `parameter-${parameter.name}`;
  const input = parameter.allowed_values.length ? choice(parameter) : entry(parameter);
  const error = h("span", { class: "error", id: `${id}-error` });
  input.id = id;
  input.value = view.parameters[parameter.name] ?? parameter.default ?? "";
  set(input, "aria-describedby", `${id}-hint ${id}-error`);
  input.addEventListener("input", () => {
    if (input.value === (parameter.default ?? "")) delete view.parameters[parameter.name];
    else view.parameters[parameter.name] = input.value;
    changed();
  });
  panel.places.set(parameter.name, { input, error });
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, parameter.label || words(parameter.name)),
    input,
    says(h("span", { class: "dim hint", id: `${id}-hint` }, hint(parameter)), error),
  );
}

const choice = (parameter) =>
  h(
    "select",
    {},
    parameter.allowed_values.map((value) =>
      h("option", { value }, value === parameter.default ? `${value} (default)` : value),
    ),
  );

function entry(parameter) {
  const { type, min_value: min, max_value: max } = parameter;
  if (type === "Number") return h("input", { type: "number", min, max, autocomplete: "off" });
  return h("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
  });
}

function hint({
  description,
  min_value: min,
  max_value: max,
  constraint,
  default: value,
  allowed_values: allowed,
}) {
  const range = min != null && max != null ? `${min} to ${max}.` : "";
  const normal = value && !allowed.length ? `Default: ${value}.` : "";
  return [description, range || constraint || "", normal].filter(Boolean).join(" ");
}

/** Return a parameter's name as words: DatabaseStorageGb becomes Database storage gb. */
function words(name) {
  const split = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return split.charAt(0).toUpperCase() + split.slice(1);
}

/** Say what is wrong beside each field; return the paths that have one. */
function complain(panel, errors) {
  const wrong = new Map(errors.map(({ field: path, message }) => [path, message]));
  const placed = new Set();
  for (const [name, { input, error }] of panel.places) {
    const path = `parameters.${name}`;
    say(error, wrong.get(path) ?? "");
    set(input, "aria-invalid", wrong.has(path) ? "true" : null);
    if (wrong.has(path)) placed.add(path);
  }
  if (placed.size) panel.element.open = true;
  return placed;
}
