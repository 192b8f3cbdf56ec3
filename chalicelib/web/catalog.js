// What can be chosen: a card a component, with what it brings and takes along.

import { h } from "./dom.js";
import { dollars, minutes } from "./words.js";

/** Return the fieldset of components; `changed(view, parts, settle)` hears of every choice. */
export function components(view, parts, changed) {
  const cards = view.catalog.components.map((component) => card(view, parts, component, changed));
  const all = h(
    "button",
    {
      type: "button",
      class: "quiet",
      onclick: () => {
        const names = view.catalog.components.map((component) => component.name);
        view.chosen = view.chosen.length === names.length ? [] : names;
        changed(view, parts, 0);
      },
    },
    "All of them",
  );
  parts.all = all;
  const left = view.catalog.problems.map((p) =>
    h("p", { class: "dim" }, `${p.component} cannot be used: ${p.message}`),
  );
  const error = h("p", { class: "error", id: "components-error" });
  parts.errors.set("components", { error, input: null });
  return h(
    "fieldset",
    { class: "card", "aria-describedby": error.id },
    h("legend", {}, "What should it show?"),
    all,
    error,
    h("div", { class: "catalog" }, cards),
    left,
  );
}

function card(view, parts, component, changed) {
  const box = h("input", {
    type: "checkbox",
    "aria-describedby": `about-${component.name}`,
    onchange: () => {
      view.chosen = view.chosen.filter((name) => name !== component.name);
      if (box.checked) view.chosen.push(component.name);
      changed(view, parts, 0);
    },
  });
  const along = h("span", { class: "along" });
  const label = h(
    "label",
    { class: "component" },
    box,
    h(
      "span",
      { class: "component-title" },
      component.title,
      h("span", { class: "chip" }, component.name),
    ),
    h("span", { class: "component-about", id: `about-${component.name}` }, component.description),
    h(
      "span",
      { class: "component-facts" },
      h("span", {}, minutes(component.typical_minutes)),
      component.hourly_usd === 0 ? null : h("span", {}, dollars(component.hourly_usd, component.unpriced)),
      component.pulls_in.length
        ? h("span", {}, `requires ${component.pulls_in.filter((n) => n !== "bundle").join(", ")}`)
        : null,
    ),
    along,
  );
  parts.cards.set(component.name, { box, label, along });
  return label;
}
