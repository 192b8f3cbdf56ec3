// A form's fields: each with its hint, and with what is wrong with it in the same place.

import { h, say, says, set } from "./dom.js";

/** Return a field; what is wrong with it is said by `complain`. */
export function field(parts, name, label, input, hint) {
  const error = h("span", { class: "error", id: `${name}-error` });
  parts.errors.set(name, { error, input });
  input.id ||= `field-${name}`;
  set(input, "aria-describedby", `${name}-hint ${name}-error`);
  return h(
    "div",
    { class: "field" },
    h("label", { for: input.id }, label),
    input,
    says(h("span", { class: "dim hint", id: `${name}-hint` }, hint), error),
  );
}

/** Say what is wrong beside the field it is wrong with, and the rest by the button. */
export function complain(parts, errors, message = "") {
  const rest = [];
  for (const { error, input } of parts.errors.values()) {
    say(error, "");
    if (input) set(input, "aria-invalid", null);
  }
  const placed = parts.fields.complain(errors);
  for (const { field: path, message: problem } of errors) {
    const place = parts.errors.get(path.split(".")[0]);
    if (place) {
      say(place.error, problem);
      if (place.input) set(place.input, "aria-invalid", "true");
    } else if (!placed.has(path)) rest.push(`${path}: ${problem}`);
  }
  say(parts.refusal, errors.length ? rest.join("; ") : message);
  if (parts.refusal.textContent) parts.hide();
  if (errors.length || message) parts.submit.disabled = true;
}
