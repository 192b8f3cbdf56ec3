// When a demo is to be ready: asked for in the form, and moved or given up while it waits.

import { now, ask as send } from "./api.js";
import { ask, h, say, set, toast } from "./dom.js";
import { local, zone } from "./lease.js";
import { moment } from "./words.js";

const HOUR = 3600_000;

/** Return a field for a moment to come, as far ahead as is allowed. */
function momentField(ahead, attributes = {}) {
  const input = h("input", { type: "datetime-local", ...attributes });
  const bounds = () => {
    set(input, "min", local(now()));
    if (ahead) set(input, "max", local(now() + ahead * HOUR));
  };
  input.addEventListener("focus", bounds);
  bounds();
  return input;
}

/** Return what is wrong with what stands in such a field, or nothing. */
function momentFault(input, ahead) {
  // Half of a moment is no value to the browser: it would be taken for none.
  if (input.validity.badInput) return "Give both the date and the time.";
  if (!input.value) return "";
  const at = Date.parse(input.value);
  if (!(at > now())) return "Must lie in the future.";
  return at > now() + ahead * HOUR ? `Must be at most ${ahead / 24} days ahead.` : "";
}

/** The form's field: `fault()` says what is wrong with it. Empty is as soon as possible. */
export function readyField(view, { ahead }, changed) {
  const take = () => {
    view.readyBy = input.value ? Date.parse(input.value) : null;
    changed();
  };
  const input = momentField(ahead, { oninput: take, onblur: take });
  if (view.readyBy) input.value = local(view.readyBy);
  return { input, hint: `Empty: as soon as possible. In your zone, ${zone()}.`, fault: () => momentFault(input, ahead) };
}

/** Ask for another moment to be ready by, and move a demo that waits there. */
export async function moveDialog(view) {
  const { demo, me } = view;
  const { ahead } = me.lease_hours;
  const length = Date.parse(demo.expires_at) - Date.parse(demo.ready_by);
  const input = momentField(ahead, { id: "move-to" });
  input.value = local(Date.parse(demo.ready_by));
  const told = h("p", { class: "dim two-lines", role: "status" });
  const ready = () => Boolean(input.value) && !momentFault(input, ahead);
  const tell = () => {
    const end = () => new Date(Date.parse(input.value) + length).toISOString();
    say(told, ready() ? `Its lease keeps its length: it ends ${moment(end())}.` : momentFault(input, ahead));
  };
  input.addEventListener("input", tell);
  tell();
  const content = h("div", { class: "fields" }, h("label", { for: input.id }, `Ready by (${zone()})`), input, told);
  if (!(await ask("When is it to be ready?", content, { yes: "Reschedule", ready }))) return;
  const by = new Date(input.value).toISOString();
  if (await patch(view, by)) toast(`It is to be ready by ${moment(by)}.`);
}

/** Begin a demo that waits at once. */
export async function startNow(view) {
  if (await patch(view, null)) toast("It is being started.");
}

const patch = (view, by) =>
  view.act(() => send("PATCH", `demos/${view.id}`, { body: { ready_by: by } }));
