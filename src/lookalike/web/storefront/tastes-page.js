// Your tastes: what the shop believes a visitor likes, where it comes from, and how to change it.

import * as api from "./api.js";
import { element } from "./dom.js";
import { announce, failure, message, notice } from "./messages.js";
import { catalogHref, productHref, quizHref } from "./routes.js";
import { image } from "./tiles.js";
import { leave, visitor } from "./visitor.js";
import { categoryWord, counted, fieldWord, nameOf } from "./words.js";

const MOST_PICTURES = 8;
const MOST_LEANINGS = 6;

export function tastesPage({ collection, signal, setTitle }) {
  const user = visitor(collection);
  const body = element("div", { class: "tastes" });
  const node = element(
    "section",
    { class: "tastes-page" },
    element("h1", { tabindex: -1 }, "Your tastes"),
    body,
  );

  async function load() {
    if (!user) {
      body.replaceChildren(nobody(collection));
      return;
    }
    try {
      show(await api.user(collection, user, signal));
    } catch (error) {
      if (error.name !== "AbortError") body.replaceChildren(failure(error, load));
    }
  }

  function show(known) {
    const count = Object.values(known.counts).reduce((sum, one) => sum + one, 0);
    body.replaceChildren(
      element("p", { class: "tastes-said" }, said(user, count)),
      ...(known.is_paused ? [paused()] : []),
      element("ol", { class: "taste-list" }, known.tastes.map(taste)),
      ...(known.tastes.length ? [] : [element("p", { class: "hint" }, "No taste is known yet.")]),
      ...leanings(known.leanings),
      ...dislikes(collection, known.dislikes),
      rights(known),
    );
  }

  /** Take a decision; the page then shows what holds. */
  async function decide(action, name, words) {
    try {
      show(await api.control(collection, user, { action, taste: name }));
      announce(words);
    } catch (error) {
      notice(error.message, { detail: error.hint });
    }
  }

  function taste(one) {
    const share = one.is_muted ? "Muted" : `${Math.round(one.importance * 100)}% of your feed`;
    const mute = one.is_muted ? ["unmute", "Unmute"] : ["mute", "Mute"];
    return element(
      "li",
      { class: `taste${one.is_muted ? " is-muted" : ""}`, "data-taste": one.taste },
      element(
        "div",
        { class: "taste-head" },
        element("h2", { class: "small-title" }, one.words),
        element("p", { class: "taste-share" }, share),
      ),
      element("p", { class: "hint" }, `Because ${one.because}.`),
      pictures(collection, one.products),
      element(
        "p",
        { class: "feed-actions" },
        quiet(mute[1], `${mute[1]} ${one.words}`, () =>
          decide(mute[0], one.taste, `${one.words}: ${mute[1].toLowerCase()}d.`),
        ),
        quiet("Forget", `Forget ${one.words}`, () =>
          decide("delete", one.taste, `${one.words} is forgotten.`),
        ),
      ),
    );
  }

  function rights(known) {
    const turn = known.is_paused
      ? button("Learn again", () => decide("resume", null, "The shop learns again."))
      : button("Pause learning", () => decide("pause", null, "Nothing is learned until you resume."));
    return element(
      "section",
      { class: "rights", "aria-labelledby": "rights-title" },
      element("h2", { class: "small-title", id: "rights-title" }, "It is yours"),
      element(
        "p",
        { class: "rights-actions" },
        turn,
        twice("Start over", "Really start over?", () =>
          decide("reset", null, "Nothing of before counts any more."),
        ),
        button("Download all of it", download),
        twice("Forget me", "Really forget everything?", erase),
      ),
    );
  }

  async function download() {
    try {
      save(await api.userExport(collection, user), "lookalike-my-data.json");
    } catch (error) {
      notice(error.message, { detail: error.hint });
    }
  }

  async function erase() {
    try {
      const receipt = await api.eraseUser(collection, user);
      leave(collection);
      setTitle("Forgotten");
      body.replaceChildren(forgotten(collection, receipt));
      announce("Everything about you is deleted.");
    } catch (error) {
      notice(error.message, { detail: error.hint });
    }
  }

  return { title: "Your tastes", node, ready: load() };
}

function said(user, count) {
  const from = `Learned from ${counted(count, "thing")} you did here.`;
  return user.startsWith("visitor-")
    ? `${from} Only this browser knows whose they are.`
    : `${from} You look at the shop as ${user}.`;
}

function nobody(collection) {
  return message({
    title: "Nothing is known of you",
    detail: "The shop keeps nothing until you save a product or take the style quiz.",
    actions: [element("a", { class: "button", href: quizHref(collection) }, "Take the style quiz")],
  });
}

function paused() {
  return element(
    "p",
    { class: "tastes-paused", role: "status" },
    "Paused: nothing is learned, and nothing personal is shown.",
  );
}

function pictures(collection, products) {
  const shown = products.filter(({ image_url }) => image_url).slice(0, MOST_PICTURES);
  const more = products.length - shown.length;
  return element(
    "ul",
    { class: "taste-pictures" },
    shown.map((one) =>
      element(
        "li",
        {},
        element(
          "a",
          { href: productHref(collection, one.sku), title: nameOf(one) },
          element("span", { class: "tile" }, image(one.image_url, nameOf(one))),
        ),
      ),
    ),
    more > 0 && element("li", { class: "hint" }, `and ${more} more`),
  );
}

/** The surest of each kind; a shop's own column may say what the pictures say too. */
function leanings(all) {
  const kinds = new Set();
  const found = all.filter(({ attribute }) => {
    const kind = fieldWord(attribute);
    return !kinds.has(kind) && kinds.add(kind);
  });
  if (!found.length) return [];
  return [
    element("h2", { class: "small-title" }, "What you lean towards"),
    element(
      "ul",
      { class: "leanings" },
      found.slice(0, MOST_LEANINGS).map((one) =>
        element(
          "li",
          {},
          element("strong", {}, categoryWord(one.value)),
          ` ${fieldWord(one.attribute).toLowerCase()}: ${percent(one.share)} of yours, `,
          `${percent(one.catalog_share)} of the shop`,
        ),
      ),
    ),
  ];
}

function dislikes(collection, found) {
  if (!found.length) return [];
  return [element("h2", { class: "small-title" }, "Shown less"), pictures(collection, found)];
}

function forgotten(collection, receipt) {
  const rows = Object.values(receipt.rows).reduce((sum, one) => sum + one, 0);
  const proof = {
    clean: `Your id is in none of the shop's ${counted(receipt.scan.files, "file")}.`,
    "not scanned": receipt.scan.note,
  };
  return message({
    title: "You are forgotten",
    detail: `${counted(rows, "row")} deleted. ${proof[receipt.scan.verdict] ?? ""}`,
    hint: "The receipt is signed and does not hold your id.",
    actions: [
      button("Keep the receipt", () => save(receipt, "lookalike-receipt.json")),
      element("a", { class: "button", href: catalogHref(collection) }, "Back to the shop"),
    ],
  });
}

function percent(share) {
  return share > 0 && share < 0.01 ? "under 1%" : `${Math.round(share * 100)}%`;
}

function button(text, onclick) {
  return element("button", { class: "button", type: "button", onclick }, text);
}

function quiet(text, label, onclick) {
  return element(
    "button",
    { class: "quiet-button", type: "button", "aria-label": label, onclick },
    text,
  );
}

/** A button that asks before it does what cannot be undone; looking away takes the question back. */
function twice(text, question, act) {
  const node = button(text, () => {
    if (node.textContent === question) act();
    else node.textContent = question;
  });
  node.addEventListener("blur", () => {
    node.textContent = text;
  });
  return node;
}

function save(value, name) {
  const file = new Blob([JSON.stringify(value, null, 1)], { type: "application/json" });
  const address = URL.createObjectURL(file);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
