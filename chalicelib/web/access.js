// Whether a prospect's address is let in, and asking for it where it is not.

import { ask } from "./api.js";
import { announce, h, say, show, toast } from "./dom.js";
import { sentence } from "./words.js";

const WORDS = {
  open: "Your address is let in.",
  closed: "The demo does not open from your address yet.",
  requested: "You asked to be let in. The answer shows here.",
  opening: "You are being let in: a minute or two.",
  declined: "Your request was declined. Please ask whoever invites you.",
};

/** The panel on a prospect's page; `took(demo)` hears what asking has changed. */
export function accessPanel(token, took) {
  // All sentences lie over each other, so that the longest one's room is kept in any font.
  const sentences = Object.entries(WORDS).map(([access, text]) => [access, h("span", {}, text)]);
  const where = h("span", { class: "dim" });
  const button = h("button", { type: "button", class: "primary" }, "Ask to be let in");
  const element = h(
    "section",
    { class: "gate", "aria-label": "Your address" },
    h(
      "p",
      { class: "one-of" },
      sentences.map(([, sentence]) => sentence),
    ),
    h("div", { class: "inline" }, where, button),
  );
  let known = "";
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      took(await ask("POST", "shared/access-requests", { body: { token } }));
    } catch (error) {
      toast(sentence(error.message), { bad: true });
    }
    button.disabled = false;
  });
  return {
    element,
    draw({ access, address, state }) {
      show(element, !["ended", "unavailable"].includes(state));
      if (known && known !== access) announce(WORDS[access]);
      known = access;
      for (const [name, sentence] of sentences) show(sentence, name === access);
      say(where, address);
      show(button, access === "closed");
    },
  };
}
