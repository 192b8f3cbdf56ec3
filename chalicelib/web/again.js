// The same demo once more: its spec becomes the draft of a new one.

/** Fill in the form for a new demo with what this one was requested with, and go there. */
export function makeAgain(demo) {
  const draft = {
    chosen: demo.requested_components,
    name: demo.name,
    hours: demo.ttl_hours,
    cidr: demo.allowed_cidr.join(", "),
    region: demo.region,
    parameters: demo.parameters,
    keep: demo.keep_on_failure,
  };
  sessionStorage.setItem("draft", JSON.stringify(draft));
  location.hash = "#/new";
}
