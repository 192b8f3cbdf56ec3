// Pausing a demo and resuming it: what is lost and what it costs is said before. One that has not
// begun has nothing to pause: then another moment may be set for it.

import { now, ask as send } from "./api.js";
import { ask, h, say, show, toast } from "./dom.js";
import { moveDialog } from "./schedule.js";
import { dollars, waiting } from "./words.js";

/** The button beside a demo's title. */
export function pauseButton(view) {
  // The words lie over each other: the buttons beside it stay where they are.
  const words = Object.keys(DEEDS).map((word) => h("span", {}, word));
  const button = h("button", { type: "button", class: "plain" }, h("span", { class: "one-of" }, words));
  button.addEventListener("click", () => DEEDS[deed(view.demo, now())](view));
  return {
    element: button,
    draw() {},
    tick(demo, at) {
      for (const word of words) show(word, word.textContent === deed(demo, at));
      button.disabled = demo.desired_state === "deleted" || demo.phase === "failed";
    },
  };
}

const DEEDS = { Pause: pause, Resume: resume, Reschedule: moveDialog };

function deed(demo, at) {
  if (waiting(demo, at)) return "Reschedule";
  return demo.desired_state === "paused" ? "Resume" : "Pause";
}

const wish = (view, state) =>
  view.act(() => send("PATCH", `demos/${view.id}`, { body: { desired_state: state } }));

async function resume(view) {
  if (await wish(view, "running")) toast("It is being resumed.");
}

async function pause(view) {
  const cost = h("p", { class: "dim two-lines" });
  const lost = losses(view);
  const content = h(
    "div",
    { class: "fields" },
    h("p", {}, "Its links stop working until it is resumed. Its lease runs on."),
    lost.length ? h("p", {}, "Lost for good:") : h("p", {}, "Nothing is lost."),
    lost.length ? h("ul", { class: "plain-list" }, lost.map((text) => h("li", {}, text))) : null,
    cost,
  );
  price(view, cost);
  if (await ask("Pause this demo?", content, { yes: "Pause" })) {
    if (await wish(view, "paused")) toast("It is being paused.");
  }
}

/** Return what a pause loses of a demo's components, by the templates' own words. */
function losses({ demo, catalog }) {
  const known = new Map(catalog.components.map((component) => [component.name, component]));
  return demo.components
    .map(({ name }) => known.get(name))
    .filter((component) => component?.pause_loses)
    .map((component) => `${component.title}: ${component.pause_loses}`);
}

/** Say what it costs while it rests, if the service can tell. */
async function price({ demo }, cost) {
  const body = {
    components: demo.requested_components,
    parameters: demo.parameters,
    allowed_cidr: demo.allowed_cidr,
    region: demo.region,
  };
  try {
    const plan = await send("POST", "plan", { body });
    const now = dollars(plan.hourly_usd, plan.unpriced);
    say(cost, `It costs ${dollars(plan.paused_hourly_usd, plan.unpriced)} while it rests, ${now} now.`);
  } catch {
    // A template that has changed since plans no more; pausing needs no price.
  }
}
