// The service over HTTP: relative addresses only, conditional requests, polite polling.

import { toast } from "./dom.js";
import { zoned } from "./words.js";

/** Where the API is: what lies beside this page, whatever its base path. */
export const HERE = new URL("./", location.href);

/** An answer that is a problem document (RFC 9457), or no answer at all (status 0). */
export class Problem extends Error {
  constructor(status, body) {
    super(zoned(body.detail ?? body.title ?? `the service answered ${status}`));
    this.status = status;
    this.errors = body.errors ?? [];
  }
}

let authorize = () => ({});
let refused = () => {};
let skew = 0;

/** Tell how to sign requests, and what to do when the service does not take the signature. */
export function signWith(headers, onRefused) {
  authorize = headers;
  refused = onRefused;
}

/** Return the time now as the service has it, in milliseconds. */
export const now = () => Date.now() + skew;

async function send(method, path, { body, headers = {}, signal, keepalive } = {}) {
  const json = body === undefined ? {} : { "Content-Type": "application/json" };
  try {
    return await fetch(new URL(path, HERE), {
      method,
      signal,
      keepalive,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { ...authorize(), ...json, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: "the service cannot be reached" });
  }
}

async function read(response) {
  const date = Date.parse(response.headers.get("date") ?? "");
  const off = date - Date.now();
  if (Math.abs(off) > 3000) skew = off;
  const text = await response.text();
  const kind = response.headers.get("content-type") ?? "";
  const body = text && kind.includes("json") ? JSON.parse(text) : {};
  if (response.ok) return body;
  if (response.status === 401) refused(body.detail);
  throw new Problem(response.status, body);
}

/** Ask once; resolve with the JSON answer, or reject with a Problem. */
export async function ask(method, path, options) {
  return read(await send(method, path, options));
}

/** Return a reader of one address: it resolves with null when nothing has changed (304). */
export function reader(path, headers = {}) {
  let etag = null;
  return async (signal) => {
    const known = etag ? { "If-None-Match": etag } : {};
    const response = await send("GET", path, { headers: { ...headers, ...known }, signal });
    if (response.status === 304) return null;
    const body = await read(response);
    etag = response.headers.get("etag");
    return body;
  };
}

/**
 * Call `look(signal)` now and again: it returns the seconds until the next time, or Infinity.
 * Nothing is requested in a hidden tab, unless `hidden()` says that somebody waits for it. While the service does not answer the pauses grow.
 * Returns what stops it; `.now()` of it looks at once.
 */
export function poll(look, { hidden = () => false } = {}) {
  const stop = new AbortController();
  let timer = 0;
  let failures = 0;
  let busy = false;
  let again = false;

  async function turn() {
    clearTimeout(timer);
    if (stop.signal.aborted || (document.hidden && !hidden())) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    const seconds = await attempt();
    busy = false;
    if (again) turn();
    else if (seconds < Infinity && !stop.signal.aborted) {
      timer = setTimeout(turn, seconds * 1000);
    }
  }

  async function attempt() {
    try {
      const seconds = await look(stop.signal);
      if (failures) toast("");
      failures = 0;
      return seconds;
    } catch (error) {
      if (stop.signal.aborted || error.status === 401 || error.status === 404) return Infinity;
      if (!(error instanceof Problem)) throw error;
      failures += 1;
      const pause = Math.min(60, 2 ** failures);
      toast(`${capital(error.message)}. Trying again in ${pause} s.`, { bad: true, seconds: 0 });
      return pause;
    }
  }

  document.addEventListener("visibilitychange", turn, { signal: stop.signal });
  addEventListener("online", turn, { signal: stop.signal });
  turn();
  const end = () => {
    stop.abort();
    clearTimeout(timer);
  };
  end.now = turn;
  return end;
}

/** Return a sentence with a capital letter. */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
