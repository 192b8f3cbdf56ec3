// Who may reach a demo: its address blocks, which its owner adds and removes.

import { ask as send } from "./api.js";
import { follow, h, say } from "./dom.js";

const MOST = 10;

/** The panel. */
export function addressesPanel(view) {
  const list = h("ul", { class: "addresses" });
  const box = h("input", {
    id: "new-address",
    placeholder: "203.0.113.7",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
  });
  const add = h("button", { class: "plain" }, "Let in");
  const form = h(
    "form",
    { class: "inline" },
    h("label", { for: "new-address", class: "unseen" }, "Address or block"),
    box,
    add,
  );
  const state = h("p", { class: "dim hint" });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const block = whole(box.value.trim());
    add.disabled = true;
    if (await put(view, [...new Set([...view.demo.allowed_cidr, block])])) box.value = "";
    add.disabled = false;
  });
  return {
    element: h(
      "section",
      { class: "card at-addresses" },
      h("h2", {}, "Who may reach it"),
      list,
      form,
      state,
    ),
    draw(demo) {
      const fixed = demo.desired_state === "deleted";
      box.disabled = add.disabled = fixed || demo.allowed_cidr.length >= MOST;
      say(state, demo.phase === "changing" ? "Being changed …" : `Up to ${MOST} addresses or blocks.`);
      follow(
        list,
        demo.allowed_cidr,
        (block) => block,
        (block) => row(view, block),
        (element) => (element.lastChild.disabled = fixed || demo.allowed_cidr.length < 2),
      );
    },
  };
}

/** Return an address as a block of one, and a block as it is. */
const whole = (text) => (text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);

const put = (view, blocks) =>
  view.act(() => send("PATCH", `demos/${view.id}`, { body: { allowed_cidr: blocks } }));

function row(view, block) {
  const remove = h(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-label": `Remove ${block}`,
      onclick: () => put(view, view.demo.allowed_cidr.filter((each) => each !== block)),
    },
    "Remove",
  );
  return h("li", {}, h("span", { class: "url" }, block), remove);
}
