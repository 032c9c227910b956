// The panel of the catalog's filters.

import { FACETS, isAmount, isFiltered } from "./clauses.js";
import { familyDot } from "./color-dots.js";
import { element, forReaders, uniqueId } from "./dom.js";
import { categoryWord, fieldWord, isKnown, sentenceCase } from "./words.js";

const SHOWN_AT_FIRST = { color_family: 15, category: 8, product_type: 6, pattern: 6, brand: 6 };

/**
 * The panel.  `onchange(params)` gets the params that a click asks for.
 * Returns {node, show(facets), update(params)}.
 */
export function filterPanel(params, onchange) {
  let current = new URLSearchParams(params);
  const syncs = [];
  const change = (name, values) => {
    const next = new URLSearchParams(current);
    next.delete(name);
    for (const value of values) next.append(name, value);
    onchange(next);
  };
  const clear = element(
    "button",
    { class: "quiet-button", type: "button", onclick: () => onchange(new URLSearchParams()) },
    "Clear all",
  );
  const groups = element("div", { class: "filter-groups" });
  const done = element(
    "button",
    { class: "button filters-done", type: "button" },
    "Show the products",
  );
  const body = element(
    "details",
    { class: "filters" },
    element("summary", {}, "Filter"),
    groups,
    clear,
    done,
  );
  done.addEventListener("click", () => {
    body.open = false;
    body.querySelector("summary").focus();
  });
  const update = (next) => {
    current = new URLSearchParams(next);
    body.classList.toggle("is-filtered", isFiltered(current));
    clear.hidden = !isFiltered(current);
    for (const sync of syncs) sync(current);
  };
  const show = (facets) => {
    const known = FACETS.map((name) => [
      name,
      (facets[name] ?? []).filter((one) => isKnown(one.value)),
    ]);
    const [color, ...others] = known
      .filter(([, values]) => values.length > 1)
      .map(([name, values]) => facetGroup(name, values, change, syncs));
    groups.replaceChildren(
      ...[
        color,
        others.shift(),
        priceGroup(change, syncs),
        stockGroup(change, syncs),
        ...others,
      ].filter(Boolean),
    );
    update(current);
  };
  update(current);
  openWhereThereIsRoom(body);
  return { node: body, show, update };
}

function facetGroup(name, values, change, syncs) {
  const first = SHOWN_AT_FIRST[name];
  const chips = values.map(({ value, count }) => {
    const chip = element(
      "button",
      {
        class: "chip",
        type: "button",
        "aria-pressed": "false",
        "data-facet": name,
        "data-value": value,
      },
      name === "color_family" && familyDot(value),
      element(
        "span",
        { class: "chip-word" },
        name === "brand" ? value : sentenceCase(categoryWord(value)),
      ),
      element("span", { class: "chip-count" }, forReaders("("), String(count), forReaders(")")),
    );
    chip.addEventListener("click", () => {
      chip.ariaPressed = String(chip.ariaPressed !== "true");
      change(
        name,
        chips.filter((one) => one.ariaPressed === "true").map((one) => one.dataset.value),
      );
    });
    return chip;
  });
  const list = element("div", { class: "chips" }, chips);
  if (chips.length > first) list.append(moreButton(chips.slice(first)));
  syncs.push((params) => {
    const chosen = params.getAll(name);
    for (const chip of chips) {
      chip.ariaPressed = String(chosen.includes(chip.dataset.value));
      if (chip.ariaPressed === "true") chip.hidden = false;
    }
  });
  return group(fieldWord(name), list);
}

function moreButton(rest) {
  for (const chip of rest) chip.hidden = true;
  const button = element(
    "button",
    { class: "quiet-button", type: "button" },
    `${rest.length} more`,
  );
  button.addEventListener("click", () => {
    for (const chip of rest) chip.hidden = false;
    rest[0].focus();
    button.remove();
  });
  return button;
}

function priceGroup(change, syncs) {
  const field = (name, word) => {
    const input = element("input", {
      type: "number",
      min: 0,
      step: "any",
      inputmode: "decimal",
      placeholder: word,
      "aria-label": `${word} price`,
    });
    input.addEventListener("change", () =>
      change(name, isAmount(input.value) ? [input.value] : []),
    );
    syncs.push((params) => {
      input.value = params.get(name) ?? "";
    });
    return input;
  };
  return group(
    "Price",
    element(
      "div",
      { class: "price-range" },
      field("min", "From"),
      element("span", { "aria-hidden": "true" }, "–"),
      field("max", "To"),
    ),
  );
}

function stockGroup(change, syncs) {
  const id = uniqueId("stock");
  const box = element("input", { type: "checkbox", role: "switch", id });
  box.addEventListener("change", () => change("in_stock", box.checked ? ["1"] : []));
  syncs.push((params) => {
    box.checked = Boolean(params.get("in_stock"));
  });
  return element(
    "div",
    { class: "filter-group toggle-row" },
    element("label", { for: id }, "In stock only"),
    box,
  );
}

function group(title, content) {
  const id = uniqueId("filter");
  return element(
    "div",
    { class: "filter-group", role: "group", "aria-labelledby": id },
    element("p", { class: "filter-title", id }, title),
    content,
  );
}

/** Beside the grid on wide screens, folded above it on narrow ones. */
function openWhereThereIsRoom(details) {
  const wide = matchMedia("(min-width: 60rem)");
  const follow = () => {
    details.open = wide.matches;
  };
  wide.addEventListener("change", follow);
  follow();
}
