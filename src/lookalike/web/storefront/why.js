// The disclosure under a recommendation: the exact parts of its score and what they come from.

import { dot } from "./color-dots.js";
import { element, forReaders } from "./dom.js";
import { CHANNEL_WORDS, differenceWord, sentenceCase } from "./words.js";

/** A closed <details>, of which one at a time is open; its content is built when first opened. */
export function why(recommendation) {
  const { explanation } = recommendation;
  if (!explanation) return null;
  const node = element(
    "details",
    { class: "why", name: "why" },
    element("summary", {}, "Why", forReaders(` ${recommendation.name ?? recommendation.sku}`)),
  );
  node.addEventListener(
    "toggle",
    () => {
      node.append(
        element(
          "div",
          { class: "why-body" },
          contributions(explanation.contributions, recommendation.similarity_score),
          statements("In common", explanation.shared),
          statements("Different", explanation.differs),
          swatches(explanation.swatches),
        ),
      );
    },
    { once: true },
  );
  return node;
}

/** Close the open disclosure on Escape and on a click elsewhere, as it lies over other cards. */
export function closeWhyElsewhere() {
  document.addEventListener("click", ({ target }) => {
    const open = document.querySelector(".why[open]");
    if (open && !open.contains(target)) open.open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    const open = document.querySelector(".why[open]");
    if (key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}

/** One bar a channel, longest first; a part that lowered the score is drawn hollow. */
function contributions(parts, score) {
  const sorted = Object.entries(parts).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const longest = Math.max(...sorted.map(([, part]) => Math.abs(part)), Number.EPSILON);
  return element(
    "div",
    { class: "bars" },
    element(
      "p",
      { class: "why-title" },
      "Similarity ",
      element("b", {}, score.toFixed(2)),
      " = the sum of",
    ),
    element(
      "dl",
      {},
      sorted.map(([name, part]) => {
        const bar = element("span", {
          class: part < 0 ? "bar is-negative" : "bar",
          "aria-hidden": "true",
        });
        bar.style.inlineSize = `${(100 * Math.abs(part)) / longest}%`;
        return element(
          "div",
          { class: "bar-row" },
          element("dt", {}, CHANNEL_WORDS[name] ?? sentenceCase(name)),
          element(
            "dd",
            {},
            element("span", { class: "bar-track" }, bar),
            element("span", { class: "bar-value" }, signed(part)),
          ),
        );
      }),
    ),
  );
}

function signed(part) {
  const text = Math.abs(part).toFixed(2);
  return part < 0 && Number(text) !== 0 ? `−${text}` : text;
}

function statements(title, lines) {
  if (!lines.length) return null;
  return element(
    "div",
    {},
    element("p", { class: "why-title" }, title),
    element(
      "ul",
      { class: "statements" },
      lines.map((line) => element("li", {}, sentenceCase(line))),
    ),
  );
}

function swatches(pairs) {
  if (!pairs.length) return null;
  return element(
    "div",
    {},
    element("p", { class: "why-title" }, "Colors side by side"),
    element(
      "ul",
      { class: "swatch-pairs" },
      pairs.map((pair) =>
        element(
          "li",
          {},
          element("span", { class: "swatch-pair" }, dot(pair.anchor), dot(pair.product)),
          element("span", {}, sentenceCase(differenceWord(pair.delta_e))),
          element(
            "span",
            { class: "delta", title: "CIEDE2000 color difference; 1 is just noticeable" },
            `ΔE ${pair.delta_e.toFixed(1)}`,
          ),
        ),
      ),
    ),
  );
}
