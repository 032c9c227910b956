// The grid of all products, filtered, a page at a time.

import * as api from "./api.js";
import { clauses } from "./clauses.js";
import { element } from "./dom.js";
import { feedRow } from "./feed-row.js";
import { filterPanel } from "./filter-panel.js";
import { announce, failure, message } from "./messages.js";
import { placeholderCards, productCard } from "./product-card.js";
import { catalogHref, rewriteParams } from "./routes.js";
import { shapeTiles } from "./tiles.js";
import { become } from "./visitor.js";
import { counted } from "./words.js";

const PAGE = 24; // divides by 2, 3, 4 and 6, so that the last row of a page is full

/** What was loaded for an address, so that the way back finds the grid as it was left. */
const remembered = new Map();

export function catalogPage({ collection, params, signal, go, choosePhoto }) {
  if (params.get("as")) {
    become(collection, params.get("as"));
    params.delete("as");
    rewriteParams(params);
  }
  const row = feedRow(collection, { signal });
  const grid = element("ul", { class: "grid", "aria-label": "Products", tabindex: -1 });
  const status = element("p", { class: "count", role: "status" });
  const after = element("div", { class: "after-grid" });
  const panel = filterPanel(params, (next) => go(catalogHref(collection, next)));
  const intro = introduction(choosePhoto);
  const title = element("h2", { class: "section-title" }, "All products");
  let where = [];
  let turn = 0;

  api.facets(collection).then(panel.show, () => panel.show({}));

  const list = (answer) => {
    if (!grid.querySelector(".card:not(.placeholder)")) shapeTiles(answer.products);
    grid.append(...answer.products.map((product) => productCard(collection, product)));
    status.textContent = counted(answer.count, "product");
    after.replaceChildren();
    if (answer.cursor) after.append(moreButton(() => load(answer.cursor)));
    if (!answer.count) after.append(nothing());
  };
  const nothing = () =>
    where.length
      ? message({
          title: "Nothing fits all of this",
          detail: "No product of this collection has everything that is chosen.",
          actions: [
            element("a", { class: "button", href: catalogHref(collection) }, "Clear all filters"),
          ],
        })
      : message({
          title: "There are no products yet",
          detail: "This collection is empty.",
          hint: "Index a catalog with `lookalike index ./catalog.csv`, then reload the page.",
        });

  async function load(cursor) {
    const mine = (turn += 1);
    const address = key(collection, where);
    const known = cursor ? null : remembered.get(address);
    if (!cursor) grid.replaceChildren();
    if (known) return known.forEach(list);
    const ghosts = placeholderCards(cursor ? 4 : 12);
    grid.append(...ghosts);
    grid.ariaBusy = "true";
    after.replaceChildren();
    try {
      const answer = await api.products(collection, { where, limit: PAGE, cursor, signal });
      if (mine !== turn) return undefined;
      for (const ghost of ghosts) ghost.remove();
      const firstNew = grid.children.length;
      list(answer);
      remembered.set(address, [...(cursor ? (remembered.get(address) ?? []) : []), answer]);
      if (cursor) {
        grid.children[firstNew]?.querySelector("a").focus({ preventScroll: true });
        announce(`${counted(grid.children.length, "product")} shown of ${answer.count}`);
      }
    } catch (error) {
      if (error.name === "AbortError" || mine !== turn) return undefined;
      for (const ghost of ghosts) ghost.remove();
      status.textContent = "";
      after.replaceChildren(failure(error, () => load(cursor)));
    } finally {
      if (mine === turn) grid.ariaBusy = "false";
    }
    return undefined;
  }

  function update(next) {
    panel.update(next);
    where = clauses(next);
    intro.hidden = where.length > 0;
    row.node.hidden = where.length > 0;
    if (!where.length) row.refresh();
    title.textContent = where.length ? "Your choice" : "All products";
    title.ariaLevel = where.length ? "1" : "2"; // the introduction holds the first heading
    return load(null);
  }

  const node = element(
    "div",
    { class: "catalog" },
    intro,
    row.node,
    element(
      "div",
      { class: "catalog-body" },
      element("aside", { class: "catalog-filters", "aria-label": "Filters" }, panel.node),
      element(
        "section",
        { class: "catalog-list" },
        element("div", { class: "list-head" }, title, status),
        grid,
        after,
      ),
    ),
  );
  return { title: "All products", node, ready: update(params), update };
}

function introduction(choosePhoto) {
  return element(
    "section",
    { class: "intro" },
    element(
      "div",
      {},
      element("h1", { tabindex: -1 }, "Find it by how it looks"),
      element(
        "p",
        {},
        "Open any product to see what resembles it and why. Then steer: closer in color, freer in shape, within your price.",
      ),
    ),
    element(
      "button",
      { class: "drop-card", type: "button", onclick: choosePhoto },
      element("span", { class: "drop-title" }, "Have a picture of it?"),
      element("span", {}, "Drop it anywhere on this page, paste it, or choose a file."),
    ),
  );
}

function moreButton(load) {
  return element("button", { class: "button", type: "button", onclick: load }, "Show more");
}

function key(collection, where) {
  return JSON.stringify([collection, ...where]);
}
