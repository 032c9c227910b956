// From values to words that a shopper reads.

export const CHANNEL_WORDS = {
  look: "Overall look",
  design: "Design",
  color: "Color",
  shape: "Shape",
  pattern: "Pattern",
  type: "Kind of product",
  style: "Style",
  material: "Material",
};

export const FIELD_WORDS = {
  color_family: "Color",
  category: "Category",
  product_type: "Kind",
  pattern: "Pattern",
  style: "Style",
  material_appearance: "Material",
  shape: "Shape",
  aesthetic: "Aesthetic",
  complexity: "Detail",
  brand: "Brand",
};

/** The price as the shopper's locale writes it, or "" where none is known. */
export function priceText({ price, currency }) {
  if (price === null || price === undefined) return "";
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(price);
  } catch {
    const amount = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2 }).format(price);
    return currency ? `${amount} ${currency}` : amount;
  }
}

export function amountText(amount, currency) {
  return priceText({ price: amount, currency });
}

export function nameOf(product) {
  return product.name || product.sku;
}

/** What a picture shows, for those who do not see it. */
export function altText(product) {
  const seen = product.visual_attributes ?? {};
  const words = [seen.color_family, seen.pattern, seen.product_type].filter(isKnown);
  return words.length ? `${nameOf(product)}: ${words.join(", ")}` : nameOf(product);
}

export function isKnown(value) {
  return value !== null && value !== undefined && value !== "" && value !== "unknown";
}

/** `Men > Trousers` as a shopper reads it. */
export function categoryWord(category) {
  return String(category).replace(/\s*>\s*/g, " › ");
}

export function counted(count, noun) {
  return `${new Intl.NumberFormat().format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function fieldWord(name) {
  return FIELD_WORDS[name] ?? sentenceCase(name);
}

export function sentenceCase(text) {
  const words = String(text).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How far two colors lie apart, from their CIEDE2000 difference. */
export function differenceWord(deltaE) {
  if (deltaE < 2) return "indistinguishable";
  if (deltaE < 6) return "almost the same";
  if (deltaE < 12) return "a close shade";
  return deltaE < 25 ? "a different shade" : "another color";
}
