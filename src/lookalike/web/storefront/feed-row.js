// "For you" on the start page: the visitor's feed, or the way to the style quiz.

import * as api from "./api.js";
import { element } from "./dom.js";
import { announce, failure } from "./messages.js";
import { placeholderCards, productCard } from "./product-card.js";
import { quizHref, tastesHref } from "./routes.js";
import { did, leave, visitor } from "./visitor.js";
import { why } from "./why.js";
import { nameOf } from "./words.js";

const SHOWN = 12;

/** Returns {node, refresh()}. */
export function feedRow(collection, { signal }) {
  const node = element("section", { class: "feed-row", "aria-label": "For you" });

  async function refresh() {
    const user = visitor(collection);
    if (!user) {
      node.replaceChildren(invitation(collection));
      return;
    }
    const list = element("ol", { class: "feed-list", "aria-label": "For you", tabindex: -1 });
    const said = element("p", { class: "hint" });
    list.append(...placeholderCards(6));
    list.ariaBusy = "true";
    node.replaceChildren(head(user), list, said);
    try {
      const answer = await api.feed(collection, user, SHOWN, signal);
      list.replaceChildren(...answer.recommendations.map((one) => card(one, answer)));
      list.ariaBusy = "false";
      said.textContent = answer.degraded.join(" ");
    } catch (error) {
      if (error.status === 403) node.replaceChildren(); // the page's key speaks for no user
      else if (error.name !== "AbortError") node.replaceChildren(failure(error, refresh));
    }
  }

  function card(one, answer) {
    const from = { request_id: answer.request_id, position: one.position };
    const tell = (kind, words) => async () => {
      await did(collection, kind, [one.sku], from);
      announce(`${nameOf(one)}: ${words}`);
      await refresh();
    };
    return productCard(
      collection,
      one,
      element("p", { class: "reason" }, one.similarity_reason),
      why(one),
      element(
        "p",
        { class: "feed-actions" },
        action("Save", `Save ${nameOf(one)}`, tell("save", "saved")),
        action("Not for me", `Do not show ${nameOf(one)}`, tell("hide", "not shown again")),
      ),
    );
  }

  function head(user) {
    const forget = () => {
      leave(collection);
      refresh();
    };
    const isGuest = user.startsWith("visitor-");
    return element(
      "div",
      { class: "list-head" },
      element("h2", { class: "section-title" }, "For you"),
      element(
        "p",
        { class: "feed-who" },
        isGuest ? "From what you picked and saved here. " : `As ${user} sees the shop. `,
        element("a", { class: "quiet-button", href: tastesHref(collection) }, "Your tastes"),
        element("a", { class: "quiet-button", href: quizHref(collection) }, "Style quiz"),
        element(
          "button",
          { class: "quiet-button", type: "button", onclick: forget },
          isGuest ? "Start over" : "Stop",
        ),
      ),
    );
  }

  return { node, refresh };
}

function action(text, label, onclick) {
  return element(
    "button",
    { class: "quiet-button", type: "button", "aria-label": label, onclick },
    text,
  );
}

function invitation(collection) {
  return element(
    "p",
    { class: "feed-invitation" },
    element("span", {}, "Not sure what you are looking for? Pick a few pictures you like. "),
    element("a", { class: "button", href: quizHref(collection) }, "Take the style quiz"),
  );
}
