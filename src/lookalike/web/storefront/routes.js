// Addresses: #/collection, #/collection/product/SKU, #/collection/photo/UPLOAD,
// #/collection/quiz, #/collection/tastes, each with ?params.
// They live behind the hash, so that one file serves every deep link.

/** {collection, page, id, params} of an address; collection is null at the front door. */
export function route(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  const [collection, page, id] = path.split("/").filter(Boolean).map(decoded);
  const known = (["product", "photo"].includes(page) && id) || ["quiz", "tastes"].includes(page);
  return {
    collection: collection ?? null,
    page: known ? page : page === undefined ? "catalog" : "missing",
    id: known ? (id ?? null) : null,
    params: new URLSearchParams(query),
  };
}

export function catalogHref(collection, params = {}) {
  return `#/${encodeURIComponent(collection)}${tail(params)}`;
}

export function productHref(collection, sku, params = {}) {
  return `#/${encodeURIComponent(collection)}/product/${encodeURIComponent(sku)}${tail(params)}`;
}

export function photoHref(collection, uploadId, params = {}) {
  return `#/${encodeURIComponent(collection)}/photo/${encodeURIComponent(uploadId)}${tail(params)}`;
}

export function quizHref(collection) {
  return `#/${encodeURIComponent(collection)}/quiz`;
}

export function tastesHref(collection) {
  return `#/${encodeURIComponent(collection)}/tastes`;
}

/** Change the params of the address in place, without a new step in the history. */
export function rewriteParams(params) {
  const [path] = location.hash.split("?");
  history.replaceState(history.state, "", `${path}${tail(params)}`);
}

function tail(params) {
  const text = new URLSearchParams(params).toString();
  return text ? `?${text}` : "";
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
