// One demo: its graph coming alive, what ran when, what to open, and what can be done to it.

import { addressesPanel } from "./addresses.js";
import { makeAgain } from "./again.js";
import { ask, now, poll, reader } from "./api.js";
import { credentialsPanel } from "./credentials.js";
import { openComponent } from "./component.js";
import { announce, h, say, set, show, toast } from "./dom.js";
import { Graph, nodeText } from "./graph.js";
import { handoverPanel } from "./handover.js";
import { begun, headline } from "./headline.js";
import { notices, watching } from "./notice.js";
import { details, eventsPanel, leasePanel, linksPanel } from "./panels.js";
import { pauseButton } from "./pause.js";
import { sharesPanel } from "./shares.js";
import { Timeline, project, removal, standing } from "./timeline.js";
import { PHASES, STATES, glyph, many, moment, moving, sentence, stateOf, waiting, wordOf } from "./words.js";

const QUICK = 1; // seconds until the next look after something has changed
const PATIENT = 5; // at most, while the demo is on its way
const CALM = 15; // while it rests, and that long after a press it may be about to move
const LATE = 60; // when it is removed

let catalog = null;

/** Open a demo's page; returns what closes it. */
export function demoView(root, { me, id, title }) {
  // It may have been changed just before it is opened.
  const view = { me, id, title, demo: null, titles: {}, graph: null, pressed: Date.now(), wait: QUICK };
  view.graph = new Graph("Dependency graph", (name) =>
    openComponent(view.demo, name, view.titles[name] ?? name),
  );
  view.notices = notices();
  view.act = (work) => act(view, work);
  const parts = frame(view);
  const look = reader(`demos/${id}`);
  view.poll = poll(async (signal) => {
    if (!catalog) catalog = await ask("GET", "catalog", { signal });
    const demo = await look(signal).catch((error) => lost(root, error));
    if (demo) {
      if (!view.demo) root.append(...parts.sections);
      const before = view.demo;
      take(view, parts, demo);
      tell(before, demo);
      view.notices.tell(before, demo, now());
    }
    view.wait = demo ? QUICK : Math.min(PATIENT, view.wait * 1.4);
    return pause(view);
  }, { hidden: watching });
  const ticking = setInterval(() => view.demo && !document.hidden && tick(view, parts), 500);
  return () => {
    view.poll();
    clearInterval(ticking);
    view.graph.close();
  };
}

function pause({ demo, wait, pressed }) {
  if (demo.phase === "deleted") return LATE;
  return moving(demo, now()) || Date.now() - pressed < CALM * 1000 ? wait : CALM;
}

function lost(root, error) {
  if (error.status === 404) {
    root.replaceChildren(
      h(
        "section",
        { class: "blank" },
        h("h1", {}, "There is no such demo"),
        h("p", {}, "It may be somebody else's, or its record is older than it is kept."),
        h("a", { class: "primary button", href: "#/" }, "All demos"),
      ),
    );
  }
  throw error;
}

function take(view, parts, demo) {
  Object.assign(view, { demo, catalog });
  view.titles = Object.fromEntries(catalog.components.map((c) => [c.name, c.title]));
  heading(parts, demo);
  for (const panel of parts.panels) panel.draw(demo, catalog);
  tick(view, parts);
}

/** Do what a button says, then look at once; what the service refuses is said plainly. */
async function act(view, work) {
  try {
    await work();
  } catch (error) {
    if (error.status !== 401) toast(sentence(error.message), { bad: true, seconds: 12 });
    return false;
  } finally {
    Object.assign(view, { pressed: Date.now(), wait: QUICK });
    view.poll.now();
  }
  return true;
}

function frame(view) {
  const parts = {
    name: h("h1", { dir: "auto" }),
    id: h("bdi", { class: "dim" }),
    sign: h("span", { class: "sign", "aria-hidden": "true" }),
    phase: h("span"),
    pill: null,
    lead: h("p", { class: "lead" }),
    // It scrolls in itself, so the keyboard must reach it.
    reason: h("p", { class: "reason", tabindex: 0 }),
    bar: h("span"),
    timeline: new Timeline(),
    what: h("h2", {}, "Timeline"),
    legend: h("p", { class: "dim key" }, "★ the path that decides how long it takes"),
  };
  parts.pill = h("span", { class: "pill" }, parts.sign, parts.phase);
  parts.progress = h(
    "div",
    { class: "progress", role: "progressbar", "aria-label": "Components done", "aria-valuemin": 0 },
    parts.bar,
  );
  parts.band = h(
    "section",
    { class: "band", "aria-label": "State" },
    parts.lead,
    parts.progress,
    parts.reason,
  );
  const lease = leasePanel(view);
  const links = [linksPanel(view), credentialsPanel(view)];
  const side = [...links, lease, sharesPanel(view), addressesPanel(view), details(view), handoverPanel(view)];
  const events = eventsPanel(view);
  const pausing = pauseButton(view);
  parts.change = h("a", { class: "plain button", href: `#/demos/${view.id}/change` }, "Change");
  lease.buttons.prepend(parts.change, pausing.element, againButton(view));
  parts.panels = [...side, pausing, events];
  parts.sections = [
    h(
      "div",
      { class: "head" },
      h(
        "div",
        { class: "titles" },
        h("a", { class: "up", href: "#/" }, "Demos"),
        parts.name,
        h("p", { class: "under" }, parts.pill, parts.id),
      ),
      lease.buttons,
    ),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        { class: "wide" },
        parts.band,
        h("section", { class: "card at-components" }, h("h2", {}, "Components"), view.graph.element),
        h(
          "section",
          { class: "card at-timeline" },
          h("div", { class: "card-head" }, parts.what, parts.legend),
          parts.timeline.element,
        ),
        events.element,
      ),
      h(
        "div",
        { class: "side" },
        side.map((panel) => panel.element),
      ),
    ),
  ];
  return parts;
}

const againButton = (view) =>
  h(
    "button",
    { type: "button", class: "plain", onclick: () => makeAgain(view.demo) },
    "Make the same again",
  );

function heading(parts, demo) {
  say(parts.name, demo.name);
  say(parts.id, `${demo.demo_id} · ${demo.owner} · ${demo.region}`);
  show(parts.change, demo.desired_state !== "deleted");
  const failure = refusal(demo) ?? demo.failure;
  say(parts.reason, failure ? failed(failure) + again(demo) : sentence(demo.reason));
}

/** Show the state, in the tab's title as well; time alone ends that of a demo that waits. */
function stated(view, parts, at) {
  const { demo } = view;
  const state = stateOf(demo, at);
  set(parts.pill, "data-state", state);
  set(parts.band, "data-state", demo.failure || refusal(demo) ? "failed" : state);
  say(parts.sign, glyph(state));
  say(parts.phase, wordOf(state));
  view.title(demo.name, state);
}

/** Return why a component would not go at its last try, while its demo is being removed. */
function refusal(demo) {
  if (demo.desired_state !== "deleted") return null;
  return demo.components.find((each) => each.status === "delete_failed" && each.failure)?.failure;
}

/** Return when a removal that was refused is tried again. */
function again(demo) {
  const waiting = demo.components.map((each) => each.retry_at).filter(Boolean);
  const at = demo.phase === "quarantined" ? demo.retry_at : waiting.sort()[0];
  return at && demo.desired_state === "deleted" ? ` It is tried again ${moment(at)}.` : "";
}

const failed = ({ component, resource, reason }) =>
  `${component}${resource ? `, ${resource}` : ""}: ${reason.replace(/[.\s]*$/, ".")}`;

function tick(view, parts) {
  const { demo } = view;
  const at = now();
  const removing = demo.desired_state === "deleted";
  const going = removing && demo.components.some((component) => component.removing_at);
  // What waits is laid out from its start on.
  const starts = waiting(demo, at) ? Date.parse(demo.starts_at) : at;
  const bars = going ? removal(demo, at) : project(demo, starts);
  const critical = new Set(bars.filter((bar) => bar.critical).map((bar) => bar.component.name));
  const lost = new Set(bars.filter((bar) => bar.lost).map((bar) => bar.component.name));
  const took = new Map(
    bars.map((bar) => [bar.component.name, (bar.done ? bar.to : at) - bar.from]),
  );
  view.graph.draw(
    demo.components.map((component) => ({
      component: component.name,
      depends_on: component.depends_on,
      state: component.status,
      title: `${view.titles[component.name] ?? component.name}: ${STATES[component.status]}`,
      text: lost.has(component.name)
        ? "not begun"
        : going
          ? standing(component.status)
          : nodeText(component, took.get(component.name)),
      critical: !going && critical.has(component.name),
    })),
    spoken(demo),
  );
  const removed = bars.filter((bar) => bar.begun).map((bar) => bar.from);
  const from = going ? Math.min(...removed) : begun(demo);
  parts.timeline.draw(bars, from, going || moving(demo, at) ? at : Infinity, view.titles);
  stated(view, parts, at);
  say(parts.what, going ? "Removal" : "Timeline");
  show(parts.legend, !going && !demo.failure);
  lead(parts, demo, bars, at);
  for (const panel of parts.panels) panel.tick?.(demo, at);
}

function spoken(demo) {
  const told = demo.components.map(
    (s) =>
      `${s.name} ${STATES[s.status]}${s.depends_on.length ? ` after ${s.depends_on.join(", ")}` : ""}`,
  );
  return `Dependency graph: ${told.join("; ")}`;
}

function lead(parts, demo, bars, at) {
  const all = demo.components.length;
  const removing = demo.desired_state === "deleted";
  const done = demo.components.filter((s) =>
    removing ? ["deleted", "pending"].includes(s.status) : s.status === "ready",
  ).length;
  say(parts.lead, headline(demo, done, all, bars, at));
  parts.bar.style.width = `${(100 * done) / all}%`;
  set(parts.progress, "aria-valuemax", all);
  set(parts.progress, "aria-valuenow", done);
}

function tell(before, demo) {
  if (!before) return;
  const was = new Map(before.components.map((component) => [component.name, component.status]));
  const news = demo.components
    .filter((component) => was.get(component.name) !== component.status)
    .map((component) => `${component.name} ${STATES[component.status]}`);
  if (before.phase !== demo.phase) news.push(`The demo is now: ${PHASES[demo.phase]}`);
  const ready = demo.components.filter((component) => component.status === "ready").length;
  if (news.length)
    announce(`${news.join(", ")}. ${ready} of ${many(demo.components.length, "component")} ready.`);
}
