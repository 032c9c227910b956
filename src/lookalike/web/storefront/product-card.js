// A product in a grid, and its place holder while it loads.

import { productDots } from "./color-dots.js";
import { element } from "./dom.js";
import { productHref } from "./routes.js";
import { image } from "./tiles.js";
import { altText, nameOf, priceText } from "./words.js";

/** A list entry that links to the product; `more` are nodes below the name and price. */
export function productCard(collection, product, ...more) {
  return element(
    "li",
    { class: "card", "data-sku": product.sku },
    element(
      "a",
      { class: "card-link", href: productHref(collection, product.sku) },
      picture(product),
      element("span", { class: "card-name" }, nameOf(product)),
    ),
    element(
      "p",
      { class: "card-facts" },
      element("span", { class: "price" }, priceText(product)),
      productDots(product),
    ),
    more,
  );
}

/** The tile with a product's first image; it keeps its place when there is none. */
export function picture(product) {
  const tile = element("span", { class: "tile" });
  if (product.image_url) tile.append(image(product.image_url, altText(product)));
  if (product.in_stock === false) tile.append(element("span", { class: "tile-note" }, "Sold out"));
  return tile;
}

export function placeholderCards(count) {
  return Array.from({ length: count }, () =>
    element(
      "li",
      { class: "card placeholder", "aria-hidden": "true" },
      element("span", { class: "tile" }),
      element("span", { class: "line" }),
      element("span", { class: "line line-short" }),
    ),
  );
}
