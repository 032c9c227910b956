// The panel that steers the list: what counts, how varied, within which limits.

import { element, uniqueId } from "./dom.js";
import { MIDDLE, NOT_STEERED, STEERED, isSteered } from "./steering.js";
import { wishChips } from "./wish-chips.js";
import { CHANNEL_WORDS } from "./words.js";

/**
 * `wishes` is what may be wished for (`wish-chips.js`), `hasCategory` whether the anchor has one.
 * `onchange(steering)` is called with every move.  Returns {node, update(steering)}.
 */
export function steerPanel(steering, { wishes, hasCategory, onchange }) {
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
      element("legend", {}, "More like this, but"),
      wishChips(wishes, () => current.but, (but) => set({ but }), syncs),
    ),
    element(
      "fieldset",
      {},
      element("legend", {}, "What counts"),
      STEERED.map((name) => channelSlider(name, () => current, set, syncs)),
    ),
    element("fieldset", {}, element("legend", {}, "How varied"), varietySlider(set, syncs)),
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
