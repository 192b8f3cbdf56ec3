// Times and states in people's words.

export const STATES = {
  pending: "waiting",
  creating: "building",
  ready: "ready",
  updating: "changing",
  stopping: "stopping",
  stopped: "stopped",
  starting: "starting",
  failed: "failed",
  deleting: "removing",
  delete_failed: "stuck",
  deleted: "removed",
};

export const PHASES = {
  requested: "Requested",
  provisioning: "Building",
  changing: "Changing",
  ready: "Ready",
  pausing: "Pausing",
  paused: "Paused",
  resuming: "Resuming",
  deleting: "Removing",
  deleted: "Removed",
  failed: "Failed (kept)",
  quarantined: "Stuck: needs an operator",
};

const GLYPHS = {
  pending: "○",
  requested: "○",
  creating: "◐",
  provisioning: "◐",
  changing: "◐",
  updating: "◐",
  starting: "◐",
  resuming: "◐",
  ready: "●",
  paused: "○",
  stopped: "○",
  failed: "✕",
  quarantined: "✕",
  delete_failed: "✕",
  deleting: "◑",
  pausing: "◑",
  stopping: "◑",
  deleted: "–",
  preparing: "◐",
  ended: "–",
  unavailable: "✕",
};

/** Return the sign that tells a state where colour does not. */
export const glyph = (state) => GLYPHS[state] ?? "○";

/** Whether a demo's making has not begun, since it is to be ready later. */
export const waiting = (demo, at) =>
  demo.phase === "requested" && demo.desired_state !== "deleted" && Date.parse(demo.starts_at) > at;

/** Return the state of a demo as people see it: its phase, or that it waits for its start. */
export const stateOf = (demo, at) => (waiting(demo, at) ? "scheduled" : demo.phase);

/** Return such a state's word. */
export const wordOf = (state) => (state === "scheduled" ? "Scheduled" : PHASES[state]);

const AT_REST = ["ready", "paused", "failed", "deleted", "quarantined"];

/** Whether a demo is on its way somewhere. */
export const moving = (demo, at) =>
  !waiting(demo, at) &&
  (!AT_REST.includes(demo.phase) ||
    (demo.desired_state === "deleted" && demo.phase !== "deleted" && demo.phase !== "quarantined"));

/** Return a stretch of time at a glance: 45 s, 12 min, 3 h 05 min, 2 d 4 h. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Return a stretch of time that is watched: 0:45, 12:03, 3:05:09. */
export function clock(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Return typical minutes: 12 min, or seconds for what takes less than one. */
export const minutes = (n) => (n < 1 ? `${Math.round(n * 60)} s` : `${Number(n.toFixed(1))} min`);

const MOMENT = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** Return a moment as a date and time of here, with the zone's name. */
export const moment = (iso) => (iso ? MOMENT.format(new Date(iso)) : "");

const DAY = 24 * 3600_000;
const OF_DAY = { hour: "2-digit", minute: "2-digit" };
const THIS_WEEK = new Intl.DateTimeFormat(undefined, { weekday: "short", ...OF_DAY });
const LATER = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", ...OF_DAY });

/** Return a moment to come where there is little room: by its weekday, if that says which. */
export const brief = (iso, at) =>
  (Date.parse(iso) - at < 6 * DAY ? THIS_WEEK : LATER).format(new Date(iso));

/** Return a moment's time of day, to the second. */
export const timeOfDay = (iso) => TIME.format(new Date(iso));

/** Return a sentence of the service with its moments, which it says in UTC, as those of here. */
export const zoned = (text) =>
  text.replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/g, (_, day, time) => moment(`${day}T${time}Z`));

/** Return a text as a sentence: a capital, the moments of here, a full stop. */
export const sentence = (text) =>
  text ? zoned(`${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.\s]*$/, "")}.`) : "";

/** Return when a lease ends, as seen now. */
export function countdown(iso, now) {
  const left = Date.parse(iso) - now;
  return left > 0 ? `${span(left)} left` : "ended";
}

/** Return dollars an hour, as far as they are known. */
export const dollars = (n, unpriced = []) => {
  if (n === null) return "price not known";
  const digits = n === 0 ? 0 : n < 1 ? 3 : 2;
  return `${unpriced.length ? "at least " : ""}$${n.toFixed(digits)}/h`;
};

/** Return how many of what: 1 demo, 2 demos. */
export const many = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
