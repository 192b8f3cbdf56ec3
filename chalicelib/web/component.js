// One component, looked into: its stack's resources and events as CloudFormation has them now.

import { capital, poll, reader } from "./api.js";
import { copyButton, follow, h, outside, say, set } from "./dom.js";
import { STATES, glyph, moment, timeOfDay } from "./words.js";

const LIVE = 3; // seconds until the next look while the stack is on its way
const CALM = 15;

/** Open the drawer over the page; it looks again by itself until it is closed. */
export function openComponent(demo, name, title) {
  const parts = {
    pill: h("p", { class: "pill" }),
    cause: h("p", { class: "cause", hidden: true, role: "alert" }),
    note: h("p", { class: "dim" }, "Asking CloudFormation …"),
    console: h("p", {}),
    outputs: h("dl", { class: "facts outputs" }),
    resources: h("ul", { class: "resources" }),
    events: h("ol", { class: "history" }),
  };
  const section = (words, element) => h("section", { hidden: true }, h("h3", {}, words), element);
  parts.sections = [
    section("Resources", parts.resources),
    section("Events, newest first", parts.events),
    section("Outputs", parts.outputs),
  ];
  const dialog = h(
    "dialog",
    { class: "drawer", "aria-labelledby": "drawer-title" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "drawer-title" }, title, " ", h("span", { class: "chip" }, name)),
      h("button", { type: "button", class: "quiet", onclick: () => dialog.close("") }, "Close"),
    ),
    parts.pill,
    parts.cause,
    parts.note,
    parts.console,
    parts.sections,
  );
  document.body.append(dialog);
  dialog.showModal();
  const look = reader(`demos/${demo.demo_id}/components/${name}/events`);
  let rests = false;
  const stop = poll(async (signal) => {
    const seen = await look(signal);
    if (seen) {
      draw(parts, seen);
      rests = !seen.stack || /_(COMPLETE|FAILED)$/.test(seen.stack.status);
    }
    return rests ? CALM : LIVE;
  });
  dialog.addEventListener("close", () => {
    stop();
    dialog.remove();
  });
}

function draw(parts, { component, outputs, stack }) {
  set(parts.pill, "data-state", component.status);
  say(parts.pill, `${glyph(component.status)} ${capital(STATES[component.status])}`);
  const cause = stack?.likely_cause ?? (component.failure ? known(component.failure) : null);
  parts.cause.hidden = !cause;
  if (cause) say(parts.cause, `Likely cause: ${cause.logical_id}: ${cause.reason}`);
  parts.note.hidden = Boolean(stack);
  const none = component.stack_name ? "There is no stack now." : "This component has no stack.";
  say(parts.note, none);
  if (stack && !parts.console.firstChild)
    parts.console.append(outside(stack.console_url, "Open the stack in the AWS console"));
  follow(parts.resources, stack?.resources ?? [], (r) => r.logical_id, resource, resourceNow);
  const events = [...(stack?.events ?? [])];
  follow(parts.events, events, (e) => `${e.at} ${e.logical_id} ${e.status}`, event, () => {});
  follow(parts.outputs, Object.entries(outputs), ([key]) => key, output, outputNow);
  for (const section of parts.sections) section.hidden = !section.lastChild.children.length;
}

const known = ({ resource, reason }) => ({ logical_id: resource ?? "the stack", reason });

function resource({ logical_id: id, type }) {
  const parts = { status: h("span", { class: "chip" }), physical: h("span", { class: "dim" }) };
  const element = h("li", {}, h("b", {}, id), parts.status, h("span", { class: "dim" }, type), parts.physical);
  return Object.assign(element, { parts });
}

function resourceNow({ parts }, { status, physical_id: id }) {
  say(parts.status, status);
  say(parts.physical, id);
}

function event({ at, logical_id: id, status, reason }) {
  return h(
    "li",
    { "data-failed": status.endsWith("_FAILED") },
    h("time", { datetime: at, title: moment(at) }, timeOfDay(at)),
    h("span", {}, h("b", {}, id), " ", h("span", { class: "chip" }, status)),
    reason ? h("span", { class: "event-text" }, reason) : null,
  );
}

function output([key]) {
  const value = h("span");
  const element = h("div", {}, h("dt", {}, key), h("dd", {}, value, copyButton(() => value.textContent, key)));
  return Object.assign(element, { value });
}

function outputNow({ value }, [, text]) {
  say(value, text);
}
