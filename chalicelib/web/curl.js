// What a form is about to send, as a command for a shell.

import { HERE } from "./api.js";
import { copyButton } from "./dom.js";

/** Return a button that copies a request; its token stays out of it, the shell's own $TOKEN is in. */
export const curlButton = (method, path, body) =>
  copyButton(() => command(method, path, body()), "request as curl", "Copy request as curl");

const command = (method, path, body) =>
  [
    `curl -X ${method} ${quoted(new URL(path, HERE).href)}`,
    '-H "Authorization: Bearer $TOKEN"',
    "-H 'Content-Type: application/json'",
    `-d ${quoted(JSON.stringify(body))}`,
  ].join(" \\\n  ");

/** Return a text as a POSIX shell reads it literally. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
