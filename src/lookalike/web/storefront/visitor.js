// Who looks at the shop: nobody, until they save something, take the quiz or are named by ?as=.
// Nothing that is done before is recorded, and one click makes the page forget who it is.

import * as api from "./api.js";

const memory = new Map();

/** The id under which this browser's tastes are kept, or null. */
export function visitor(collection) {
  return memory.get(collection) ?? stored(collection);
}

/** From now on be this user; without an id, a new one that only this browser knows. */
export function become(collection, id = `visitor-${crypto.randomUUID()}`) {
  memory.set(collection, id);
  try {
    localStorage.setItem(key(collection), id);
  } catch (error) {
    console.info("The visitor is kept for this page alone.", error);
  }
  return id;
}

export function leave(collection) {
  memory.delete(collection);
  try {
    localStorage.removeItem(key(collection));
  } catch (error) {
    console.info("Nothing was kept.", error);
  }
}

/** Tell the shop what this visitor did; `from` joins it to the list that showed the product. */
export function did(collection, kind, skus, from = {}) {
  const id = visitor(collection) ?? become(collection);
  const time = new Date().toISOString();
  const events = skus.map((sku) => ({
    event_id: crypto.randomUUID(),
    user_id: id,
    kind,
    product_id: sku,
    time,
    ...from,
  }));
  return api.record(collection, events);
}

/** A look counts only for somebody who is known; it is never worth an error on the page. */
export function looked(collection, sku) {
  if (!visitor(collection)) return;
  did(collection, "view", [sku]).catch((error) => console.info("The look is not kept.", error));
}

function stored(collection) {
  try {
    return localStorage.getItem(key(collection));
  } catch {
    return null;
  }
}

function key(collection) {
  return `lookalike-visitor-${collection}`;
}
