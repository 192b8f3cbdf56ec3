// Addresses of prospects that ask to be let in, and the owner's answers.

import { ask as send } from "./api.js";
import { announce, follow, h } from "./dom.js";

/** The list above a demo's prospect links; `refresh()` reads the links again. */
export function accessRequests(view, refresh) {
  const element = h("ul", { class: "requests", "aria-label": "Asking to be let in" });
  let known = new Set();
  return {
    element,
    draw(shares) {
      const asking = shares.flatMap((share) =>
        share.access_requests.map((address) => ({ address, label: share.label })),
      );
      const once = [...new Map(asking.map((each) => [each.address, each])).values()];
      for (const { address } of once)
        if (!known.has(address)) announce(`${plain(address)} asks to be let in`);
      known = new Set(once.map(({ address }) => address));
      follow(
        element,
        once,
        ({ address }) => address,
        (each) => row(view, each, refresh),
        () => {},
      );
    },
  };
}

const plain = (address) => address.replace(/\/(32|128)$/, "");

function row(view, { address, label }, refresh) {
  const answer = (text, letIn, kind) =>
    h(
      "button",
      {
        type: "button",
        class: kind,
        "aria-label": `${text}: ${plain(address)}`,
        onclick: async (event) => {
          event.currentTarget.disabled = true;
          const body = { address, let_in: letIn };
          await view.act(() => send("POST", `demos/${view.id}/access-requests`, { body }));
          refresh();
        },
      },
      text,
    );
  return h(
    "li",
    {},
    h("span", {}, h("b", {}, plain(address)), ` asks to be let in${label ? `, through ${label}` : ""}`),
    h("span", { class: "inline" }, answer("Let in", true, "primary"), answer("Decline", false, "quiet")),
  );
}
