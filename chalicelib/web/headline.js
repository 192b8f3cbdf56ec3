// How a demo is doing, in one sentence.

import { remaining } from "./timeline.js";
import { PHASES, span, waiting } from "./words.js";

/** Return when the making began, or will. */
export const begun = (demo) => Date.parse(demo.starts_at ?? demo.created_at);

/** Return the sentence; `done` of `all` components are there, or gone. */
export function headline(demo, done, all, bars, at) {
  if (demo.phase === "deleted")
    return demo.failure ? "It failed, and everything is removed" : "Everything is removed";
  if (demo.phase === "quarantined") return "The removal needs an operator";
  if (demo.desired_state === "deleted") {
    return `${demo.failure ? "It failed. Removing" : "Removing"}: ${done} of ${all} removed`;
  }
  if (demo.failure) return "A component failed";
  if (waiting(demo, at)) return `Starts in ${span(begun(demo) - at)}`;
  if (demo.phase === "ready")
    return `Ready after ${span(Date.parse(demo.ready_at) - begun(demo))}`;
  if (["pausing", "paused"].includes(demo.phase)) return PHASES[demo.phase];
  // How long a stack takes to be made says nothing of these.
  if (["resuming", "changing"].includes(demo.phase))
    return `${PHASES[demo.phase]}: ${done} of ${all} ready`;
  return `${done} of ${all} ready, about ${span(Math.max(1000, remaining(bars, at)))} to go`;
}
