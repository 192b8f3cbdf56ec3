// Handing a demo over: its owner makes a link, and a colleague reads what they get and accepts.

import { HERE, ask as send, capital, now } from "./api.js";
import { ask, copyButton, h, say, show, toast } from "./dom.js";
import { countdown, dollars, moment, sentence } from "./words.js";

/** The panel on a demo's page, for its owner alone. */
export function handoverPanel(view) {
  const state = h("p", { class: "dim two-lines" });
  const offer = h("button", { type: "button", class: "plain" }, "Hand over");
  const withdraw = h("button", { type: "button", class: "quiet" }, "Withdraw");
  const element = h(
    "section",
    { class: "card at-handover", hidden: true },
    h("h2", {}, "Hand over"),
    state,
    h("div", { class: "inline" }, offer, withdraw),
  );
  offer.addEventListener("click", () => offerLink(view));
  withdraw.addEventListener("click", () =>
    view.act(() => send("DELETE", `demos/${view.id}/handover`)),
  );
  return {
    element,
    draw(demo) {
      const over = demo.desired_state === "deleted";
      const until = !over && Date.parse(demo.handover_until ?? 0) > now();
      element.hidden = demo.owner !== view.me.owner;
      offer.disabled = over;
      show(withdraw, until);
      say(
        state,
        until
          ? `Offered to whoever has the link, until ${moment(demo.handover_until)}.`
          : "A colleague who accepts gets this demo, in place of you.",
      );
    },
  };
}

/** Make a link and show it, this once. */
async function offerLink(view) {
  let made = null;
  await view.act(async () => {
    made = await send("POST", `demos/${view.id}/handover`);
  });
  if (!made) return;
  const url = new URL(made.url, HERE).href;
  const box = h("input", {
    class: "url",
    readonly: true,
    value: url,
    "aria-label": "The link to hand over by",
    onfocus: () => box.select(),
  });
  const content = h(
    "div",
    { class: "fields fresh" },
    h("p", {}, "Send it to your colleague: whoever opens it first can take the demo over."),
    h("p", {}, `It is good once, until ${moment(made.expires_at)}, and is not shown again.`),
    h("div", { class: "inline" }, box, copyButton(() => url, "the link")),
  );
  await ask("Hand over", content, { yes: "Done", no: null });
}

/** Open what a link offers, before it is accepted; `id` is the link's code. */
export function acceptView(root, { me, id: code }) {
  const left = new AbortController();
  const headers = { "X-Handover-Code": encodeURIComponent(code) };
  async function look() {
    try {
      const offer = await send("GET", "handover", { headers, signal: left.signal });
      root.replaceChildren(offer.owner === me.owner ? yours(offer) : found(offer, code));
    } catch (error) {
      if (left.signal.aborted || error.status === 401) return;
      const over = [404, 409, 422].includes(error.status);
      root.replaceChildren(over ? nothing(error) : trouble(error, look));
    }
  }
  look();
  return () => left.abort();
}

const blank = (title, ...inside) =>
  h("section", { class: "blank" }, h("h1", {}, title), ...inside);

const nothing = (error) =>
  blank(
    "There is nothing to take over",
    h("p", {}, `${reason(error)}. Ask who sent the link for another.`),
    h("a", { class: "primary button", href: "#/" }, "All demos"),
  );

const reason = ({ status, message }) =>
  status === 422 ? "A part of the link is missing" : capital(message);

const trouble = (error, again) =>
  blank(
    "That did not work",
    h("p", {}, `${capital(error.message)}.`),
    h("button", { class: "primary", type: "button", onclick: again }, "Try again"),
  );

const yours = (offer) =>
  blank(
    "This demo is yours",
    h("p", {}, "Send the link to whoever is to have it."),
    h("a", { class: "primary button", href: `#/demos/${offer.demo_id}` }, "Open it"),
  );

function found(offer, code) {
  const facts = [
    ["From", offer.owner],
    ["Components", offer.components.join(", ")],
    ["Price", dollars(offer.hourly_usd, offer.unpriced)],
    ["Time left", countdown(offer.demo_ends_at, now())],
  ];
  const accept = h("button", { class: "primary", type: "button" }, "Take it over");
  accept.addEventListener("click", () => take(offer, code, accept));
  return blank(
    "A demo for you",
    h("h2", { dir: "auto" }, offer.name),
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("p", {}, "It counts among your demos from then on, and ends when its lease does."),
    h("div", { class: "buttons" }, accept, h("a", { class: "plain button", href: "#/" }, "Not now")),
  );
}

async function take(offer, code, button) {
  button.disabled = true;
  try {
    await send("POST", "handover", { body: { code } });
    location.replace(`#/demos/${offer.demo_id}`);
  } catch (error) {
    button.disabled = false;
    if (error.status !== 401) toast(sentence(error.message), { bad: true, seconds: 12 });
  }
}
