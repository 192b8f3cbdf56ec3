// How long a demo should live: in hours or until a moment, never more than is allowed.

import { now } from "./api.js";
import { h } from "./dom.js";

const HOUR = 3600_000;

/** Return when a lease that is asked for begins: when its demo is to be ready, or now. */
const begins = ({ readyBy }) => readyBy ?? now();

/** Return what is wrong with the lease that was filled in, or nothing. */
export function leaseFault({ hours, me }) {
  if (hours === null) return "";
  const most = me.lease_hours.at_once;
  return hours > 0 && hours <= most ? "" : `Must be more than 0 and at most ${most} hours.`;
}

/** The two fields of a lease: each says what the other means; `follow()` when its beginning moved. */
export function leaseFields(view, parts, caps, changed) {
  const hours = h("input", {
    type: "number",
    min: 0.5,
    max: caps.at_once,
    step: "any",
    placeholder: caps.default,
    autocomplete: "off",
    oninput: () => {
      view.hours = hours.value === "" ? null : Number(hours.value);
      follow();
      changed();
    },
  });
  const until = h("input", {
    type: "datetime-local",
    oninput: () => {
      view.hours = until.value ? rounded((Date.parse(until.value) - begins(view)) / HOUR) : null;
      hours.value = view.hours ?? "";
      changed();
    },
  });
  const follow = () => {
    until.value = view.hours > 0 ? local(begins(view) + view.hours * HOUR) : "";
  };
  const bounds = () => {
    until.min = local(begins(view));
    until.max = local(begins(view) + caps.at_once * HOUR);
  };
  until.addEventListener("focus", bounds);
  bounds();
  hours.value = view.hours ?? "";
  follow();
  const hint = `${caps.default} unless you say so, ${caps.at_once} at most; it can be extended.`;
  return { hours, until, hint, zone: zone(), follow };
}

const rounded = (hours) => Math.round(hours * 100) / 100;

/** Return a moment as a field of local time has it. */
export function local(moment) {
  const at = new Date(moment);
  return new Date(moment - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Return the name of the reader's zone. */
export function zone() {
  const parts = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" }).formatToParts();
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}
