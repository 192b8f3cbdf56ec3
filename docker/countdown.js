// Shows the end in the reader's own time, and counts down to it. A lease that was extended since is
// not known here, so past the end it claims no more than that.
"use strict";

const ends = document.getElementById("ends");
const left = document.getElementById("left");
const live = document.querySelector(".live");
const end = new Date(ends.dateTime);

function remaining(seconds) {
  const [d, h, m] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const s = Math.floor(seconds % 60);
  if (d > 0) return `${d} d ${h} h`;
  if (h > 0) return `${h} h ${m} min`;
  return `${m} min ${s} s`;
}

function show() {
  const seconds = (end - Date.now()) / 1000;
  if (seconds > 0) {
    left.textContent = remaining(seconds);
    setTimeout(show, 1000);
  } else {
    left.textContent = "over, unless extended";
    document.body.classList.add("over");
    live.lastChild.textContent = "Past its end";
  }
}

if (!Number.isNaN(end.getTime())) {
  ends.textContent = end.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  show();
}
