// A failed demo tried again, with other parameters where somebody wants them.

import { ask as send } from "./api.js";
import { ask, h, toast } from "./dom.js";
import { parameterFields } from "./parameters.js";

/** Ask for parameters and try again; nothing need be changed. */
export async function retryDialog(view) {
  const { demo, catalog } = view;
  const form = { catalog, parameters: { ...demo.parameters } };
  const fields = parameterFields(form, () => {});
  fields.draw(new Set(demo.components.map((component) => component.name)));
  const content = h(
    "div",
    { class: "fields" },
    h("p", {}, "What failed is removed and made again. What is there stays."),
    fields.element,
  );
  if (await ask("Try again?", content, { yes: "Try again" })) {
    const body = { parameters: difference(demo.parameters, form.parameters) };
    const done = await view.act(() => send("POST", `demos/${demo.demo_id}/retry`, { body }));
    if (done) toast("It is being tried again.");
  }
}

/** Return what turns one set of parameters into another: null takes one back to its default. */
export function difference(before, after) {
  const gone = Object.keys(before).filter((name) => !(name in after));
  const set = Object.entries(after).filter(([name, value]) => before[name] !== value);
  return Object.fromEntries([...set, ...gone.map((name) => [name, null])]);
}
