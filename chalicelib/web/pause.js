// Pausing a demo and resuming it: what is lost and what it costs is said before.

import { ask as send } from "./api.js";
import { ask, h, say, show, toast } from "./dom.js";
import { dollars } from "./words.js";

/** The button beside a demo's title. */
export function pauseButton(view) {
  // Both words lie over each other: the buttons beside it stay where they are.
  const words = { Pause: h("span", {}, "Pause"), Resume: h("span", {}, "Resume") };
  const both = h("span", { class: "one-of" }, words.Pause, words.Resume);
  const button = h("button", { type: "button", class: "plain" }, both);
  button.addEventListener("click", () => (resting(view.demo) ? resume(view) : pause(view)));
  return {
    element: button,
    draw(demo) {
      show(words.Pause, !resting(demo));
      show(words.Resume, resting(demo));
      button.disabled = demo.desired_state === "deleted" || demo.phase === "failed";
    },
  };
}

const resting = (demo) => demo.desired_state === "paused";

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
