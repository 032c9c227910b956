// A frame over a photo that pointer and keyboard can move and resize.

import { element } from "./dom.js";

export const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

const LEAST = 0.08; // of the photo's width or height; smaller cuts hold too little to recognize
const STEP = 0.02; // one press of an arrow key
const CORNERS = {
  "top left": [0, 0],
  "top right": [1, 0],
  "bottom left": [0, 1],
  "bottom right": [1, 1],
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function isWhole(crop) {
  return crop.width > 0.995 && crop.height > 0.995;
}

/** The crop moved by fractions of the photo, kept inside it. */
export function moved(crop, dx, dy) {
  return {
    ...crop,
    x: between(crop.x + dx, 0, 1 - crop.width),
    y: between(crop.y + dy, 0, 1 - crop.height),
  };
}

/** The crop with one corner, [right?, bottom?], moved by fractions of the photo. */
export function resized(crop, [right, bottom], dx, dy) {
  const [x, width] = right ? grown(crop.x, crop.width, dx) : shrunk(crop.x, crop.width, dx);
  const [y, height] = bottom ? grown(crop.y, crop.height, dy) : shrunk(crop.y, crop.height, dy);
  return { x, y, width, height };
}

/** `onchange(crop)` is called with every move.  Returns {node, set(crop)}. */
export function cropBox(photo, crop, onchange) {
  let current = crop;
  const words = element("p", { class: "for-readers", id: "crop-words", "aria-live": "polite" });
  const mover = element("button", {
    class: "crop-move",
    type: "button",
    "aria-label": "Move the frame with the arrow keys",
    "aria-describedby": "crop-words",
  });
  const handles = Object.entries(CORNERS).map(([name, corner]) => {
    const handle = element("button", {
      class: `crop-corner crop-${name.replace(" ", "-")}`,
      type: "button",
      "aria-label": `Move the ${name} corner with the arrow keys`,
      "aria-describedby": "crop-words",
    });
    movable(handle, (dx, dy) => change(resized(current, corner, dx, dy)));
    return handle;
  });
  const frame = element(
    "div",
    { class: "crop-frame", role: "group", "aria-label": "Part of the photo that is searched" },
    mover,
    handles,
  );
  const stage = element("div", { class: "crop-stage" }, photo, frame);
  movable(mover, (dx, dy) => change(moved(current, dx, dy)));

  function movable(handle, move) {
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      handle.setPointerCapture(event.pointerId);
      const { width, height } = stage.getBoundingClientRect();
      const start = current;
      const drag = (next) => {
        current = start; // from where the drag began, so that hitting an edge loses no movement
        move((next.clientX - event.clientX) / width, (next.clientY - event.clientY) / height);
      };
      handle.addEventListener("pointermove", drag);
      handle.addEventListener(
        "lostpointercapture",
        () => handle.removeEventListener("pointermove", drag),
        { once: true },
      );
    });
    handle.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      move(arrow[0] * STEP, arrow[1] * STEP);
    });
  }

  function set(next) {
    current = next;
    for (const [name, value] of [
      ["left", next.x],
      ["top", next.y],
      ["width", next.width],
      ["height", next.height],
    ]) {
      frame.style.setProperty(name, `${value * 100}%`);
    }
    words.textContent = isWhole(next)
      ? "The whole photo is searched."
      : `The frame is ${percent(next.width)} wide and ${percent(next.height)} high.`;
  }

  function change(next) {
    set(next);
    onchange(next);
  }

  set(crop);
  return { node: element("div", { class: "crop" }, stage, words), set };
}

function grown(start, size, by) {
  return [start, between(size + by, LEAST, 1 - start)];
}

function shrunk(start, size, by) {
  const end = start + size;
  const next = between(start + by, 0, end - LEAST);
  return [next, end - next];
}

function between(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

function percent(fraction) {
  return `${Math.round(fraction * 100)} percent`;
}
