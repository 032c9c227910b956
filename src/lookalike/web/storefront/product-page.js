// One product, and below it what looks like it.

import * as api from "./api.js";
import { element, webAddress } from "./dom.js";
import { gallery } from "./gallery.js";
import { completeTheLook } from "./look.js";
import { lookalikes } from "./lookalikes.js";
import { announce, failure, notice } from "./messages.js";
import { palette } from "./palette.js";
import { picture } from "./product-card.js";
import { catalogHref, productHref, rewriteParams } from "./routes.js";
import { steerPanel } from "./steer-panel.js";
import { paramsFrom, steeringFrom } from "./steering.js";
import { wishesOffered } from "./wish-chips.js";
import { did, looked } from "./visitor.js";
import { categoryWord, fieldWord, isKnown, nameOf, priceText, sentenceCase } from "./words.js";

const SHOWN_ATTRIBUTES = [
  "product_type",
  "color_family",
  "pattern",
  "style",
  "material_appearance",
  "shape",
  "aesthetic",
  "complexity",
];
const MOST_VARIANTS = 12;

export function productPage({ collection, id: sku, params, signal, setTitle }) {
  const head = element(
    "div",
    { class: "product-head is-loading" },
    element("div", { class: "tile placeholder" }),
    element("div", { class: "product-facts" }),
  );
  let steering = steeringFrom(params);
  const list = lookalikes(collection, {
    query: () => ({ type: "product", product_id: sku }),
    steering: () => steering,
    signal,
  });
  const side = element("aside", { class: "steer-side", "aria-label": "Steer the list" });
  let panel = null;

  async function load() {
    const look = completeTheLook(collection, { sku, signal });
    node.replaceChildren(head, look, similar);
    const listed = list.refresh();
    try {
      const [product, facets] = await Promise.all([
        api.product(collection, sku, signal),
        api.facets(collection).catch(() => ({})),
      ]);
      setTitle(nameOf(product));
      looked(collection, sku);
      head.replaceChildren(gallery(product), facts(collection, product));
      head.classList.remove("is-loading");
      panel = steerPanel(steering, {
        wishes: wishesOffered(facets, product),
        hasCategory: isKnown(product.category),
        onchange: (next) => {
          steering = next;
          rewriteParams(paramsFrom(steering));
          list.refreshSoon();
        },
      });
      side.replaceChildren(panel.node);
      showVariants(collection, product, head, signal);
      await listed;
    } catch (error) {
      if (error.name === "AbortError") return;
      setTitle(error.status === 404 ? "Not found" : "Product");
      node.replaceChildren(
        failure(error, error.status === 404 ? null : load, "h1"),
        element(
          "p",
          { class: "message-actions" },
          element("a", { class: "button", href: catalogHref(collection) }, "See all products"),
        ),
      );
    }
  }

  function update(next) {
    steering = steeringFrom(next);
    panel?.update(steering);
    return list.refresh();
  }

  const similar = element(
    "section",
    { class: "similar", "aria-labelledby": "similar-title" },
    element("h2", { class: "section-title", id: "similar-title" }, "Looks like this"),
    element("div", { class: "similar-body" }, side, list.node),
  );
  const node = element("div", { class: "product-page" });
  return { title: "Product", node, ready: load(), update };
}

function facts(collection, product) {
  const shop = webAddress(product.url);
  return element(
    "div",
    { class: "product-facts" },
    element(
      "nav",
      { class: "crumbs", "aria-label": "Breadcrumb" },
      element("a", { href: catalogHref(collection) }, "All products"),
      isKnown(product.category) &&
        element(
          "a",
          { href: catalogHref(collection, { category: product.category }) },
          categoryWord(product.category),
        ),
    ),
    isKnown(product.brand) && element("p", { class: "brand" }, product.brand),
    element("h1", { tabindex: -1 }, nameOf(product)),
    element(
      "p",
      { class: "product-price" },
      element("span", { class: "price" }, priceText(product)),
      stock(product.in_stock),
    ),
    typeof product.extra?.description === "string" &&
      element("p", { class: "description" }, product.extra.description),
    saveButton(collection, product),
    palette(product.palette),
    attributes(product),
    element("div", { class: "variants" }),
    shop &&
      element(
        "p",
        {},
        element("a", { class: "button", href: shop, rel: "noopener" }, "View at the shop"),
      ),
  );
}

/** Saving is the first thing that makes somebody known; from then on, looks count too. */
function saveButton(collection, product) {
  const button = element("button", { class: "button save-button", type: "button" }, "Save");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await did(collection, "save", [product.sku]);
      button.textContent = "Saved";
      announce(`${nameOf(product)} is saved. See For you on the start page.`);
    } catch (error) {
      button.disabled = false;
      notice(error.message, { detail: error.hint });
    }
  });
  return element("p", {}, button);
}

function stock(inStock) {
  if (inStock === null || inStock === undefined) return null;
  return element(
    "span",
    { class: inStock ? "stock" : "stock is-out" },
    inStock ? "In stock" : "Sold out",
  );
}

function attributes(product) {
  const seen = product.visual_attributes ?? {};
  const rows = SHOWN_ATTRIBUTES.filter((name) => isKnown(seen[name])).map((name) => [
    fieldWord(name),
    seen[name],
  ]);
  if (!rows.length) return null;
  return element(
    "section",
    { class: "attributes" },
    element("h2", { class: "small-title" }, "What the picture shows"),
    element(
      "dl",
      {},
      rows.map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, sentenceCase(value))),
      ),
    ),
  );
}

/** The other products of the variant group, which the list of look-alikes leaves out. */
async function showVariants(collection, product, head, signal) {
  if (!isKnown(product.variant_group)) return;
  const where = [`variant_group="${product.variant_group}"`];
  const answer = await api
    .products(collection, { where, limit: MOST_VARIANTS, signal })
    .catch(() => null);
  const others = answer?.products.filter(({ sku }) => sku !== product.sku) ?? [];
  if (!others.length) return;
  head.querySelector(".variants")?.append(
    element("h2", { class: "small-title" }, "Also comes as"),
    element(
      "ul",
      { class: "variant-list" },
      others.map((one) =>
        element(
          "li",
          {},
          element(
            "a",
            { href: productHref(collection, one.sku), title: nameOf(one) },
            picture(one),
          ),
        ),
      ),
    ),
  );
}
