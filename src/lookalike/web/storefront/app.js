// Lookalike's storefront: plain ES modules on the public HTTP API, no build step.
// This one joins the parts: it shows the page that the address names and keeps the way back.
//
// What merchants wrote reaches the page only as text (dom.js), and nothing here needs inline
// script or style, so it runs under `default-src 'self'`.

import * as api from "./api.js";
import { catalogPage } from "./catalog-page.js";
import { element } from "./dom.js";
import { announce, failure, message } from "./messages.js";
import { keyForm } from "./key-form.js";
import { listenForPhotos, uploaded } from "./photos.js";
import { photoPage } from "./photo-page.js";
import { productPage } from "./product-page.js";
import { quizPage } from "./quiz-page.js";
import { catalogHref, photoHref, route } from "./routes.js";
import { tastesPage } from "./tastes-page.js";
import { closeWhyElsewhere } from "./why.js";

const PAGES = {
  catalog: catalogPage,
  product: productPage,
  photo: photoPage,
  quiz: quizPage,
  tastes: tastesPage,
  missing: missingPage,
};
const NAME = "Lookalike";

const main = document.querySelector("#main");
const home = document.querySelector("#home");
const choice = document.querySelector("#collection");
const positions = new Map();
let known = [];
let shown = null;
let visits = 0;

const choosePhoto = listenForPhotos(async (file) => {
  const collection = shown?.collection ?? known[0];
  const id = collection && (await uploaded(collection, file));
  if (id) go(photoHref(collection, id));
});
document.querySelector("#choose-photo").addEventListener("click", choosePhoto);
document.querySelector("#skip").addEventListener("click", (event) => {
  event.preventDefault();
  (main.querySelector(".grid") ?? main).focus();
});
choice.addEventListener("change", () => go(catalogHref(choice.value)));
addEventListener("hashchange", show);
addEventListener("scroll", () => positions.set(history.state?.visit, scrollY), { passive: true });
history.scrollRestoration = "manual";
closeWhyElsewhere();
start();

async function start() {
  try {
    const found = await api.collections();
    known = found.map((one) => one.collection_id);
  } catch (error) {
    main.replaceChildren(
      error.status === 401 ? keyForm(start) : failure(error, start, "h1"),
    );
    return;
  }
  if (!known.length) {
    main.replaceChildren(
      message({
        heading: "h1",
        title: "There is nothing to see yet",
        detail: "This server holds no collection.",
        hint: "Index a catalog with `lookalike index ./catalog.csv`, then reload the page.",
      }),
    );
    return;
  }
  choice.replaceChildren(...known.map((name) => element("option", { value: name }, name)));
  document.querySelector("#collection-choice").hidden = known.length < 2;
  show();
}

function go(href) {
  if (href === location.hash) return;
  history.pushState(null, "", href);
  show();
}

/** Show what the address names; the same page with other params is told to update itself. */
async function show() {
  const asked = route(location.hash);
  if (asked.collection === null) {
    history.replaceState(history.state, "", catalogHref(known[0]));
    show();
    return;
  }
  const isReturn = history.state?.visit !== undefined;
  if (!isReturn) history.replaceState({ visit: `${Date.now()}-${(visits += 1)}` }, "");
  const visit = history.state.visit;
  const position = positions.get(visit) ?? 0; // read now: showing the page scrolls it
  const same = shown && ["collection", "page", "id"].every((part) => shown[part] === asked[part]);
  const isFirst = shown === null;
  if (!same) await render(asked, { isReturn, isFirst });
  else await shown.update?.(asked.params);
  if (isReturn && history.state?.visit === visit) scrollTo({ top: position, behavior: "instant" });
}

async function render(asked, { isReturn, isFirst }) {
  shown?.leaving.abort();
  const leaving = new AbortController();
  const setTitle = (text) => {
    if (leaving.signal.aborted) return;
    document.title = `${text} · ${NAME}`;
    if (!isFirst) announce(text);
  };
  home.href = catalogHref(asked.collection);
  choice.value = asked.collection;
  const page = PAGES[asked.page]({ ...asked, signal: leaving.signal, setTitle, go, choosePhoto });
  shown = { ...asked, leaving, update: page.update };
  setTitle(page.title);
  main.replaceChildren(page.node);
  if (!isReturn) scrollTo({ top: 0, behavior: "instant" });
  if (!isFirst) (main.querySelector("h1") ?? main).focus({ preventScroll: true });
  await page.ready;
}

function missingPage({ collection }) {
  const back = element("a", { class: "button", href: catalogHref(collection) }, "See all products");
  return {
    title: "Not found",
    node: message({
      heading: "h1",
      title: "This page is not here",
      detail: "The address names no page of this shop.",
      actions: [back],
    }),
  };
}
