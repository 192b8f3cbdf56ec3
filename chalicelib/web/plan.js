// The plan before pressing: what is made, in which order, how long it takes, what it costs.

import { announce, h, say } from "./dom.js";
import { planned } from "./timeline.js";
import { dollars, many, minutes } from "./words.js";

/** Return the card, its parts put beside the form's. */
export function planCard(view, parts) {
  Object.assign(parts, {
    total: h("p", { class: "big" }),
    cost: h("p", { class: "dim" }),
    brings: h("p", { class: "dim brings" }),
    submit: h("button", { class: "primary large", type: "submit", disabled: true }),
    refusal: h("p", { class: "error", role: "alert" }),
  });
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "The plan"),
    parts.total,
    parts.cost,
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
  say(parts.total, `About ${minutes(Math.max(1, Math.round(body.typical_minutes)))}`);
  say(parts.cost, `${many(body.steps.length, "step")}, ${dollars(body.hourly_usd, body.unpriced)} while it lives`);
  say(parts.brings, body.pulled_in.length ? `Pulled in: ${body.pulled_in.join(", ")}` : "");
  announce(`${parts.total.textContent}. ${parts.brings.textContent}`);
}
