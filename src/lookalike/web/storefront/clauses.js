// The params of a catalog address as clauses of a filter, for example `price<=50`.

/** The fields that shoppers choose by, in the order of their panel. */
export const FACETS = ["color_family", "category", "product_type", "pattern", "brand"];

/** The clauses that the params of an address stand for. */
export function clauses(params) {
  const where = FACETS.filter((name) => params.get(name)).map(
    (name) => `${name} in ${params.getAll(name).map(quoted).join(",")}`,
  );
  if (params.get("in_stock")) where.push("in_stock");
  if (isAmount(params.get("min"))) where.push(`price>=${params.get("min")}`);
  if (isAmount(params.get("max"))) where.push(`price<=${params.get("max")}`);
  return where;
}

export function isFiltered(params) {
  return clauses(params).length > 0;
}

/** A value as a clause needs it, whatever signs the merchant put into it. */
function quoted(value) {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

/** Whether a field or a param holds a usable price. */
export function isAmount(text) {
  return text !== null && text !== "" && Number.isFinite(Number(text)) && Number(text) >= 0;
}
