// The panels beside a demo's graph. Each has an element, `draw(demo, catalog)` and maybe `tick`.

import { ask as send, now } from "./api.js";
import { calendarLink } from "./calendar.js";
import { ask, copyButton, follow, h, outside, say, show } from "./dom.js";
import { extendDialog } from "./extend.js";
import { retryDialog } from "./retry.js";
import { startNow } from "./schedule.js";
import { countdown, moment, sentence, span, timeOfDay, waiting, zoned } from "./words.js";

const card = (title, ...inside) =>
  h("section", { class: `card at-${title.toLowerCase()}` }, h("h2", {}, title), inside);

/** What to open: a place for each link from the start, filled as its stack comes up. */
export function linksPanel() {
  const list = h("ul", { class: "link-list" });
  const none = h(
    "p",
    { class: "dim", hidden: true },
    "These components have no address of their own.",
  );
  return {
    element: card("Open", list, none),
    draw(demo, catalog) {
      const items = expected(demo, catalog);
      none.hidden = items.length > 0;
      follow(list, items, (item) => item.title, linkRow, linkUpdate);
    },
  };
}

function expected(demo, catalog) {
  const by = new Map(catalog.components.map((component) => [component.name, component]));
  const items = demo.components.flatMap(({ name }) =>
    (by.get(name)?.outputs ?? [])
      .filter((output) => output.endsWith("Url"))
      .map((output, number) => ({ title: number ? output.slice(0, -3) : by.get(name).title, name, url: null })),
  );
  for (const [title, url] of Object.entries(demo.links)) {
    const item = items.find((each) => each.title === title);
    if (item) item.url = url;
    else items.push({ title, name: null, url });
  }
  const none =
    demo.desired_state === "deleted" ? "Closed" : demo.failure ? "Not made" : "Not ready yet";
  return items.map((item) => ({ ...item, none }));
}

function linkRow(item) {
  const element = h(
    "li",
    {},
    h("span", { class: "link-name" }, item.title),
    item.name && h("span", { class: "chip" }, item.name),
    h("span", { class: "link-where" }),
  );
  element.where = element.lastChild;
  return element;
}

function linkUpdate(element, item) {
  if (element.url === (item.url ?? item.none)) return;
  element.url = item.url ?? item.none;
  element.where.replaceChildren(
    ...(item.url
      ? [
          outside(item.url, short(item.url), { class: "url", title: item.url }),
          copyButton(() => item.url, `the ${item.title} link`),
        ]
      : [h("span", { class: "dim url" }, item.none)]),
  );
}

const short = (url) => url.replace(/^https?:\/\//, "").replace(/\/$/, "");

/** The lease with its countdown; its buttons stand beside the page's title. */
export function leasePanel(view) {
  const left = h("p", { class: "big" });
  const until = h("p", { class: "dim two-lines" });
  const extend = h(
    "button",
    { type: "button", class: "plain", onclick: () => extendDialog(view) },
    "Extend",
  );
  const remove = h(
    "button",
    { type: "button", class: "plain danger-text", onclick: () => deleteDialog(view) },
    "Delete",
  );
  const retry = h(
    "button",
    { type: "button", class: "primary", onclick: () => again(view) },
    "Try again",
  );
  const start = h(
    "button",
    { type: "button", class: "primary", onclick: () => startNow(view) },
    "Start now",
  );
  return {
    element: card(
      "Lease",
      left,
      until,
      h("div", { class: "inline" }, view.notices.button, calendarLink(view)),
    ),
    // What comes and goes stands last, so that it moves nothing.
    buttons: h("div", { class: "buttons" }, extend, remove, h("span", { class: "one-of again" }, retry, start)),
    draw(demo) {
      const ending = demo.desired_state === "deleted";
      show(retry, ["quarantined", "failed"].includes(demo.phase));
      // A button that can no longer be pressed gives the focus to where one reads on.
      if (ending) leaveTo([extend, remove]);
      extend.disabled = ending;
      remove.disabled = ending;
    },
    tick(demo, at) {
      const held = waiting(demo, at);
      if (!held) leaveTo([start]);
      show(start, held);
      say(left, leaseLeft(demo, held, at));
      say(until, leaseEnds(demo, held));
    },
  };
}

/** Lead who stands on one of these buttons to where one reads on. */
function leaveTo(buttons) {
  if (buttons.includes(document.activeElement))
    document.getElementById("main").focus({ preventScroll: true });
}

function leaseLeft(demo, held, at) {
  if (demo.desired_state === "deleted") return demo.deleted_at ? "Ended" : "Ending";
  if (held) return span(Date.parse(demo.expires_at) - Date.parse(demo.ready_by));
  return countdown(demo.expires_at, at);
}

function leaseEnds(demo, held) {
  if (demo.deleted_at) return `Removed ${moment(demo.deleted_at)}`;
  if (demo.desired_state === "deleted") return "Ends when everything is removed";
  const end = moment(demo.expires_at);
  return held ? `From ${moment(demo.ready_by)} to ${end}` : `Removes itself ${end}`;
}

const again = (view) =>
  view.demo.phase === "failed"
    ? retryDialog(view)
    : view.act(() => send("POST", `demos/${view.id}/retry`, { body: {} }));

async function deleteDialog(view) {
  const { name } = view.demo;
  const box = h("input", { id: "delete-name", autocomplete: "off", spellcheck: "false" });
  const content = h(
    "div",
    { class: "fields" },
    h(
      "p",
      {},
      "Every stack, bucket and database of this demo goes, and its links stop working. This cannot be undone.",
    ),
    h("label", { for: "delete-name" }, "Type its name to confirm: ", h("b", { dir: "auto" }, name)),
    box,
  );
  const ready = () => box.value.trim() === name.trim();
  if (await ask("Delete this demo?", content, { yes: "Delete", danger: true, ready })) {
    await view.act(() => send("DELETE", `demos/${view.id}`));
  }
}

/** What was requested. */
export function details() {
  const list = h("dl", { class: "facts" });
  const outputs = h("dl", { class: "facts outputs" });
  const more = h("details", { class: "more" }, h("summary", {}, "All outputs"), outputs);
  return {
    element: card("Details", list, more),
    draw(demo) {
      const facts = [
        ["Requested", demo.requested_components.join(", ")],
        ["Who may reach it", demo.allowed_cidr.join(", ")],
        ["Created", moment(demo.created_at)],
        ["To be ready", demo.ready_by ? `By ${moment(demo.ready_by)}` : "As soon as possible"],
        ["If it fails", demo.keep_on_failure ? "Kept until its lease ends" : "Removed"],
        ...Object.entries(demo.parameters),
      ];
      follow(
        list,
        facts,
        ([name]) => name,
        fact,
        (element, [, value]) => say(element.lastChild, value),
      );
      const flat = Object.values(demo.outputs).flatMap((of) => Object.entries(of));
      show(more, flat.length > 0);
      follow(
        outputs,
        flat,
        ([name]) => name,
        fact,
        (element, [, value]) => say(element.lastChild, value),
      );
    },
  };
}

const fact = ([name]) => h("div", {}, h("dt", {}, name), h("dd", {}));

/** The timeline of who did what, oldest first, scrolled to its end unless somebody reads above. */
export function eventsPanel(view) {
  // It scrolls in itself, so the keyboard must reach it.
  const list = h("ol", { class: "events", tabindex: 0, "aria-label": "Events, oldest first" });
  let seen = "";
  return {
    element: card("Events", list),
    async draw(demo) {
      const version = JSON.stringify([
        demo.phase,
        demo.expires_at,
        demo.reason,
        demo.components.map((s) => s.status),
      ]);
      if (version === seen) return;
      seen = version;
      try {
        const events = await allEvents(view.id);
        const atEnd = list.scrollTop + list.clientHeight > list.scrollHeight - 40;
        follow(
          list,
          events.filter(told),
          (e) => `${e.at} ${e.kind} ${e.text}`,
          event,
          () => {},
        );
        if (atEnd) list.scrollTop = list.scrollHeight;
      } catch {
        seen = ""; // the next change asks again, and the page's own polling tells of the trouble
      }
    },
  };
}

/** Whether an event says anything that no other one does: a phase's notice says its phase. */
const told = ({ at, kind }, _, all) =>
  kind !== "loop" &&
  !(kind === "phase" && all.some((e) => e.at === at && ["notice", "warning"].includes(e.kind)));

async function allEvents(id) {
  const events = [];
  let cursor = "";
  for (let page = 0; page < 10; page += 1) {
    const next = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const body = await send("GET", `demos/${id}/events?limit=200${next}`);
    events.push(...body.events);
    if (!(cursor = body.next_cursor)) break;
  }
  return events;
}

function event({ at, actor, kind, text }) {
  const day =
    new Date(at).toDateString() === new Date(now()).toDateString() ? "" : `${moment(at)} `;
  return h(
    "li",
    { "data-kind": kind },
    h("time", { datetime: at, title: moment(at) }, day || timeOfDay(at)),
    h("span", { class: "event-text" }, kind === "step" ? zoned(text) : sentence(text)),
    h("bdi", { class: "dim" }, actor),
  );
}
