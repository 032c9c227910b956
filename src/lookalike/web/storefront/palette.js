// The colors of a product as a band, each as wide as its share.

import { dot } from "./color-dots.js";
import { element } from "./dom.js";
import { sentenceCase } from "./words.js";

export function palette(swatches) {
  if (!swatches?.length) return null;
  const band = element("div", { class: "palette-band", "aria-hidden": "true" });
  for (const swatch of swatches) {
    const part = element("span", { title: `${swatch.hex} · ${percent(swatch.share)}` });
    part.style.backgroundColor = swatch.hex;
    part.style.flexGrow = String(swatch.share);
    band.append(part);
  }
  return element(
    "section",
    { class: "palette" },
    element("h2", { class: "small-title" }, "Colors"),
    band,
    element(
      "ul",
      { class: "palette-list" },
      swatches.map((swatch) =>
        element(
          "li",
          {},
          dot(swatch.hex),
          element("span", {}, sentenceCase(swatch.family)),
          element("span", { class: "muted" }, percent(swatch.share)),
        ),
      ),
    ),
  );
}

function percent(share) {
  return new Intl.NumberFormat(undefined, { style: "percent" }).format(share);
}
