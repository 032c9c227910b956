// Small round color samples.

import { element, forReaders } from "./dom.js";

/** One representative color for each family, for filters; a picture's own colors come as hex. */
export const FAMILY_COLORS = {
  black: "#1d1c1b",
  white: "#fbfaf7",
  gray: "#8d8d8d",
  beige: "#d9c7ab",
  brown: "#6e4a32",
  red: "#b8262f",
  orange: "#e07b2c",
  yellow: "#f0c93a",
  green: "#4b7a4c",
  blue: "#2f5597",
  purple: "#72508f",
  pink: "#e79ab0",
  gold: "#c39a3b",
  silver: "#c2c6ca",
};

const DOTS_ON_A_CARD = 4;
const LEAST_SHARE = 0.06; // of the product's surface; smaller accents cannot be told on a dot

export function dot(color) {
  const node = element("span", { class: "dot", "aria-hidden": "true" });
  node.style.backgroundColor = color;
  return node;
}

export function familyDot(family) {
  if (family in FAMILY_COLORS) return dot(FAMILY_COLORS[family]);
  return element("span", {
    class: `dot dot-${family === "multicolor" ? "multicolor" : "other"}`,
    "aria-hidden": "true",
  });
}

/** The main colors of a product. */
export function productDots(product) {
  const shown = (product.palette ?? [])
    .filter((swatch) => swatch.share >= LEAST_SHARE)
    .slice(0, DOTS_ON_A_CARD);
  if (!shown.length) return null;
  const names = [...new Set(shown.map((swatch) => swatch.family))].join(", ");
  return element(
    "span",
    { class: "dots" },
    forReaders(`Colors: ${names}`),
    shown.map((swatch) => dot(swatch.hex)),
  );
}
