// Prospect links of a demo: made here, shown once, listed with their visits, revoked.

import { HERE, ask as send } from "./api.js";
import { ask, copyButton, follow, h, s, say, set } from "./dom.js";
import { accessRequests } from "./requests.js";
import { countdown, many, moment } from "./words.js";

const LOOK_EVERY = 15_000;

/** The panel; a link's address is told by the service once, so it stays here until one leaves. */
export function sharesPanel(view) {
  const list = h("ul", { class: "shares" });
  const none = h("p", { class: "dim", hidden: true }, "No link yet.");
  const hours = h(
    "select",
    { id: "share-for" },
    [
      ["", "until its end"],
      ["1", "for 1 hour"],
      ["4", "for 4 hours"],
      ["24", "for a day"],
    ].map(([value, text]) => h("option", { value }, text)),
  );
  const make = h("button", { type: "button", class: "plain" }, "Make a link");
  const words = wordsOfALink();
  const panel = { looked: 0, list, none, view };
  panel.requests = accessRequests(view, () => refresh(panel));
  make.addEventListener("click", () => {
    const body = { ...words.values(), page_url: new URL("share", HERE).href };
    if (hours.value) body.expires_hours = Number(hours.value);
    create(panel, body, make);
  });
  return {
    element: h(
      "section",
      { class: "card at-shares" },
      h("h2", {}, "Prospect links"),
      panel.requests.element,
      h(
        "p",
        { class: "dim" },
        "Whoever has a link sees this demo's name, state, links and end, and your note, without signing in. Where their address is not let in, they can ask.",
      ),
      h(
        "div",
        { class: "inline" },
        h("label", { for: "share-for", class: "unseen" }, "Valid"),
        hours,
        make,
      ),
      words.element,
      h("div", { class: "share-list" }, none, list),
    ),
    draw(demo) {
      const over = demo.desired_state === "deleted";
      set(make, "disabled", over);
      set(hours, "disabled", over);
      if (Date.now() - panel.looked > LOOK_EVERY) refresh(panel);
    },
    tick(demo, at) {
      for (const element of list.children) times(element, at);
      if (demo.desired_state !== "deleted" && Date.now() - panel.looked > LOOK_EVERY) refresh(panel);
    },
  };
}

/** What may be written on a link; who invites is remembered while the page is open. */
function wordsOfALink() {
  const box = (id, label, maxlength) => [
    h("label", { for: id }, label),
    h("input", { id, maxlength, autocomplete: "off" }),
  ];
  const label = box("share-label", "Label, for you alone", 60);
  const host = box("share-host", "Who invites", 60);
  const note = box("share-note", "A note for the prospect", 280);
  return {
    element: h(
      "details",
      { class: "more" },
      h("summary", {}, "Label, who invites, and a note"),
      h("div", { class: "fields" }, label, host, note),
    ),
    values() {
      const values = { label: label[1].value, host: host[1].value, note: note[1].value };
      label[1].value = "";
      return values;
    },
  };
}

async function create(panel, body, make) {
  make.disabled = true;
  let share = null;
  await panel.view.act(async () => {
    share = await send("POST", `demos/${panel.view.id}/shares`, { body });
  });
  make.disabled = false;
  if (!share) return;
  refresh(panel);
  await showLink(new URL(share.url, HERE).href, share.qr);
  make.focus();
}

/** Show a new link, this once. */
function showLink(url, qr) {
  const box = h("input", {
    class: "url",
    readonly: true,
    value: url,
    "aria-label": "The new prospect link",
    onfocus: () => box.select(),
  });
  const content = h(
    "div",
    { class: "fields fresh" },
    h("p", {}, "Copy it now: it is not shown again."),
    h(
      "div",
      { class: "inline" },
      box,
      copyButton(() => url, "the prospect link"),
    ),
    picture(qr),
  );
  return ask("Prospect link", content, { yes: "Done", no: null });
}

/** The link as a QR code, dark on light in every theme, with the quiet zone that readers need. */
const picture = ({ size, path }) =>
  s(
    "svg",
    {
      class: "qr",
      viewBox: `-4 -4 ${size + 8} ${size + 8}`,
      role: "img",
      "aria-label": "QR code of the link",
    },
    s("path", { d: path }),
  );

async function refresh(panel) {
  panel.looked = Date.now();
  try {
    const { shares } = await send("GET", `demos/${panel.view.id}/shares`);
    follow(
      panel.list,
      shares,
      (share) => share.share_id,
      (share) => row(panel, share),
      update,
    );
    panel.none.hidden = shares.length > 0;
    panel.requests.draw(shares);
  } catch {
    // The page's own polling tells of the trouble; the next look tries again.
  }
}

function row(panel, share) {
  const revoke = h(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-label": `Revoke the link made ${moment(share.created_at)}`,
    },
    "Revoke",
  );
  revoke.addEventListener("click", async () => {
    await panel.view.act(() => send("DELETE", `demos/${panel.view.id}/shares/${share.share_id}`));
    refresh(panel);
  });
  const parts = {
    label: h("b"),
    visits: h("span"),
    left: h("span", { class: "dim" }),
    more: h("span", { class: "dim" }),
  };
  const element = h(
    "li",
    {},
    h("span", { class: "share" }, parts.label, h("span", {}, parts.visits, " ", parts.left), parts.more),
    revoke,
  );
  return Object.assign(element, { parts });
}

function update(element, share) {
  element.share = share;
  const { parts } = element;
  parts.label.hidden = !share.label;
  say(parts.label, share.label);
  say(parts.visits, many(share.visits, "visit"));
  const opened = Object.entries(share.clicks).map(([title, times]) => `${title} (${times})`);
  const [first, last] = [moment(share.first_visited_at), moment(share.visited_at)];
  const seen = !share.visits ? [] : first === last ? [`seen ${last}`] : [`first ${first}, last ${last}`];
  if (opened.length) seen.push(`opened ${opened.join(", ")}`);
  say(parts.more, seen.join("; "));
  parts.more.hidden = !seen.length;
  times(element, Date.now());
}

function times(element, at) {
  const { share, parts } = element;
  say(parts.left, share.open ? countdown(share.expires_at, at) : "ended");
}
