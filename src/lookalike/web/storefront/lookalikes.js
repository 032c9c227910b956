// The list of what looks like an anchor: follows the steering live, one page after another.

import * as api from "./api.js";
import { element } from "./dom.js";
import { announce, failure, message } from "./messages.js";
import { placeholderCards } from "./product-card.js";
import { recommendationCard } from "./recommendation-card.js";
import { regrid } from "./regrid.js";
import { options, wished } from "./steering.js";
import { shapeTiles } from "./tiles.js";
import { counted, nameOf } from "./words.js";

const PAGE = 12;
const PATIENCE_MS = 220; // after the last move of a slider; a shorter pause asks for lists nobody sees

/**
 * `query()` gives what the search starts from, `steering()` what is asked of the list.
 * Returns {node, refresh(), refreshSoon()}; both start over and drop an older request.
 */
export function lookalikes(collection, { query, steering, signal }) {
  const grid = element("ol", { class: "grid", "aria-label": "Look-alikes", tabindex: -1 });
  const status = element("p", { class: "count", role: "status" });
  const after = element("div", { class: "after-grid" });
  const node = element("div", { class: "lookalikes" }, status, grid, after);
  let request = new AbortController();
  let timer = 0;
  let channels = null;
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    request.abort();
  });

  const ask = async (question, abort) => {
    const answer = await api.retrieve(collection, question, abort);
    channels ??= Object.keys(answer.recommendations[0]?.explanation?.contributions ?? {});
    if (!channels.length) channels = null;
    return answer;
  };

  /** Weights name channels, and only an answer says which ones this collection has. */
  async function known(abort) {
    if (!channels) await ask({ query: query(), limit: 1 }, abort);
    return channels ?? [];
  }

  async function load(cursor) {
    clearTimeout(timer);
    request.abort();
    request = new AbortController();
    const { signal: abort } = request;
    grid.ariaBusy = "true";
    if (!grid.children.length || cursor) grid.append(...placeholderCards(cursor ? 4 : PAGE));
    if (cursor) after.replaceChildren();
    try {
      const wanted = steering();
      const steered = Object.keys(wanted.sliders).length ? await known(abort) : [];
      show(
        await ask(
          { query: wished(query(), wanted), limit: PAGE, cursor, ...options(wanted, steered) },
          abort,
        ),
        cursor,
      );
    } catch (error) {
      if (error.name === "AbortError") return;
      grid.replaceChildren();
      status.textContent = "";
      after.replaceChildren(failure(error, () => load(null)));
    }
    if (!abort.aborted) grid.ariaBusy = "false";
  }

  function show(answer, cursor) {
    const cards = answer.recommendations.map((one) => recommendationCard(collection, one));
    for (const ghost of grid.querySelectorAll(".placeholder")) ghost.remove();
    const isNews = !cursor && status.textContent !== "";
    if (!cursor) shapeTiles(answer.recommendations);
    if (cursor) grid.append(...cards);
    else regrid(grid, cards);
    after.replaceChildren(...remarks(answer));
    status.textContent = grid.children.length
      ? `${counted(grid.children.length, "product")}, closest first`
      : "";
    if (isNews && cards.length)
      announce(`The list has changed. First: ${nameOf(answer.recommendations[0])}`);
    if (cursor) cards[0]?.querySelector("a").focus({ preventScroll: true });
    if (answer.cursor)
      after.append(
        element(
          "button",
          { class: "button", type: "button", onclick: () => load(answer.cursor) },
          "Show more",
        ),
      );
    if (!grid.children.length) {
      after.append(
        message({
          title: "Nothing fits all of this",
          detail: "No product within these limits looks like it.",
          hint: "Widen the price range or reset the list.",
        }),
      );
      announce("Nothing fits all of this.");
    }
  }

  return {
    node,
    refresh: () => load(null),
    refreshSoon: () => {
      grid.ariaBusy = "true";
      clearTimeout(timer);
      timer = setTimeout(load, PATIENCE_MS, null);
    },
  };
}

/** The server says what it clamped or skipped; the shopper may know. */
function remarks({ limits, degraded }) {
  return [...limits, ...degraded].map((text) => element("p", { class: "hint" }, text));
}
