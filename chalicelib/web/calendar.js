// The end of a lease as a calendar file (iCalendar, RFC 5545).

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

/** Return the calendar file of a demo's end, with an alarm half an hour before. */
export function calendar(demo, address) {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Stelligent Demo//EN",
    "BEGIN:VEVENT",
    `UID:${demo.demo_id}@stelligent-demo`,
    `DTSTAMP:${stamp(now())}`,
    `DTSTART:${stamp(demo.expires_at)}`,
    `SUMMARY:${text(`${demo.name} ends`)}`,
    `URL:${address}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "TRIGGER:-PT30M",
    `DESCRIPTION:${text(`${demo.name} ends in half an hour`)}`,
    "END:VALARM",
    "END:VEVENT",
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
