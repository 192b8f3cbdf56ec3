// Hours of the week in which a pool keeps another number of demos ready.

import { capital } from "./api.js";
import { h, say } from "./dom.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WORKING = DAYS.slice(0, 5);

/** Return an editor of a pool's windows: `values()` of them, and `complain(errors)`. */
export function windowsEditor(windows) {
  const list = h("div", { class: "windows" });
  const add = h("button", { type: "button", class: "plain" }, "Add hours");
  const rows = [];
  const put = (window) => {
    const row = windowRow(window, () => {
      rows.splice(rows.indexOf(row), 1);
      row.element.remove();
      add.focus();
    });
    rows.push(row);
    list.append(row.element);
    return row;
  };
  for (const window of windows) put(window);
  add.addEventListener("click", () => put(workingHours()).from.focus());
  return {
    element: h(
      "fieldset",
      {},
      h("legend", { class: "key" }, "Other hours"),
      h("p", { class: "dim hint" }, "In these hours another number is kept ready. Hours past midnight take two entries."),
      list,
      add,
    ),
    values: () => rows.map((row) => row.value()),
    complain: (errors) => complain(rows, errors),
  };
}

function workingHours() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { days: WORKING, from: "08:00", to: "18:00", time_zone: zone, ready: 1 };
}

function windowRow(window, remove) {
  const days = DAYS.map((day) => h("input", { type: "checkbox", value: day, checked: window.days.includes(day) }));
  const from = h("input", { type: "time", value: window.from, "aria-label": "From", required: true });
  // A field for a time has no 24:00: midnight as an end is the end of the day.
  const end = window.to === "24:00" ? "00:00" : window.to;
  const to = h("input", { type: "time", value: end, "aria-label": "To", required: true });
  const zone = h("input", { value: window.time_zone, "aria-label": "Time zone", required: true, maxlength: 60 });
  const ready = h("input", { type: "number", min: 0, value: window.ready, "aria-label": "Ready in these hours", required: true });
  const error = h("p", { class: "error", role: "alert" });
  const gone = h("button", { type: "button", class: "quiet danger-text", onclick: remove }, "Remove");
  const element = h(
    "div",
    { class: "window", role: "group", "aria-label": "Hours" },
    h("div", { class: "days" }, days.map((day) => h("label", { class: "check" }, day, capital(day.value)))),
    h("div", { class: "hours" }, from, h("span", { class: "dim" }, "to"), to, zone),
    h("div", { class: "hours" }, ready, h("span", { class: "dim" }, "ready"), gone),
    error,
  );
  const value = () => ({
    days: days.filter((day) => day.checked).map((day) => day.value),
    from: from.value,
    to: to.value === "00:00" ? "24:00" : to.value,
    time_zone: zone.value,
    ready: Number(ready.value),
  });
  return { element, error, from, value };
}

/** Say what is wrong with each window beside it; return the fields that have a place. */
function complain(rows, errors) {
  const placed = new Set();
  rows.forEach(({ error }, number) => {
    const own = errors.filter(({ field }) => `${field}.`.startsWith(`windows.${number}.`));
    for (const { field } of own) placed.add(field);
    say(error, own.map(({ field, message }) => [field.split(".")[2], message].filter(Boolean).join(" ")).join("; "));
  });
  return placed;
}
