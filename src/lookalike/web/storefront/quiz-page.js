// The style quiz: pictures that tell most about a taste.  A few picks make a feed.

import * as api from "./api.js";
import { element } from "./dom.js";
import { announce, failure, notice } from "./messages.js";
import { catalogHref } from "./routes.js";
import { image, shapeTiles } from "./tiles.js";
import { did } from "./visitor.js";
import { altText, counted, nameOf } from "./words.js";

const ENOUGH = 5;

export function quizPage({ collection, signal, go }) {
  const picked = new Set();
  const grid = element("ul", { class: "quiz-grid", "aria-label": "Pictures" });
  const status = element("p", { class: "count", role: "status" });
  const done = element("button", { class: "button", type: "button", disabled: true }, "Show my feed");
  done.addEventListener("click", finish);

  function tile(product) {
    const button = element(
      "button",
      {
        class: "quiz-tile",
        type: "button",
        "aria-pressed": "false",
        "aria-label": nameOf(product),
        "data-sku": product.sku,
      },
      element("span", { class: "tile" }, image(product.image_url, altText(product))),
    );
    button.addEventListener("click", () => {
      if (picked.has(product.sku)) picked.delete(product.sku);
      else picked.add(product.sku);
      button.ariaPressed = String(picked.has(product.sku));
      tell();
    });
    return element("li", {}, button);
  }

  function tell() {
    done.disabled = picked.size === 0;
    status.textContent = picked.size
      ? `${counted(picked.size, "picture")} picked${picked.size < ENOUGH ? `; ${ENOUGH} tell most` : ""}`
      : `Pick about ${ENOUGH} that you like`;
  }

  async function finish() {
    done.disabled = true;
    try {
      await did(collection, "save", [...picked]);
      announce("Your feed is ready.");
      go(catalogHref(collection));
    } catch (error) {
      notice(error.message, { detail: error.hint });
      done.disabled = false;
    }
  }

  async function load() {
    try {
      const answer = await api.quiz(collection, signal);
      shapeTiles(answer.products);
      grid.replaceChildren(...answer.products.map(tile));
      tell();
    } catch (error) {
      if (error.name !== "AbortError") grid.replaceWith(failure(error, load));
    }
  }

  const node = element(
    "section",
    { class: "quiz" },
    element("h1", { tabindex: -1 }, "What do you like?"),
    element(
      "p",
      {},
      "Pick what you would stop to look at. Your picks are kept under an id that only this browser knows.",
    ),
    status,
    grid,
    element("p", { class: "quiz-done" }, done),
  );
  return { title: "Style quiz", node, ready: load() };
}
