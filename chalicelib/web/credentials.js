// How to sign in to what a demo runs: fetched when it is requested, shown, and forgotten.

import { ask as send } from "./api.js";
import { announce, copyButton, h } from "./dom.js";

const SHOWN_FOR = 120_000;

/** The panel, for the demo's owner and where a component has something to sign in to. */
export function credentialsPanel(view) {
  const list = h("div", { class: "credentials", hidden: true });
  const button = h("button", { type: "button", class: "plain", "aria-expanded": "false" }, "Show");
  const element = h(
    "section",
    { class: "card at-credentials", hidden: true },
    h("div", { class: "card-head" }, h("h2", {}, "Credentials"), button),
    h("p", { class: "dim" }, "Users and passwords. The timeline says each time they are read."),
    list,
  );
  const panel = { view, list, button, timer: 0 };
  button.addEventListener("click", () => (list.hidden ? reveal(panel) : hide(panel)));
  return {
    element,
    draw(demo, catalog) {
      const names = new Set(demo.components.map((component) => component.name));
      const any = catalog.components.some((c) => c.credentials && names.has(c.name));
      element.hidden = !any || demo.owner !== view.me.owner;
      button.disabled = demo.desired_state === "deleted";
      if (button.disabled) hide(panel);
    },
  };
}

async function reveal(panel) {
  panel.button.disabled = true;
  await panel.view.act(async () => {
    const { credentials } = await send("GET", `demos/${panel.view.id}/credentials`);
    panel.list.replaceChildren(
      ...(credentials.length
        ? credentials.map(entry)
        : [h("p", { class: "dim" }, "Nothing to sign in to is up yet.")]),
    );
    panel.list.hidden = false;
    panel.button.textContent = "Hide";
    panel.button.setAttribute("aria-expanded", "true");
    panel.timer = setTimeout(() => hide(panel), SHOWN_FOR);
    announce("The credentials are shown");
  });
  panel.button.disabled = false;
}

function hide({ list, button, timer }) {
  clearTimeout(timer);
  list.replaceChildren();
  list.hidden = true;
  button.textContent = "Show";
  button.setAttribute("aria-expanded", "false");
}

function entry({ title, user, password, address, command }) {
  const rows = [
    ["User", user],
    ["Password", password],
    ["Address", address],
    ["Command", command],
  ];
  return h(
    "div",
    {},
    h("h3", {}, title),
    h(
      "dl",
      { class: "facts" },
      rows
        .filter(([, value]) => value)
        .map(([name, value]) =>
          h(
            "div",
            {},
            h("dt", {}, name),
            h(
              "dd",
              { class: "copied" },
              h("code", {}, value),
              copyButton(() => value, `the ${name.toLowerCase()} of ${title}`),
            ),
          ),
        ),
    ),
  );
}
