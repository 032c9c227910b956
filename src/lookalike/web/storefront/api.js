// The server's routes, one function each.  Every one may throw a Problem or an AbortError.

/** What went wrong, as the server's problem document says it. */
export class Problem extends Error {
  constructor({ status = 0, code = "", detail = "", hint = "" }) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export async function collections(signal) {
  return (await get("/v1/collections", signal)).collections;
}

/** One page of products; `where` is a list of clauses such as `price<=50`. */
export function products(collection, { where = [], limit, cursor = null, signal }) {
  const query = new URLSearchParams({ limit });
  for (const clause of where) query.append("where", clause);
  if (cursor) query.set("cursor", cursor);
  return get(`${root(collection)}/products?${query}`, signal);
}

export function product(collection, sku, signal) {
  return get(`${root(collection)}/products/${encodeURIComponent(sku)}`, signal);
}

const knownFacets = new Map();

/** Field -> [{value, count}], asked for once a visit. */
export async function facets(collection) {
  if (!knownFacets.has(collection)) {
    const asked = get(`${root(collection)}/facets`).then((answer) => answer.facets);
    asked.catch(() => knownFacets.delete(collection));
    knownFacets.set(collection, asked);
  }
  return knownFacets.get(collection);
}

export function retrieve(collection, question, signal) {
  return ask(`${root(collection)}/retrieve`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(question),
    signal,
  });
}

/** What completes a product; `asked` is the body without its `product_id`. */
export function looks(collection, sku, asked, signal) {
  return ask(`${root(collection)}/looks`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ product_id: sku, ...asked }),
    signal,
  });
}

/** What a user will like, best first, each with its reason. */
export function feed(collection, user, limit, signal) {
  const query = new URLSearchParams({ limit });
  return get(`${root(collection)}/users/${encodeURIComponent(user)}/feed?${query}`, signal);
}

/** Pictures that tell most about a taste. */
export function quiz(collection, signal) {
  return get(`${root(collection)}/quiz`, signal);
}

/** What is known of a user: tastes in words and pictures. */
export function user(collection, id, signal) {
  return get(`${root(collection)}/users/${encodeURIComponent(id)}`, signal);
}

/** All that is kept of a user. */
export function userExport(collection, id) {
  return get(`${root(collection)}/users/${encodeURIComponent(id)}/export`);
}

/** Mute, unmute or delete a taste; pause, resume, reset.  Answers as `user` does. */
export function control(collection, id, decision) {
  return ask(`${root(collection)}/users/${encodeURIComponent(id)}/controls`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(decision),
  });
}

/** Forget a user for good; answers with the signed receipt. */
export function eraseUser(collection, id) {
  return ask(`${root(collection)}/users/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** Keep what somebody did. */
export function record(collection, events) {
  return ask(`${root(collection)}/events`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ events }),
  });
}

export function upload(collection, file) {
  const body = new FormData();
  body.append("file", file, file.name || "photo");
  return ask(`${root(collection)}/uploads`, { method: "POST", body });
}

function root(collection) {
  return `/v1/collections/${encodeURIComponent(collection)}`;
}

function get(address, signal) {
  return ask(address, { signal });
}

const KEPT = "lookalike-key";
let given = null;

/** The key that calls show: the page's own, else the one that its visitor gave for this visit. */
function key() {
  return (
    document.querySelector('meta[name="lookalike-key"]')?.content ?? given ?? remembered()
  );
}

/** From now on, as long as this tab is open, calls show this key. */
export function showKey(text) {
  given = text.trim();
  try {
    sessionStorage.setItem(KEPT, given);
  } catch (error) {
    console.info("The key is kept for this page alone.", error);
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function authorization() {
  const shown = key();
  return shown ? { Authorization: `Bearer ${shown}` } : {};
}

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", ...authorization(), ...options.headers },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      code: "unreachable",
      detail: "The shop does not answer.",
      hint: "Check your connection, or whether the server still runs, and try again.",
    });
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new Problem({
    status: response.status,
    detail: `The server answered ${response.status} ${response.statusText}.`,
    ...body,
  });
}
