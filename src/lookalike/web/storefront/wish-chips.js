// "More like this, but": one tap each for another color, another pattern, cheaper, brighter, ...

import { familyDot } from "./color-dots.js";
import { element } from "./dom.js";
import { WISHES } from "./steering.js";
import { isKnown, sentenceCase } from "./words.js";

const MOST_PATTERNS = 6;

/**
 * What can be wished for in a collection: values that it has, other than the anchor's own.
 * `anchor` is a product, or null for a photo, which has no price.
 */
export function wishesOffered(facets, anchor) {
  const own = anchor?.visual_attributes ?? {};
  const others = (name) =>
    (facets[name] ?? [])
      .map(({ value }) => value)
      .filter((value) => isKnown(value) && value !== own[name]);
  return {
    color_family: others("color_family"),
    pattern: others("pattern").slice(0, MOST_PATTERNS),
    price: isKnown(anchor?.price) ? WISHES.price : [],
    lightness: WISHES.lightness,
    colorfulness: WISHES.colorfulness,
    complexity: isKnown(own.complexity) ? WISHES.complexity : [],
  };
}

/** `but()` gives the wishes now, `change(but)` takes the next; each chip is a toggle. */
export function wishChips(offered, but, change, syncs) {
  const toggled = (name, value) => {
    const { [name]: now, ...rest } = but();
    change(now === value ? rest : { ...rest, [name]: value });
  };
  const button = (name, value, options, ...children) => {
    const node = element(
      "button",
      {
        type: "button",
        "aria-pressed": "false",
        onclick: () => toggled(name, value),
        ...options,
      },
      ...children,
    );
    syncs.push((now) => {
      node.ariaPressed = String(now.but[name] === value);
    });
    return node;
  };
  const dots = offered.color_family.map((family) =>
    button(
      "color_family",
      family,
      { class: "dot-button", title: sentenceCase(family), "aria-label": sentenceCase(family) },
      familyDot(family),
    ),
  );
  const chips = Object.keys(WISHES)
    .filter((name) => name !== "color_family")
    .map((name) => [
      name,
      offered[name].map((value) => button(name, value, { class: "chip" }, sentenceCase(value))),
    ])
    .filter(([, made]) => made.length);
  return element(
    "div",
    { class: "wishes" },
    dots.length > 0 &&
      element("div", { class: "dot-buttons", role: "group", "aria-label": "In another color" }, dots),
    chips.map(([name, made]) =>
      element(
        "div",
        { class: "chips", role: "group", "aria-label": `Another ${name.replace("_", " ")}` },
        made,
      ),
    ),
  );
}
