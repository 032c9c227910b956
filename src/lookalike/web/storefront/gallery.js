// A product's pictures: one large, the others to choose from.

import { element } from "./dom.js";
import { image } from "./tiles.js";
import { altText } from "./words.js";

export function gallery(product) {
  const { images } = product;
  const stage = element("div", { class: "tile gallery-stage" });
  const buttons = images.map((one, number) => {
    const button = element(
      "button",
      {
        class: "tile gallery-choice",
        type: "button",
        "aria-label": `Picture ${number + 1} of ${images.length}`,
      },
      image(one.url, ""),
    );
    button.addEventListener("click", () => show(number));
    return button;
  });

  function show(number) {
    const { url, width, height } = images[number];
    const words =
      images.length > 1
        ? `${altText(product)}, picture ${number + 1} of ${images.length}`
        : altText(product);
    stage.replaceChildren(image(url, words, { loading: "eager", width, height }));
    buttons.forEach((button, other) =>
      button.setAttribute("aria-pressed", String(other === number)),
    );
  }

  if (images.length) show(0);
  else stage.append(element("span", { class: "tile-gap" }, "No picture"));
  return element(
    "div",
    { class: "gallery" },
    stage,
    images.length > 1 &&
      element(
        "div",
        { class: "gallery-choices", role: "group", "aria-label": "Pictures" },
        buttons,
      ),
  );
}
