// What the shopper asked of the list of look-alikes: values, their place in an address, and the
// options of a retrieval that they stand for.

/**
 * Weights of the server's default mix, which a slider in its middle stands for.
 * A browser test compares them with the server's own.
 */
export const DEFAULT_WEIGHTS = {
  look: 1,
  design: 0.6,
  color: 0.6,
  pattern: 0.2,
  style: 0.1,
  material: 0.1,
  type: 0.3,
  shape: 0.2,
};

export const STEERED = ["look", "design", "color", "shape", "pattern", "type"];
export const MIDDLE = 50; // of a slider from 0 to 100: the default weight, or the default variety
export const NOT_STEERED = {
  sliders: {},
  variety: null,
  sameCategory: false,
  inStock: false,
  min: null,
  max: null,
  but: {},
};

/** What may be different from the anchor: name -> the words that compare, or null for a value. */
export const WISHES = {
  color_family: null,
  pattern: null,
  price: ["cheaper", "pricier"],
  lightness: ["brighter", "darker"],
  colorfulness: ["more muted", "more colorful"],
  complexity: ["simpler", "richer"],
};
const IN_ADDRESS = "but_";

const MOST_FACTOR = 5; // a slider at its end; by eye: the channel then decides the list
const LEAST_MOST = 2.5; // and for channels whose default is small; by eye
const DEFAULT_DIVERSITY = 0.1; // the server's own; a browser test compares them

/** The weight a slider stands for: 0 at 0, the channel's default in the middle. */
export function weight(name, value) {
  const usual = DEFAULT_WEIGHTS[name];
  if (value <= MIDDLE) return (usual * value) / MIDDLE;
  const most = Math.max(usual * MOST_FACTOR, LEAST_MOST);
  return usual + ((value - MIDDLE) / MIDDLE) * (most - usual);
}

/** Diversity of the variety slider: 0 at 0, the default in the middle, 1 at the end. */
export function diversity(value) {
  if (value <= MIDDLE) return (value / MIDDLE) * DEFAULT_DIVERSITY;
  return DEFAULT_DIVERSITY + ((value - MIDDLE) / MIDDLE) * (1 - DEFAULT_DIVERSITY);
}

export function isSteered(steering) {
  return JSON.stringify(steering) !== JSON.stringify(NOT_STEERED);
}

/** What the search starts from, with the wishes. */
export function wished(query, { but }) {
  return Object.keys(but).length ? { ...query, but } : query;
}

/** The options of a retrieval; `channels` are those the collection has. */
export function options(steering, channels) {
  const asked = {};
  if (Object.keys(steering.sliders).length) {
    asked.weights = Object.fromEntries(
      channels.map((name) => [name, weight(name, steering.sliders[name] ?? MIDDLE)]),
    );
  }
  if (steering.variety !== null) asked.diversity = diversity(steering.variety);
  if (steering.sameCategory) asked.same_category = true;
  if (steering.min !== null || steering.max !== null) {
    asked.price_range = { min: steering.min, max: steering.max };
  }
  const filters = {};
  if (steering.inStock) filters.in_stock = true;
  if (Object.keys(filters).length) asked.filters = filters;
  return asked;
}

export function steeringFrom(params) {
  const sliders = {};
  for (const name of STEERED) {
    const value = number(params.get(name));
    if (value !== null && value !== MIDDLE) sliders[name] = Math.min(value, 100);
  }
  return {
    sliders,
    variety: number(params.get("variety")),
    sameCategory: params.has("same_category"),
    inStock: params.has("in_stock"),
    min: number(params.get("min")),
    max: number(params.get("max")),
    but: wishesFrom(params),
  };
}

export function paramsFrom(steering) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(steering.sliders)) params.set(name, value);
  if (steering.variety !== null) params.set("variety", steering.variety);
  if (steering.sameCategory) params.set("same_category", "1");
  if (steering.inStock) params.set("in_stock", "1");
  if (steering.min !== null) params.set("min", steering.min);
  if (steering.max !== null) params.set("max", steering.max);
  for (const [name, value] of Object.entries(steering.but)) params.set(IN_ADDRESS + name, value);
  return params;
}

function wishesFrom(params) {
  const but = {};
  for (const [name, words] of Object.entries(WISHES)) {
    const value = params.get(IN_ADDRESS + name);
    if (value && (!words || words.includes(value))) but[name] = value;
  }
  return but;
}

function number(text) {
  const value = Number(text);
  return text === null || text === "" || !Number.isFinite(value) || value < 0 ? null : value;
}
