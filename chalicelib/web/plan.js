// The plan before pressing: what is made, in which order, how long it takes, what it costs.

import { announce, h, say } from "./dom.js";
import { Timeline, planned } from "./timeline.js";
import { dollars, many, minutes, moment } from "./words.js";

/** Return the card, its parts put beside the form's. */
export function planCard(view, parts) {
  Object.assign(parts, {
    total: h("p", { class: "big" }, "\u00a0"),
    cost: h("p", { class: "dim two-lines" }),
    begins: h("p", { class: "dim two-lines begins" }),
    quota: h("p", { class: "dim" }),
    warning: h("p", { class: "error warning", role: "status" }),
    brings: h("p", { class: "dim brings" }),
    submit: h("button", { class: "primary large", type: "submit", disabled: true }),
    refusal: h("p", { class: "error", role: "alert" }),
    hide: () => hide(view, parts),
  });
  say(parts.quota, held(view.me));
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "The plan"),
    parts.total,
    parts.cost,
    parts.begins,
    parts.quota,
    parts.warning,
    parts.submit,
    parts.refusal,
    // What is as high as the plan is long stands last: the button stays under the thumb.
    parts.brings,
    view.graph.element,
    view.timeline.element,
  );
}

/** Show that nothing is chosen yet. */
export function nothing(view, parts) {
  parts.submit.disabled = true;
  say(parts.warning, "");
  say(parts.begins, "");
  say(parts.total, "Pick a component");
  say(parts.cost, "The plan shows what is made, in which order, and how long it takes.");
  hide(view, parts);
}

/** Take away the picture of a plan that holds no more; another one comes in its place. */
function hide(view, parts) {
  say(parts.brings, "");
  for (const { element } of [view.graph, view.timeline]) element.hidden = true;
}

/** Show the service's answer. */
export function drawPlan(view, parts, body) {
  const titles = Object.fromEntries(view.catalog.components.map((c) => [c.name, c.title]));
  view.graph.element.hidden = view.timeline.element.hidden = false;
  renew(view, body.steps);
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
  say(parts.begins, begins(body));
  say(parts.warning, late(body) || tooShort(body, view));
  say(parts.brings, brings(body));
  announce(`${parts.total.textContent}. ${parts.begins.textContent} ${parts.warning.textContent} ${parts.brings.textContent}`);
}

/** Take a new timeline for other steps: rows that are there already would move. */
function renew(view, steps) {
  const names = steps.map((step) => step.component).join();
  if (view.drawn !== names) {
    const old = view.timeline.element;
    view.timeline = new Timeline();
    old.replaceWith(view.timeline.element);
  }
  view.drawn = names;
}

/** Return how long it takes now: less where a pool has a demo that fits. */
function duration({ typical_minutes: making, from_pool: waiting }) {
  const takes = waiting ? waiting.typical_minutes : making;
  return `About ${minutes(Math.max(1, Math.round(takes)))}`;
}

function brings({ pulled_in: names, from_pool: waiting }) {
  const along = names.length ? `Added, as required: ${names.join(", ")}.` : "";
  return waiting ? `${along} Taken from a pool.`.trim() : along;
}

/** Return how full the quotas are, and what to do when one is. */
function held({ quotas }) {
  const { held_own: own, per_owner: most, held_in_all: all, in_all: places } = quotas;
  const used = `${own} of ${most} yours, ${all} of ${places} in all.`;
  if (own >= most) return `${used} Delete one of yours before you create another.`;
  return all >= places ? `${used} Somebody must delete one before you can create another.` : used;
}

/** Return when the making begins and the demo ends, where it is to be ready by some moment. */
function begins({ start }) {
  if (!start) return "Starts at once.";
  const from = start.starts_at ? moment(start.starts_at) : "at once";
  return `Starts ${from}, ends ${moment(start.expires_at)}.`;
}

const late = ({ start }) =>
  start?.minutes_late ? `It will probably be ${many(start.minutes_late, "minute")} late.` : "";

function price({ steps, hourly_usd: usd, unpriced, lease_usd: whole, start }, { hours, me }) {
  const an_hour = `${many(steps.length, "component")}, ${dollars(usd, unpriced)}`;
  // What is begun for a moment costs from its start on, which is before its lease.
  const span = start ? "until it ends" : `for ${many(hours ?? me.lease_hours.default, "hour")}`;
  return whole === null ? `${an_hour}.` : `${an_hour}, $${whole.toFixed(2)} ${span}.`;
}

/** Return a warning when the lease leaves little of the demo, or nothing. */
function tooShort({ typical_minutes: making, start }, { hours, me }) {
  if (start) return "";
  const lease = (hours ?? me.lease_hours.default) * 60;
  if (lease >= making * 1.5) return "";
  const left = lease > making ? `${minutes(lease - making)} of it are left` : "nothing of it is left";
  return `The lease is ${minutes(lease)}, and building takes about ${minutes(making)}: ${left}.`;
}
