// The tab's icon tells how a demo is doing: a dot in the colour of its state, over the mark.

const COLOURS = {
  ready: "#17713f",
  failed: "#b02a20",
  quarantined: "#b02a20",
  deleted: "#666b7e",
  paused: "#666b7e",
  scheduled: "#666b7e",
  deleting: "#8a5200",
  pausing: "#8a5200",
};
const BUSY = "#1f57b5";

const link = document.querySelector("link[rel=icon]");
const plain = link.href;

/** Show a state in the tab's icon, or the plain mark. */
export function icon(state) {
  const dot = `%3Ccircle cx='17' cy='17' r='7' fill='${encodeURIComponent(COLOURS[state] ?? BUSY)}' stroke='white' stroke-width='1.5'/%3E`;
  const href = state ? plain.replace("%3C/svg%3E", `${dot}%3C/svg%3E`) : plain;
  if (link.href !== href) link.href = href;
}
