// Tiles: where pictures stand.  All tiles have one shape, that of the shop's own pictures.

import { element } from "./dom.js";

const NARROWEST = 0.7; // width to height of a tile; beyond these a grid looks broken
const WIDEST = 1.2;
const TOLERANCE = 1.14; // a picture this near to the tile's shape fills it and loses at most 12%

/** Give the page's tiles the shape that the middle one of these products' pictures has. */
export function shapeTiles(products) {
  const shapes = products
    .map(({ images }) => images?.[0])
    .filter((one) => one?.width && one?.height)
    .map((one) => one.width / one.height)
    .sort((a, b) => a - b);
  if (!shapes.length) return;
  const middle = shapes[Math.floor(shapes.length / 2)];
  document.documentElement.style.setProperty(
    "--tile-shape",
    Math.min(Math.max(middle, NARROWEST), WIDEST).toFixed(3),
  );
}

/** An image that fades in, fills its tile where that costs little, and says so when it is missing. */
export function image(address, alt, attributes = {}) {
  const node = element("img", { alt, loading: "lazy", decoding: "async", ...attributes });
  node.addEventListener("load", () => {
    const { width, height } = node.parentElement?.getBoundingClientRect() ?? {};
    const off = node.naturalWidth / node.naturalHeight / (width / height);
    node.classList.toggle("fills", Math.max(off, 1 / off) <= TOLERANCE);
    node.classList.add("is-loaded");
  });
  node.addEventListener("error", () => {
    node.replaceWith(element("span", { class: "tile-gap" }, alt || "No picture"));
  });
  node.src = address;
  return node;
}
