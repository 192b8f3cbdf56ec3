// When a demo is ready and when it ends, as a calendar file (iCalendar, RFC 5545).

import { now } from "./api.js";
import { h } from "./dom.js";

const stamp = (moment) => new Date(moment).toISOString().replace(/[-:]|\.\d+/g, "");
const text = (value) => value.replace(/[\\;,]/g, "\\$&").replace(/\n/g, "\\n");

/** Break a line after at most 75 bytes, as RFC 5545 wants (3.1), and never inside a sign. */
function folded(line) {
  const encoder = new TextEncoder();
  let [out, bytes] = ["", 0];
  for (const sign of line) {
    const size = encoder.encode(sign).length;
    if (bytes + size > 74) [out, bytes] = [`${out}\r\n `, 1];
    out += sign;
    bytes += size;
  }
  return out;
}

/** Return an event of a demo, with an alarm half an hour before. */
const event = (id, moment, words, address) => [
  "BEGIN:VEVENT",
  `UID:${id}@stelligent-demo`,
  `DTSTAMP:${stamp(now())}`,
  `DTSTART:${stamp(moment)}`,
  `SUMMARY:${text(words)}`,
  `URL:${address}`,
  "BEGIN:VALARM",
  "ACTION:DISPLAY",
  "TRIGGER:-PT30M",
  `DESCRIPTION:${text(`${words} in half an hour`)}`,
  "END:VALARM",
  "END:VEVENT",
];

/** Return the calendar file of a demo's end, and of when it is to be ready while that is ahead. */
export function calendar(demo, address) {
  const { demo_id: id, name, ready_by: by } = demo;
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Stelligent Demo//EN",
    ...(Date.parse(by) > now() ? event(`${id}-ready`, by, `${name} is to be ready`, address) : []),
    ...event(id, demo.expires_at, `${name} ends`, address),
    "END:VCALENDAR",
    "",
  ]
    .map(folded)
    .join("\r\n");
}

/** Return a link that saves it. */
export function calendarLink(view) {
  const link = h("a", { class: "quiet button", download: "demo-ends.ics", href: "#" }, "Calendar file");
  link.addEventListener("click", () => {
    URL.revokeObjectURL(link.href);
    const file = new Blob([calendar(view.demo, location.href)], { type: "text/calendar" });
    link.href = URL.createObjectURL(file);
  });
  return link;
}
