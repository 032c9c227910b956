// A recommendation in a grid: the product, how close it is, the reason and the proof.

import { element } from "./dom.js";
import { productCard } from "./product-card.js";
import { why } from "./why.js";
import { sentenceCase } from "./words.js";

export function recommendationCard(collection, recommendation) {
  return productCard(
    collection,
    recommendation,
    element("p", { class: "band" }, sentenceCase(recommendation.band)),
    element("p", { class: "reason" }, recommendation.similarity_reason),
    why(recommendation),
  );
}
