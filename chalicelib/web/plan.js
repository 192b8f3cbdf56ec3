// The plan before pressing: what is made, in which order, how long it takes, what it costs.

import { announce, h, say } from "./dom.js";
import { planned } from "./timeline.js";
import { dollars, many, minutes } from "./words.js";

/** Return the card, its parts put beside the form's. */
export function planCard(view, parts) {
  Object.assign(parts, {
    total: h("p", { class: "big" }),
    cost: h("p", { class: "dim" }),
    quota: h("p", { class: "dim" }),
    warning: h("p", { class: "error warning", role: "status" }),
    brings: h("p", { class: "dim brings" }),
    submit: h("button", { class: "primary large", type: "submit", disabled: true }),
    refusal: h("p", { class: "error", role: "alert" }),
  });
  say(parts.quota, held(view.me));
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "The plan"),
    parts.total,
    parts.cost,
    parts.quota,
    parts.warning,
    view.graph.element,
    parts.brings,
    view.timeline.element,
    parts.refusal,
    parts.submit,
  );
}

/** Show that nothing is chosen yet. */
export function nothing(view, parts) {
  parts.submit.disabled = true;
  say(parts.warning, "");
  say(parts.total, "Pick a component");
  say(parts.cost, "The plan shows what is made, in which order, and how long it takes.");
  say(parts.brings, "");
  view.graph.element.hidden = true;
  view.timeline.element.hidden = true;
}

/** Show the service's answer. */
export function drawPlan(view, parts, body) {
  const titles = Object.fromEntries(view.catalog.components.map((c) => [c.name, c.title]));
  view.graph.element.hidden = view.timeline.element.hidden = false;
  parts.submit.disabled = false;
  view.graph.draw(
    body.steps.map((step) => ({
      component: step.component,
      depends_on: step.depends_on,
      critical: step.critical,
      title: titles[step.component],
      state: body.pulled_in.includes(step.component) ? "brought" : "chosen",
      text: minutes(step.ends_minute - step.starts_minute),
    })),
    `Plan: ${body.steps.map((s) => `${s.component}${s.depends_on.length ? ` after ${s.depends_on.join(", ")}` : ""}`).join("; ")}`,
  );
  view.timeline.draw(planned(body.steps), 0, Infinity, titles);
  say(parts.total, duration(body));
  say(parts.cost, price(body, view));
  say(parts.warning, tooShort(body, view));
  say(parts.brings, body.pulled_in.length ? `Comes along: ${body.pulled_in.join(", ")}` : "");
  announce(`${parts.total.textContent}. ${parts.brings.textContent}`);
}

/** Return how long it takes now: less where a pool has a demo that fits. */
function duration({ typical_minutes: making, from_pool: waiting }) {
  const about = (n) => `About ${minutes(Math.max(1, Math.round(n)))}`;
  return waiting ? `${about(waiting.typical_minutes)}, from a pool` : about(making);
}

/** Return how full the quotas are, and what to do when one is. */
function held({ quotas }) {
  const { held_own: own, per_owner: most, held_in_all: all, in_all: places } = quotas;
  const used = `${own} of ${most} yours, ${all} of ${places} in all.`;
  if (own >= most) return `${used} Delete one of yours before you create another.`;
  return all >= places ? `${used} Somebody must delete one before you can create another.` : used;
}

function price({ steps, hourly_usd: usd, unpriced, lease_usd: whole }, { hours, me }) {
  const an_hour = `${many(steps.length, "component")}, ${dollars(usd, unpriced)}`;
  const span = many(hours ?? me.lease_hours.default, "hour");
  return whole === null ? `${an_hour}.` : `${an_hour}, $${whole.toFixed(2)} for ${span}.`;
}

/** Return a warning when the lease leaves little of the demo, or nothing. */
function tooShort({ typical_minutes: making }, { hours, me }) {
  const lease = (hours ?? me.lease_hours.default) * 60;
  if (lease >= making * 1.5) return "";
  const left = lease > making ? `${minutes(lease - making)} of it are left` : "nothing of it is left";
  return `The lease is ${minutes(lease)}, and building takes about ${minutes(making)}: ${left}.`;
}
