// Several demos at once: picked in the list, then extended or deleted together.

import { ask as send } from "./api.js";
import { announce, ask, h, say, toast } from "./dom.js";
import { many } from "./words.js";

/** Return what is picked: an element that lies over the page and moves nothing. */
export function selection(changed) {
  const picked = new Map();
  const count = h("b");
  const element = h(
    "div",
    { class: "picked", hidden: true, role: "group", "aria-label": "Selected demos" },
    count,
    h("button", { type: "button", class: "plain", onclick: () => extend(panel) }, "Extend"),
    h("button", { type: "button", class: "plain danger-text", onclick: () => remove(panel) }, "Delete"),
    h("button", { type: "button", class: "quiet", onclick: () => panel.clear() }, "Clear"),
  );
  const draw = () => {
    element.hidden = !picked.size;
    say(count, `${picked.size} selected`);
  };
  const panel = { picked, element, changed };
  panel.box = () => {
    const box = h("input", { type: "checkbox", class: "pick" });
    box.addEventListener("change", () => {
      if (box.checked) picked.set(box.demo.demo_id, { ...box.demo, box });
      else picked.delete(box.demo.demo_id);
      draw();
      announce(`${picked.size} selected`);
    });
    return box;
  };
  panel.clear = () => {
    for (const { box } of picked.values()) box.checked = false;
    picked.clear();
    draw();
  };
  panel.keep = (rows) => {
    const there = new Set(rows.filter((d) => d.desired_state !== "deleted").map((d) => d.demo_id));
    for (const [id, { box }] of picked) {
      if (there.has(id)) continue;
      box.checked = false;
      picked.delete(id);
    }
    draw();
  };
  return panel;
}

const names = ({ picked }) =>
  h("ul", { class: "names" }, [...picked.values()].map((demo) => h("li", { dir: "auto" }, demo.name)));

async function extend(panel) {
  const box = h(
    "select",
    { id: "extend-all-by" },
    [1, 2, 4, 8, 24].map((hours) => h("option", { value: hours }, many(hours, "hour"))),
  );
  const content = h(
    "div",
    { class: "fields" },
    names(panel),
    h("label", { for: "extend-all-by" }, "Let each of them live longer by"),
    box,
  );
  if (!(await ask(`Extend ${many(panel.picked.size, "lease")}`, content, { yes: "Extend" }))) return;
  const body = { extend_hours: Number(box.value) };
  await each(panel, "extended", (id) => send("PATCH", `demos/${id}/lease`, { body }));
}

async function remove(panel) {
  const number = String(panel.picked.size);
  const box = h("input", { id: "delete-count", inputmode: "numeric", autocomplete: "off" });
  const content = h(
    "div",
    { class: "fields" },
    h("p", {}, "Every stack, bucket and database of these demos goes. This cannot be undone."),
    names(panel),
    h("label", { for: "delete-count" }, "Type how many they are to confirm: ", h("b", {}, number)),
    box,
  );
  const ready = () => box.value.trim() === number;
  const title = `Delete ${many(panel.picked.size, "demo")}?`;
  if (!(await ask(title, content, { yes: "Delete", danger: true, ready }))) return;
  await each(panel, "being removed", (id) => send("DELETE", `demos/${id}`));
}

/** Do something to each, and say of which it could not be done. */
async function each(panel, done, work) {
  const chosen = [...panel.picked.values()];
  const refused = [];
  for (const { demo_id: id, name } of chosen) {
    try {
      await work(id);
    } catch (error) {
      if (error.status === 401) return;
      refused.push(`${name}: ${error.message}.`);
    }
  }
  panel.clear();
  panel.changed();
  const went = `${chosen.length - refused.length} of ${many(chosen.length, "demo")} ${done}.`;
  toast([went, ...refused].join(" "), { bad: refused.length > 0, seconds: 12 });
}
