// The banner of a run on one machine: how time is scaled, what is real and what is recorded.

import { h } from "./dom.js";

/** Show it under everything; it lies over the page, so that nothing moves when it comes. */
export function banner({ summary, details }) {
  document.body.append(
    h(
      "aside",
      { class: "local-run", "aria-label": "Local run" },
      h(
        "details",
        {},
        h("summary", {}, h("b", {}, "Local run"), h("span", { class: "dim" }, summary)),
        h("ul", {}, h("li", {}, summary), details.map((text) => h("li", {}, text))),
      ),
    ),
  );
}
