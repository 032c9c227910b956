// "Complete the look": pieces that go with a product, their total, and a swap for each of them.

import * as api from "./api.js";
import { element } from "./dom.js";
import { announce } from "./messages.js";
import { picture, productCard } from "./product-card.js";
import { amountText, counted, nameOf, sentenceCase } from "./words.js";

const LOOKS = 3;
const ALTERNATIVES = 4;

/**
 * A section that fills itself and stays hidden where nothing completes the product.
 * A swap asks the server again with the chosen pieces pinned, so totals and reasons are its own.
 */
export function completeTheLook(collection, { sku, signal }) {
  const pieces = element("ul", { class: "look-pieces", "aria-label": "Pieces of the look" });
  const total = element("p", { class: "look-total", role: "status" });
  const reason = element("p", { class: "hint look-reason" });
  const another = element(
    "button",
    { class: "button", type: "button", onclick: () => showNext() },
    "Another look",
  );
  const node = element(
    "section",
    { class: "look", "aria-labelledby": "look-title", hidden: true },
    element("h2", { class: "section-title", id: "look-title" }, "Complete the look"),
    reason,
    pieces,
    element("div", { class: "look-foot" }, total, another),
  );
  let looks = [];
  let shown = 0;

  async function load() {
    const answer = await ask({ looks: LOOKS });
    if (!answer) return;
    looks = answer.looks.filter((one) => one.pieces.length > 1);
    node.hidden = looks.length === 0;
    another.hidden = looks.length < 2;
    if (looks.length) show(looks[0]);
  }

  function showNext() {
    shown = (shown + 1) % looks.length;
    show(looks[shown]);
    announce(`Look ${shown + 1} of ${looks.length}. ${total.textContent}`);
  }

  async function swap(look, piece, other) {
    pieces.ariaBusy = "true";
    const others = look.pieces.filter((one) => one.role !== "anchor" && one.sku !== piece.sku);
    const answer = await ask({
      pins: [other.sku, ...others.map((one) => one.sku)],
      without: look.missing,
    });
    pieces.ariaBusy = "false";
    if (!answer?.looks.length) return;
    looks[shown] = answer.looks[0];
    show(looks[shown]);
    pieces.querySelector(`[data-sku="${CSS.escape(other.sku)}"] a`)?.focus();
    announce(`${nameOf(other)} is in the look. ${total.textContent}`);
  }

  /** The answer, or null where there is none: the page is whole without this section. */
  async function ask(asked) {
    try {
      return await api.looks(
        collection,
        sku,
        { limit: 0, alternatives: ALTERNATIVES, ...asked },
        signal,
      );
    } catch (error) {
      if (error.name !== "AbortError") pieces.ariaBusy = "false";
      return null;
    }
  }

  function show(look) {
    pieces.replaceChildren(
      ...look.pieces
        .filter((piece) => piece.role !== "anchor")
        .map((piece) => card(look, piece)),
    );
    reason.textContent = look.reason;
    total.replaceChildren(...totalText(look));
  }

  function card(look, piece) {
    return productCard(
      collection,
      piece,
      element("p", { class: "look-slot" }, sentenceCase(piece.slot ?? "")),
      element("p", { class: "reason" }, piece.reason),
      piece.alternatives.length > 0 && swaps(look, piece),
    );
  }

  function swaps(look, piece) {
    return element(
      "div",
      { class: "look-swaps", role: "group", "aria-label": `Swap ${nameOf(piece)}` },
      piece.alternatives.map((other) =>
        element(
          "button",
          {
            class: "look-swap",
            type: "button",
            title: `${nameOf(other)}. ${other.reason}`,
            "aria-label": `Swap for ${nameOf(other)}${changeText(other, look)}`,
            onclick: () => swap(look, piece, other),
          },
          picture(other),
          element("span", { class: "look-change" }, change(other, look)),
        ),
      ),
    );
  }

  load();
  return node;
}

function totalText(look) {
  const bought = look.pieces.filter((piece) => piece.role !== "owned");
  if (look.look_total === null) return ["Prices are not known"];
  const known = bought.length - look.prices_unknown;
  const amount = element(
    "strong",
    { class: "look-amount" },
    amountText(look.look_total, look.currency),
  );
  const counts = look.prices_unknown
    ? ` for ${known} of ${counted(bought.length, "piece")}`
    : ` for ${counted(bought.length, "piece")}`;
  return ["Total ", amount, counts];
}

/** What a swap costs more or less, as a sign and an amount. */
function change(other, look) {
  if (other.total_change === null) return "";
  const sign = other.total_change < 0 ? "\u2212" : "+";
  return `${sign}${amountText(Math.abs(other.total_change), look.currency)}`;
}

function changeText(other, look) {
  return other.look_total === null
    ? ""
    : `, total then ${amountText(other.look_total, look.currency)}`;
}
