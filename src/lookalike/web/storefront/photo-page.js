// Search with a photo: the picture with a frame around what counts, and what looks like it.

import * as api from "./api.js";
import { WHOLE, cropBox, isWhole } from "./crop-box.js";
import { element } from "./dom.js";
import { lookalikes } from "./lookalikes.js";
import { preview } from "./photos.js";
import { rewriteParams } from "./routes.js";
import { steerPanel } from "./steer-panel.js";
import { paramsFrom, steeringFrom } from "./steering.js";
import { wishesOffered } from "./wish-chips.js";

export function photoPage({ collection, id, params, signal, choosePhoto }) {
  let steering = steeringFrom(params);
  let crop = cropFrom(params);
  const query = () => ({ type: "image", upload_id: id, ...(isWhole(crop) ? {} : { crop }) });
  const list = lookalikes(collection, { query, steering: () => steering, signal });
  const side = element("div", { class: "photo-steer" });
  let panel = null;

  const whole = element("button", { class: "quiet-button", type: "button" }, "Use the whole photo");
  const changed = () => {
    whole.hidden = isWhole(crop);
    const next = paramsFrom(steering);
    if (!isWhole(crop))
      next.set(
        "crop",
        [crop.x, crop.y, crop.width, crop.height].map((part) => part.toFixed(3)).join(","),
      );
    rewriteParams(next);
    list.refreshSoon();
  };
  const address = preview(id);
  const photo = element("img", { alt: "Your photo", draggable: "false" });
  if (address) photo.src = address;
  const box = cropBox(photo, crop, (next) => {
    crop = next;
    changed();
  });
  whole.hidden = isWhole(crop);
  whole.addEventListener("click", () => {
    crop = WHOLE;
    box.set(crop);
    changed();
  });

  async function load() {
    const listed = list.refresh();
    const facets = await api.facets(collection).catch(() => ({}));
    panel = steerPanel(steering, {
      wishes: wishesOffered(facets, null),
      hasCategory: false,
      onchange: (next) => {
        steering = next;
        changed();
      },
    });
    side.replaceChildren(panel.node);
    await listed;
  }

  function update(next) {
    steering = steeringFrom(next);
    crop = cropFrom(next);
    box.set(crop);
    whole.hidden = isWhole(crop);
    panel?.update(steering);
    return list.refresh();
  }

  const node = element(
    "div",
    { class: "photo-page" },
    element(
      "aside",
      { class: "photo-side", "aria-label": "Your photo" },
      address
        ? box.node
        : element(
            "p",
            { class: "hint" },
            "The photo itself is no longer in this browser; the server still knows it.",
          ),
      address &&
        element("p", { class: "hint" }, "Pull the corners around what you are looking for."),
      element(
        "p",
        { class: "photo-actions" },
        address && whole,
        element(
          "button",
          { class: "quiet-button", type: "button", onclick: choosePhoto },
          "Another photo",
        ),
      ),
      side,
    ),
    element(
      "section",
      { class: "photo-results" },
      element("h1", { class: "section-title", tabindex: -1 }, "Looks like your photo"),
      list.node,
    ),
  );
  return { title: "Looks like your photo", node, ready: load(), update };
}

/** The `crop=x,y,width,height` of an address; the whole photo when it is absent or wrong. */
function cropFrom(params) {
  const parts = (params.get("crop") ?? "").split(",").map(Number);
  const [x, y, width, height] = parts;
  const inside =
    parts.length === 4 && parts.every((part) => part >= 0 && part <= 1) && width > 0 && height > 0;
  return inside ? { x, y, width: Math.min(width, 1 - x), height: Math.min(height, 1 - y) } : WHOLE;
}
