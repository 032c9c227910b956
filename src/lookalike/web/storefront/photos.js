// Photos a shopper searches with: how they reach the page, the server, and the screen again.

import * as api from "./api.js";
import { notice } from "./messages.js";

const PREVIEW_PX = 900; // longest side of what is kept for a reload; about 100 kB
const previews = new Map();

/** Listen for photos dropped, pasted or chosen; `onphoto(file)` gets each.  Returns the chooser. */
export function listenForPhotos(onphoto) {
  const picker = document.querySelector("#photo-file");
  const veil = document.querySelector("#drop-veil");
  let depth = 0;
  const veiled = (on) => {
    depth = on ? depth : 0;
    veil.hidden = !on;
  };
  picker.addEventListener("change", () => {
    if (picker.files[0]) onphoto(picker.files[0]);
    picker.value = "";
  });
  document.addEventListener("paste", (event) => {
    const file = photoAmong(event.clipboardData);
    if (file) onphoto(file);
  });
  document.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    veiled(true);
  });
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener("dragleave", () => {
    depth -= 1;
    if (depth <= 0) veiled(false);
  });
  document.addEventListener("drop", (event) => {
    veiled(false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    const file = photoAmong(event.dataTransfer);
    if (file) onphoto(file);
    else notice("That is not a picture", { detail: "Drop a JPEG, PNG or WebP file." });
  });
  return () => picker.click();
}

/** Send a photo; returns the id under which a query can name it, or null after a failure. */
export async function uploaded(collection, file) {
  const done = notice("Looking at your photo…", { busy: true });
  try {
    const { upload_id: id } = await api.upload(collection, file);
    previews.set(id, URL.createObjectURL(file));
    await keep(id, file);
    done();
    return id;
  } catch (problem) {
    notice(problem.message, { detail: problem.hint });
    return null;
  }
}

/** An address at which this browser finds the photo again, or null. */
export function preview(uploadId) {
  return previews.get(uploadId) ?? sessionStorage.getItem(keyOf(uploadId));
}

/** A small copy survives a reload of the page; without room for it only the preview is lost. */
async function keep(id, file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, PREVIEW_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    sessionStorage.setItem(keyOf(id), canvas.toDataURL("image/jpeg", 0.85));
  } catch (error) {
    console.info("No copy of the photo is kept for a reload.", error);
  }
}

function keyOf(id) {
  return `lookalike-photo-${id}`;
}

function carriesFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

function photoAmong(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/")) ?? null;
}
