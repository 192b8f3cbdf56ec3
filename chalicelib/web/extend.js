// A longer lease, or a shorter one: by hours or to a moment, never more than is allowed.

import { now, ask as send } from "./api.js";
import { ask, h, say, toast } from "./dom.js";
import { local, zone } from "./lease.js";
import { many, moment } from "./words.js";

const HOUR = 3600_000;

/** Ask for the new end of a demo's lease, and move it there. */
export async function extendDialog(view) {
  const { lease_hours: caps } = view.me;
  const ends = Date.parse(view.demo.expires_at);
  const last = latest(view);
  const ahead = begins(view.demo) > now();
  const by = h(
    "select",
    { id: "extend-by" },
    [1, 2, 4, 8, 24, 48]
      .filter((hours) => hours <= caps.at_once)
      .map((hours) => h("option", { value: hours, selected: hours === 2 }, many(hours, "hour"))),
  );
  const to = h("input", { id: "extend-to", type: "datetime-local", min: local(since(view.demo)), max: local(last) });
  const end = h("p", { class: "dim two-lines", role: "status" });
  const wanted = () => (to.value ? Date.parse(to.value) : ends + by.value * HOUR);
  const tell = () => say(end, `New end: ${moment(wanted())}.${fault(view.demo, wanted(), last)}`);
  for (const field of [by, to]) field.addEventListener("input", tell);
  by.addEventListener("input", () => (to.value = ""));
  tell();
  const content = h(
    "div",
    { class: "fields" },
    h("label", { for: "extend-by" }, "Let it live longer by"),
    by,
    h("label", { for: "extend-to" }, `or until (${zone()})`),
    to,
    end,
    h(
      "p",
      { class: "dim" },
      `At most ${caps.at_once} hours from ${ahead ? "when it is to be ready" : "now"}, and ${caps.in_total} hours in all: until ${moment(last)}.`,
    ),
  );
  const ready = () => !to.value || !fault(view.demo, wanted(), last);
  if (!(await ask("Extend the lease", content, { yes: "Extend", ready }))) return;
  const body = to.value
    ? { expires_at: new Date(wanted()).toISOString() }
    : { extend_hours: Number(by.value) };
  const done = await view.act(() => send("PATCH", `demos/${view.id}/lease`, { body }));
  if (done) toast(wanted() < ends ? "The lease is shortened." : "The lease is extended.");
}

/** Return when a lease begins, or began. */
const begins = ({ ready_by: by, starts_at: start, created_at: made }) => Date.parse(by ?? start ?? made);

/** Return from when the hours of a lease are counted: now, or its beginning while that is ahead. */
const since = (demo) => Math.max(now(), begins(demo));

function latest({ demo, me: { lease_hours: caps } }) {
  return Math.min(since(demo) + caps.at_once * HOUR, begins(demo) + caps.in_total * HOUR);
}

/** Return what is wrong with an end, as the service would say it, or nothing. */
function fault(demo, end, last) {
  if (end > last) return " That is too late.";
  if (end <= now()) return " That is past.";
  return end > begins(demo) ? "" : " That is before it is to be ready.";
}
