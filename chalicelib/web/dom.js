// Elements, and what every view needs of them. Text from outside only ever becomes text nodes.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: `h("a", { class: "x", href: "…", onclick: f }, "text", child)`. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Make an SVG element. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Set an attribute or a listener; false and null take the attribute away. */
export function set(element, name, value) {
  if (name.startsWith("on")) {
    element.addEventListener(name.slice(2), value);
  } else if (value == null || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** Set an element's text, touching the page only when it differs. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Return a place for a hint and an error that lie over each other: an error moves nothing. */
export const says = (hint, error) => h("span", { class: "says" }, hint, error);

/** Show an element or hide it; hidden it keeps its room, so that nothing else moves. */
export function show(element, shown) {
  element.style.visibility = shown ? "" : "hidden";
}

/**
 * Make a parent's children follow a list: made once by key, then updated, moved or removed.
 * `make(item)` returns an element, `update(element, item)` brings it up to date.
 */
export function follow(parent, items, key, make, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let before = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = known.get(name);
    if (child) known.delete(name);
    else {
      child = make(item);
      child.dataset.key = name;
    }
    update(child, item);
    if (child === before) before = before.nextElementSibling;
    else parent.insertBefore(child, before);
  }
  for (const gone of known.values()) gone.remove();
}

/** Tell people who do not see the page what has changed. */
export function announce(text) {
  say(document.getElementById("announcer"), text);
}

/** Return the picture of the blank pages: a small constellation. */
export function stars() {
  const at = [
    [14, 78, 2.6],
    [52, 40, 3.6],
    [96, 62, 2.2],
    [128, 18, 4.4],
    [172, 50, 3],
    [214, 26, 2.2],
    [196, 86, 2],
  ];
  const line = (points) => points.map((i, n) => `${n ? "L" : "M"}${at[i][0]} ${at[i][1]}`).join("");
  return h(
    "div",
    { class: "stars", "aria-hidden": "true" },
    s(
      "svg",
      { viewBox: "0 0 228 100" },
      s("path", { d: line([0, 1, 2, 4, 5]) + line([1, 3, 4, 6]) }),
      at.map(([cx, cy, r]) => s("circle", { cx, cy, r })),
    ),
  );
}

let hiding = 0;

/** Show a message over the page; it moves nothing. Without `seconds` it stays until cleared. */
export function toast(text, { bad = false, seconds = 6 } = {}) {
  const box = document.getElementById("toast");
  clearTimeout(hiding);
  say(box, text);
  box.classList.toggle("bad", bad);
  box.hidden = !text;
  if (text && seconds) hiding = setTimeout(() => (box.hidden = true), seconds * 1000);
}

/** Return a button that copies what `text()` gives. */
export function copyButton(text, what, word = "Copy") {
  const button = h("button", { type: "button", class: "quiet copy", "aria-label": `Copy ${what}` });
  const label = h("span", {}, word);
  button.append(label);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      say(label, "Copied");
      announce(`${what} copied`);
    } catch {
      say(label, "No access");
    }
    setTimeout(() => say(label, word), 1600);
  });
  return button;
}

/** Return an address that may become a link, or null: nothing but http and https does. */
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Return a link that opens apart from this page, or plain text where it is no web address. */
export function outside(url, label, attributes = {}) {
  const href = webAddress(url);
  if (!href) return h("span", attributes, label);
  return h("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, label);
}

/**
 * Open a dialog made of a title, its content and buttons; resolve with how it was left.
 * `send()` carries it out, and says with true that the dialog may close: what was filled in is not lost.
 */
export function ask(title, content, { yes, no = "Cancel", danger = false, ready = () => true, send = () => true }) {
  const go = h("button", { class: danger ? "danger" : "primary", type: "submit" }, yes);
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { id: "dialog-title" }, title),
    content,
    h(
      "div",
      { class: "buttons" },
      no !== null && h("button", { type: "button", class: "plain", onclick: () => dialog.close("") }, no),
      go,
    ),
  );
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
  const check = () => (go.disabled = !ready());
  form.addEventListener("input", check);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled || !ready()) return;
    go.disabled = true;
    if (await send()) dialog.close("yes");
    else check();
  });
  check();
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
