// A prospect's page: one demo's name, state, links and countdown. The token is in the address's
// fragment, which browsers send to nobody; from here it travels in a body and a header.

import { accessPanel } from "./access.js";
import { ask, now, poll, reader } from "./api.js";
import { announce, follow, h, outside, say, set, show, webAddress } from "./dom.js";
import { clock, glyph, moment, span } from "./words.js";

const main = document.getElementById("main");
const token = location.hash.slice(1);
const WORDS = {
  scheduled: ["Scheduled", "This page shows its links as soon as they work."],
  preparing: [
    "Getting ready",
    "Your demo is not ready yet. This page shows its links as soon as they work.",
  ],
  ready: ["Ready", "Everything is up. Open what you would like to see."],
  paused: [
    "Paused",
    "Your demo rests for now. This page shows its links again when it goes on.",
  ],
  unavailable: [
    "Not available",
    "Your demo could not be started. Whoever sent you this link can tell more.",
  ],
  ended: ["Ended", "This demo has ended, and everything it ran on is being removed."],
};

// All sentences lie over each other, so that the longest one's room is kept in any font.
const sentences = new Map(
  Object.entries(WORDS).map(([state, [, what]]) => [state, h("span", {}, what)]),
);
const parts = {
  name: h("h1", { dir: "auto" }),
  sign: h("span", { class: "sign", "aria-hidden": "true" }),
  state: h("span"),
  what: h("p", { class: "lead one-of" }, [...sentences.values()]),
  host: h("p", { class: "host dim" }),
  note: h("p", { class: "note" }),
  links: h("ul", { class: "doors" }),
  left: h("b", { class: "big" }),
};
parts.pill = h("p", { class: "pill" }, parts.sign, parts.state);
parts.ends = h("p", { class: "ends dim" }, "This page and the demo end in", parts.left);

let shown = null;
const access = accessPanel(token, (demo) => draw((shown = demo)));

function draw(demo) {
  const [word] = WORDS[demo.state];
  document.title = demo.name;
  say(parts.name, demo.name);
  if (parts.state.textContent && parts.state.textContent !== word)
    announce(`The demo is now: ${word}`);
  set(parts.pill, "data-state", demo.state);
  say(parts.sign, glyph(demo.state));
  say(parts.state, word);
  if (demo.state === "scheduled")
    say(
      sentences.get("scheduled"),
      `Your demo will be ready by ${moment(demo.ready_by)}. ${WORDS.scheduled[1]}`,
    );
  for (const [state, sentence] of sentences) show(sentence, state === demo.state);
  show(parts.ends, !["ended", "unavailable"].includes(demo.state));
  parts.host.hidden = !demo.host;
  say(parts.host, `${demo.host} invites you`);
  parts.note.hidden = !demo.note;
  say(parts.note, demo.note);
  access.draw(demo);
  follow(
    parts.links,
    Object.entries(demo.links),
    ([title, url]) => `${title} ${url}`,
    door,
    () => {},
  );
  if (!main.contains(parts.name)) {
    main.replaceChildren(
      h(
        "article",
        { class: "invitation" },
        parts.pill,
        parts.host,
        parts.name,
        parts.note,
        parts.what,
        parts.ends,
        access.element,
        parts.links,
      ),
    );
  }
}

const door = ([title, url]) =>
  h(
    "li",
    {},
    outside(url, h("span", {}, h("b", {}, title), h("span", { class: "dim" }, hostOf(url))), {
      onclick: () => count(title),
    }),
  );

/** Tell the owner that something was opened; whether it can be told does not hold anybody up. */
const count = (title) =>
  ask("POST", "shared/clicks", { body: { token, title }, keepalive: true }).catch(() => {});

const hostOf = (url) => (webAddress(url) ? new URL(url).host : url);

function over() {
  document.title = "Not valid";
  main.replaceChildren(
    h(
      "article",
      { class: "invitation" },
      h("h1", {}, "This link is not valid"),
      h(
        "p",
        { class: "lead" },
        "It may have ended, been taken back, or lost a part on its way here. Please ask whoever sent it.",
      ),
    ),
  );
  announce("This link is not valid");
}

function tick() {
  if (!shown) return;
  const left = Date.parse(shown.ends_at) - now();
  say(parts.left, left <= 0 ? "moments" : left < 3600_000 ? clock(left) : span(left));
}

const again = reader("shared", { "X-Share-Token": token });
let first = true;

poll(async (signal) => {
  try {
    const demo = first
      ? await ask("POST", "shared", { body: { token }, signal })
      : await again(signal);
    first = false;
    if (demo) draw((shown = demo));
    tick();
  } catch (error) {
    if (![404, 422].includes(error.status)) throw error;
    shown = null;
    over();
    return Infinity;
  }
  if (["requested", "opening"].includes(shown.access)) return 3;
  return { preparing: 3, ready: 20 }[shown.state] ?? 60;
});
setInterval(tick, 1000);
addEventListener("hashchange", () => location.reload());
