// Shows the demo's name, owner and end as they are now, and counts down to the end. The instance
// fetches the file beside the page each half minute; where there is none, the page does without.
"use strict";

const EVERY = 20_000; // milliseconds
const element = (id) => document.getElementById(id);
let end = Number.NaN;

function remaining(seconds) {
  const [d, h, m] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const s = Math.floor(seconds % 60);
  if (d > 0) return `${d} d ${h} h`;
  if (h > 0) return `${h} h ${m} min`;
  return `${m} min ${s} s`;
}

function count() {
  const seconds = (end - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return;
  element("left").textContent = seconds > 0 ? remaining(seconds) : "over, unless extended";
  element("state").textContent = seconds > 0 ? "Running" : "Past its end";
  document.body.classList.toggle("over", seconds <= 0);
}

function show({ name, owner, expires_at: expiresAt }) {
  if (name) {
    element("name").textContent = name;
    document.title = `${name} · Stelligent Demo`;
  }
  if (owner) element("owner").textContent = owner;
  end = new Date(expiresAt).getTime();
  if (Number.isNaN(end)) return;
  element("ends").dateTime = expiresAt;
  element("ends").textContent = new Date(end).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  count();
}

async function look() {
  // Two files of one second look alike to a cache.
  const answer = await fetch("demo.json", { cache: "no-store" });
  if (answer.ok) show(await answer.json());
}

function again() {
  // Out of reach for a moment, or half of a file: the next look will tell.
  look().catch(() => {});
}

again();
setInterval(again, EVERY);
setInterval(count, 1000);
