// What a browser tells of a demo while its tab is open: only after somebody has pressed for it.

import { h, say, set, toast } from "./dom.js";
import { PHASES, countdown } from "./words.js";

const KEY = "notices";
const SOON = 15 * 60_000; // milliseconds before the end
const TOLD = ["ready", "failed", "quarantined", "deleted"];

const wanted = () => localStorage.getItem(KEY) === "on" && Notification?.permission === "granted";

/** Whether a hidden tab should look on, because its person wants to be told. */
export const watching = () => "Notification" in window && wanted();

/** The button that turns notices on and off, and `tell(before, demo, at)`. */
export function notices() {
  const button = h("button", { type: "button", class: "quiet" });
  const draw = () => {
    say(button, watching() ? "Notices are on" : "Notify me");
    set(button, "aria-pressed", String(watching()));
  };
  button.title = "When the demo is ready, fails or is about to end, while this tab is open.";
  button.hidden = !("Notification" in window);
  button.addEventListener("click", async () => {
    if (watching()) localStorage.setItem(KEY, "off");
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(KEY, "on");
    else toast("The browser does not allow notices for this page.", { bad: true });
    draw();
  });
  draw();
  let warned = "";
  return {
    button,
    tell(before, demo, at) {
      if (!watching()) return;
      if (before && before.phase !== demo.phase && TOLD.includes(demo.phase))
        notify(demo, PHASES[demo.phase]);
      const left = Date.parse(demo.expires_at) - at;
      if (demo.desired_state !== "deleted" && left > 0 && left < SOON && warned !== demo.expires_at) {
        warned = demo.expires_at;
        notify(demo, `Its lease ends: ${countdown(demo.expires_at, at)}`);
      }
    },
  };
}

function notify(demo, body) {
  const notice = new Notification(demo.name, { body, tag: demo.demo_id });
  notice.onclick = () => window.focus();
}
