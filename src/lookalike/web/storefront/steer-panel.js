// The panel that steers the list: what counts, how varied, within which limits.

import { familyDot } from "./color-dots.js";
import { element, uniqueId } from "./dom.js";
import { MIDDLE, NOT_STEERED, STEERED, isSteered } from "./steering.js";
import { CHANNEL_WORDS, sentenceCase } from "./words.js";

/**
 * `families` are the color families to offer, `hasCategory` whether the anchor has a category.
 * `onchange(steering)` is called with every move.  Returns {node, update(steering)}.
 */
export function steerPanel(steering, { families, hasCategory, onchange }) {
  let current = steering;
  const syncs = [];
  const set = (part) => {
    update({ ...current, ...part });
    onchange(current);
  };
  const reset = element(
    "button",
    { class: "quiet-button", type: "button", onclick: () => set(NOT_STEERED) },
    "Reset",
  );
  const update = (next) => {
    current = next;
    reset.hidden = !isSteered(current);
    for (const sync of syncs) sync(current);
  };
  const node = element(
    "details",
    { class: "steer", open: matchMedia("(min-width: 60rem)").matches },
    element("summary", {}, "Steer the list"),
    element(
      "fieldset",
      {},
      element("legend", {}, "What counts"),
      STEERED.map((name) => channelSlider(name, () => current, set, syncs)),
    ),
    element("fieldset", {}, element("legend", {}, "How varied"), varietySlider(set, syncs)),
    families.length > 1 &&
      element(
        "fieldset",
        {},
        element("legend", {}, "Like this, but in"),
        familyChoice(families, set, syncs),
      ),
    element(
      "fieldset",
      {},
      element("legend", {}, "Only"),
      hasCategory && toggle("Same category", "sameCategory", set, syncs),
      toggle("In stock", "inStock", set, syncs),
      priceRange(set, syncs),
    ),
    reset,
  );
  update(steering);
  return { node, update };
}

function channelSlider(name, steering, set, syncs) {
  const change = (value) => {
    const sliders = { ...steering().sliders, [name]: value };
    if (value === MIDDLE) delete sliders[name]; // so that "not steered" has one spelling
    set({ sliders });
  };
  return slider(CHANNEL_WORDS[name], name, weightWord, change, (now) => now.sliders[name], syncs);
}

function varietySlider(set, syncs) {
  const change = (value) => set({ variety: value === MIDDLE ? null : value });
  return slider("Variety", "variety", varietyWord, change, (now) => now.variety, syncs);
}

function slider(label, name, word, change, value, syncs) {
  const id = uniqueId("slider");
  const input = element("input", { type: "range", id, name, min: 0, max: 100, step: 5 });
  const output = element("output", { for: id });
  input.addEventListener("input", () => change(input.valueAsNumber));
  syncs.push((now) => {
    input.value = value(now) ?? MIDDLE;
    output.textContent = word(input.valueAsNumber);
    input.setAttribute("aria-valuetext", output.textContent);
    input.style.setProperty("--filled", `${input.value}%`);
  });
  return element("div", { class: "slider" }, element("label", { for: id }, label), output, input);
}

function weightWord(value) {
  if (value === 0) return "Off";
  if (value === MIDDLE) return "Normal";
  if (value === 100) return "Most of all";
  return value < MIDDLE ? "Less" : "More";
}

function varietyWord(value) {
  if (value === 0) return "Closest first";
  if (value === MIDDLE) return "Normal";
  if (value === 100) return "As varied as can be";
  return value < MIDDLE ? "Less" : "More";
}

function familyChoice(families, set, syncs) {
  const buttons = families.map((family) => {
    const button = element(
      "button",
      {
        class: "dot-button",
        type: "button",
        "aria-pressed": "false",
        title: sentenceCase(family),
        "aria-label": sentenceCase(family),
      },
      familyDot(family),
    );
    button.addEventListener("click", () =>
      set({ family: button.ariaPressed === "true" ? null : family }),
    );
    syncs.push((now) => {
      button.ariaPressed = String(now.family === family);
    });
    return button;
  });
  return element("div", { class: "dot-buttons" }, buttons);
}

function toggle(label, name, set, syncs) {
  const id = uniqueId("toggle");
  const box = element("input", { type: "checkbox", role: "switch", id, name });
  box.addEventListener("change", () => set({ [name]: box.checked }));
  syncs.push((now) => {
    box.checked = now[name];
  });
  return element("div", { class: "toggle-row" }, element("label", { for: id }, label), box);
}

function priceRange(set, syncs) {
  const field = (name, word) => {
    const input = element("input", {
      type: "number",
      name,
      min: 0,
      step: "any",
      inputmode: "decimal",
      placeholder: word,
      "aria-label": `${word} price`,
    });
    input.addEventListener("change", () => {
      set({ [name]: input.value !== "" && input.valueAsNumber >= 0 ? input.valueAsNumber : null });
    });
    syncs.push((now) => {
      input.value = now[name] ?? "";
    });
    return input;
  };
  return element(
    "div",
    { class: "price-range" },
    field("min", "From"),
    element("span", { "aria-hidden": "true" }, "–"),
    field("max", "To"),
  );
}
