// Sign-in: OpenID Connect, authorization code with PKCE (RFC 7636), a public client.
//
// The ID token lives in each tab's session storage and travels in the Authorization header only. A
// new tab gets it from one that is open, by a message that stays in this browser and this origin.
// There is no refresh token: when the token ends, one more round to the issuer, where the
// session most often still stands, brings people back to the view they were on.

import { HERE, ask } from "./api.js";

const SESSION = "session";
const UNDER_WAY = "sign-in";
const REDIRECT = new URL("app", HERE).href;

const kept = (name) => JSON.parse(sessionStorage.getItem(name) ?? "null");
const keep = (name, value) => sessionStorage.setItem(name, JSON.stringify(value));

/** Return the session as { token, email, expires }, or null; one that ended is none. */
export function session() {
  const found = kept(SESSION);
  return found && found.expires > Date.now() / 1000 ? found : null;
}

/** Whether there was a session that has ended by itself. */
export const sessionEnded = () => kept(SESSION) !== null && session() === null;

/** Forget the session of this tab. */
export const forget = () => sessionStorage.removeItem(SESSION);

// Until when a tab of this browser may have a session: a new tab waits for it only until then.
const UNTIL = `session until ${HERE.pathname}`;
const perhapsElsewhere = () => Number(localStorage.getItem(UNTIL)) > Date.now() / 1000;

// Between the tabs of this page; another base path at this origin is another service.
const tabs = new BroadcastChannel(`session ${HERE.pathname}`);
const ANSWERS_WITHIN = 300; // milliseconds

/** Forget the session in every tab, and go to the issuer to end its own, where it offers that. */
export async function signOut() {
  forget();
  localStorage.removeItem(UNTIL);
  tabs.postMessage({ signedOut: true });
  const config = await configuration().catch(() => ({}));
  if (!config.end_session_endpoint) return;
  const url = new URL(config.end_session_endpoint);
  url.searchParams.set("client_id", config.client_id);
  // RP-Initiated Logout's name for where to come back to, and Cognito's.
  for (const name of ["post_logout_redirect_uri", "logout_uri"]) url.searchParams.set(name, REDIRECT);
  location.assign(url);
}

/** Give the other tabs this one's session. */
function offer() {
  localStorage.setItem(UNTIL, session().expires);
  tabs.postMessage({ session: kept(SESSION) });
}

/** Get the session of another tab, if one is open and signed in; call `changed` of later news. */
export function withOtherTabs(changed) {
  return new Promise((resolve) => {
    const alone = session() || !perhapsElsewhere();
    const waiting = alone ? resolve() : setTimeout(resolve, ANSWERS_WITHIN);
    tabs.addEventListener("message", ({ data }) => {
      if (data.wanted && session()) tabs.postMessage({ session: kept(SESSION) });
      if (data.session && !session()) {
        keep(SESSION, data.session);
        clearTimeout(waiting);
        resolve();
        changed();
      }
      if (data.signedOut && kept(SESSION)) {
        forget();
        changed();
      }
    });
    if (session()) offer();
    else tabs.postMessage({ wanted: true });
  });
}

/** Return the headers that sign a request. */
export function headers() {
  const found = session();
  return found ? { Authorization: `Bearer ${found.token}` } : {};
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

let known = null;

/** Return where and as which client the page signs in; it is fetched once. */
export function configuration() {
  known ??= ask("GET", "config.json").catch((error) => {
    known = null;
    throw error;
  });
  return known;
}

/** Go to the issuer and come back to `view`; `hint` is the address of who wants to sign in. */
export async function signIn(view, hint = "") {
  const config = await configuration();
  const [state, nonce, verifier] = [random(), random(), random()];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  keep(UNDER_WAY, { state, nonce, verifier, view });
  const url = new URL(config.authorization_endpoint);
  const parameters = {
    response_type: "code",
    client_id: config.client_id,
    redirect_uri: REDIRECT,
    scope: config.scopes,
    state,
    nonce,
    code_challenge: base64url(digest),
    code_challenge_method: "S256",
    ...(hint ? { login_hint: hint } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Finish a sign-in if this page was opened by the issuer; throw what went wrong with it. */
export async function comeBack() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("state") && !answer.has("error")) return;
  const begun = kept(UNDER_WAY);
  sessionStorage.removeItem(UNDER_WAY);
  // The code is good once, for this verifier alone; still it leaves the address at once.
  history.replaceState(null, "", `${REDIRECT}${begun?.view ?? "#/"}`);
  // Some issuers tell of a refusal without the state; it says nothing that is believed.
  const foreign = answer.has("state") && answer.get("state") !== begun?.state;
  if (!begun || foreign) throw new Error("this sign-in was not begun here");
  if (answer.has("error")) throw new Error(answer.get("error_description") ?? answer.get("error"));
  const token = await trade(answer.get("code"), begun.verifier);
  const claims = read(token);
  if (claims.nonce !== begun.nonce) throw new Error("the issuer answered another sign-in");
  keep(SESSION, { token, email: claims.email ?? claims.sub, expires: claims.exp });
}

async function trade(code, verifier) {
  const config = await configuration();
  const response = await fetch(config.token_endpoint, {
    method: "POST",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: REDIRECT,
      client_id: config.client_id,
      code_verifier: verifier,
    }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error_description ?? body.error ?? "no token was given");
  return body.id_token;
}

// The service checks the signature of every request's token; here its claims are only shown.
function read(token) {
  const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(part), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
