// Who holds what and what it costs an hour, for admins; what needs somebody comes first.

import { now, poll, reader } from "./api.js";
import { follow, h, say, set } from "./dom.js";
import { dollars, glyph, many, moment, stateOf, wordOf } from "./words.js";

const EVERY = 15; // seconds

/** Open the overview; returns what closes it. */
export function overviewView(root) {
  const parts = { total: h("p", { class: "count sum" }), owners: h("div", { class: "wide" }) };
  root.append(
    h("div", { class: "head" }, h("h1", {}, "Overview"), parts.total),
    parts.owners,
  );
  const look = reader("overview");
  return poll(async (signal) => {
    const body = await look(signal);
    if (body) draw(parts, body);
    return EVERY;
  });
}

function draw(parts, { holdings, in_all: places, hourly_usd: usd }) {
  const count = holdings.reduce((sum, { demos }) => sum + demos.length, 0);
  const unpriced = holdings.flatMap((each) => each.unpriced);
  say(parts.total, `${count} of ${many(places, "demo")}, ${dollars(usd, unpriced)}`);
  follow(parts.owners, holdings, (each) => each.owner, owner, ownerNow);
}

function owner() {
  const parts = { name: h("bdi"), sum: h("span", { class: "dim" }), demos: h("ul", { class: "held" }) };
  const element = h(
    "section",
    { class: "card" },
    h("div", { class: "card-head" }, h("h2", {}, parts.name), parts.sum),
    parts.demos,
  );
  return Object.assign(element, { parts });
}

function ownerNow({ parts }, { owner: name, demos, hourly_usd: usd, unpriced }) {
  say(parts.name, name.replace(/^pool:/, "Pool "));
  say(parts.sum, `${many(demos.length, "demo")}, ${dollars(usd, unpriced)}`);
  follow(parts.demos, demos, (each) => each.demo_id, held, heldNow);
}

function held({ demo_id: id }) {
  const parts = {
    pill: h("span", { class: "pill" }),
    name: h("a", { href: `#/demos/${id}`, dir: "auto", class: "name" }),
    why: h("span", { class: "dim" }),
    end: h("span", { class: "dim" }),
  };
  return Object.assign(h("li", {}, parts.name, parts.pill, parts.end, parts.why), { parts });
}

function heldNow({ parts }, demo) {
  const { name, expires_at: end, failure, hourly_usd: usd } = demo;
  const state = stateOf(demo, now());
  say(parts.name, name);
  set(parts.pill, "data-state", state);
  say(parts.pill, `${glyph(state)} ${wordOf(state)}`);
  const until = `ends ${moment(end)}`;
  const waits = state === "scheduled";
  say(parts.end, waits ? `Starts ${moment(demo.starts_at)}, ${until}` : `${dollars(usd, [])}, ${until}`);
  say(parts.why, failure ? `${failure.component}: ${failure.reason}` : "");
}
