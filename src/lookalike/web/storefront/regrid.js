// Replacing the cards of a grid so that the eye can follow: those that stay glide to their places.

const GLIDE_MS = 450;

/** Show `cards` instead of what the grid holds; a product in both keeps its loaded picture. */
export function regrid(grid, cards) {
  const old = new Map(
    [...grid.querySelectorAll("[data-sku]")].map((card) => [card.dataset.sku, card]),
  );
  const before = new Map([...old].map(([sku, card]) => [sku, card.getBoundingClientRect()]));
  for (const card of cards) {
    const tile = old.get(card.dataset.sku)?.querySelector(".tile");
    if (tile) card.querySelector(".tile").replaceWith(tile);
  }
  grid.replaceChildren(...cards);
  if (!old.size || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const card of cards) glide(card, before.get(card.dataset.sku));
}

function glide(card, from) {
  const options = { duration: GLIDE_MS, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" };
  if (!from) {
    card.animate([{ opacity: 0 }, { opacity: 1 }], options);
    return;
  }
  const to = card.getBoundingClientRect();
  if (from.left === to.left && from.top === to.top) return;
  card.animate(
    [
      { transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` },
      { transform: "none" },
    ],
    options,
  );
}
