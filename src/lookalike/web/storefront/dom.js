// Building the page: elements whose text can never become markup.

/**
 * An element with attributes and children; strings among the children become text.
 * A function under a key such as `onclick` is added as a listener; false, null and undefined
 * attributes and children are left out; true gives an empty attribute.
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat().filter((child) => child !== false && child != null));
  return node;
}

/** Text that only screen readers get. */
export function forReaders(text) {
  return element("span", { class: "for-readers" }, text);
}

let count = 0;

/** An id that no other element of this page has. */
export function uniqueId(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

/** The address if a browser may open it as a page of the shop, else null. */
export function webAddress(text) {
  try {
    const address = new URL(text);
    return ["http:", "https:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}
