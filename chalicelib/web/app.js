// The frame around the views: who is signed in, which view the address names, the theme.

import { Problem, ask, capital, signWith } from "./api.js";
import * as auth from "./auth.js";
import { announce, h, say, stars, toast } from "./dom.js";
import { icon } from "./icon.js";
import { glyph, wordOf } from "./words.js";

const main = document.getElementById("main");
const TITLES = {
  list: "Demos",
  new: "New demo",
  demo: "Demo",
  change: "Change",
  handover: "Hand-over",
  pools: "Pools",
  overview: "Overview",
};
let leave = () => {};
let me = null;
let shows = 0; // how often a view was asked for

// A view comes when it is first opened: who is not signed in waits for none.
const VIEWS = {
  list: async () => (await import("./list.js")).listView,
  new: async () => (await import("./create.js")).createView,
  demo: async () => (await import("./demo.js")).demoView,
  pools: async () => (await import("./pools.js")).poolsView,
  overview: async () => (await import("./overview.js")).overviewView,
  handover: async () => (await import("./handover.js")).acceptView,
  change: async () => (await import("./change.js")).changeView,
};

function route() {
  const [name = "", id = "", what = ""] = location.hash.replace(/^#\/?/, "").split("/");
  if (name === "sign-in") return { view: "sign-in", id: decoded(id) };
  if (name === "handover") return { view: "handover", id: decoded(id) };
  if (name === "overview") return { view: "overview" };
  if (name === "new") return { view: "new" };
  if (name === "pools") return { view: "pools" };
  if (name === "demos" && /^[a-z0-9]{1,20}$/.test(id))
    return { view: what === "change" ? "change" : "demo", id };
  return { view: "list" };
}

/** Return a part of an address as text; one that is malformed says nothing. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** Close the view, and whatever it has requested. */
function close() {
  document.querySelector("dialog")?.close("");
  leave();
  leave = () => {};
}

async function show() {
  shows += 1;
  const turn = shows;
  close();
  toast("");
  const { view, id } = route();
  if (view === "sign-in") {
    if (!auth.session()) return signIn("#/", id);
    location.replace("#/");
    return;
  }
  frame(view);
  if (!auth.session()) return welcome();
  try {
    busy(true);
    const coming = VIEWS[view]();
    const [open] = await Promise.all([coming, introduced()]);
    if (turn !== shows) return; // somebody has gone elsewhere while it came, or come here again
    busy(false);
    main.replaceChildren();
    leave = open(main, { me, id, title }) ?? (() => {});
  } catch (error) {
    if (turn !== shows || error.status === 401) return;
    busy(false);
    main.replaceChildren(trouble(error));
  }
}

/** Learn who is here, once, and show what is an admin's to admins alone. */
async function introduced() {
  me ??= await ask("GET", "me");
  for (const link of document.querySelectorAll("[data-admin]")) link.hidden = !me.admin;
}

/** Show at once that something was pressed, however slow the line is. */
function busy(yes) {
  document.body.classList.toggle("busy", yes);
}

function frame(view) {
  for (const link of document.querySelectorAll("[data-nav]")) {
    if (link.dataset.nav === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const session = auth.session();
  document.getElementById("nav").hidden = !session;
  document.getElementById("sign-out").hidden = !session;
  say(document.getElementById("who"), session?.email ?? "");
  title(session ? TITLES[view] : "Sign in");
}

function title(text, state = "") {
  document.title = `${state ? `${glyph(state)} ${wordOf(state)}: ` : ""}${text} · Stelligent Demo`;
  icon(state);
}

/** Return an error as a sentence; a module that did not come is told as what it is. */
const said = (error) =>
  error instanceof Problem
    ? `${capital(error.message)}.`
    : "This view could not be loaded. Are you online?";

function trouble(error) {
  return h(
    "section",
    { class: "blank" },
    h("h1", {}, "That did not work"),
    h("p", {}, said(error)),
    h("button", { class: "primary", type: "button", onclick: show }, "Try again"),
  );
}

function welcome(problem = "") {
  busy(false);
  const ended = auth.sessionEnded();
  const why =
    problem || (ended ? "Your session has ended. Sign in again and go on where you were." : "");
  const view = location.hash || "#/";
  main.replaceChildren(
    h(
      "section",
      { class: "blank welcome" },
      stars(),
      h(
        "h1",
        {},
        ended ? "Welcome back" : "Demo environments that arrive in minutes and remove themselves",
      ),
      h(
        "p",
        { class: "why", role: ended || problem ? "alert" : null },
        why ||
          "Pick what to show, watch it come alive, share one link, and forget about cleaning up.",
      ),
      h(
        "button",
        { class: "primary large", type: "button", onclick: () => signIn(view) },
        "Sign in",
      ),
    ),
  );
}

async function signIn(view, hint) {
  try {
    await auth.signIn(view, hint);
  } catch (error) {
    frame("list");
    welcome(`Signing in is not possible just now: ${error.message}.`);
  }
}

/** The service did not take the token: what is on the page may be private, so it goes. */
function signedOut() {
  close();
  busy(false);
  me = null;
  if (auth.session()) auth.forget();
  frame(route().view);
  welcome("Your session has ended. Sign in again and go on where you were.");
  announce("Your session has ended");
}

const THEMES = ["system", "light", "dark"];
const LOOKS = { system: "◐", light: "☀", dark: "☾" };

function themeButton() {
  const button = document.getElementById("theme");
  const current = () => document.documentElement.dataset.theme ?? "system";
  const tell = () => {
    say(button, LOOKS[current()]);
    button.setAttribute("aria-label", `Colours: ${current()}. Change`);
    button.title = `Colours: ${current()}`;
  };
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length];
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    tell();
  });
  tell();
}

/** Say on one machine what is real and what is not; elsewhere the service has nothing to say. */
async function tellLocal() {
  const { local } = await auth.configuration();
  if (local) (await import("./local.js")).banner(local);
}

/** Begin; what only a local run tells comes after the first view. */
async function start() {
  await begin();
  // Signing in says it if this cannot be fetched.
  tellLocal().catch(() => {});
}

async function begin() {
  themeButton();
  signWith(auth.headers, signedOut);
  document.getElementById("sign-out").addEventListener("click", () => {
    auth.signOut();
    me = null;
    location.hash = "#/";
    show();
  });
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  let began = false;
  try {
    await auth.comeBack();
    await auth.withOtherTabs(() => {
      me = null;
      if (began) show();
    });
  } catch (error) {
    frame("list");
    welcome(`You are not signed in: ${error.message}.`);
    addEventListener("hashchange", show);
    return;
  }
  addEventListener("hashchange", async () => {
    await show();
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  });
  // A session ends by itself, in front of whoever is looking.
  setInterval(
    () => auth.sessionEnded() && main.querySelector(".welcome") === null && signedOut(),
    5000,
  );
  began = true;
  show();
}

start();
