// What stands on the page when there is nothing else to show: empty, failed, not found.

import { element } from "./dom.js";

/** A calm block with a title, a sentence and what to do next; `heading` is "h1" for a page of its own. */
export function message({ title, detail = "", hint = "", actions = [], heading = "h2" }) {
  return element(
    "div",
    { class: "message" },
    element(heading, { class: "message-title", tabindex: -1 }, title),
    detail && element("p", {}, detail),
    hint && element("p", { class: "hint" }, hint),
    actions.length > 0 && element("p", { class: "message-actions" }, actions),
  );
}

/** A failure in the server's own words, with a way to try again. */
export function failure(problem, retry, heading = "h2") {
  const again =
    retry && element("button", { class: "button", type: "button", onclick: retry }, "Try again");
  const known = problem.name === "Problem";
  if (!known) console.error(problem);
  const node = message({
    title: problem.status === 404 ? "This is not here" : "That did not work",
    detail: known ? problem.message : "The page met something it did not expect.",
    hint: known ? problem.hint : "Reload the page and try again.",
    actions: again ? [again] : [],
    heading,
  });
  node.setAttribute("role", "alert");
  return node;
}

/** A short notice in the corner, for what does not belong to the page; returns its removal. */
export function notice(title, { detail = "", busy = false } = {}) {
  const remove = () => node.remove();
  const node = element(
    "div",
    { class: `notice${busy ? " is-busy" : ""}`, role: busy ? "status" : "alert" },
    element("p", { class: "notice-title" }, title),
    detail && element("p", {}, detail),
    !busy &&
      element("button", { class: "quiet-button", type: "button", onclick: remove }, "Dismiss"),
  );
  document.querySelector("#notices").replaceChildren(node);
  return remove;
}

/** Say something to screen readers without moving the focus. */
export function announce(text) {
  document.querySelector("#announcer").textContent = text;
}
