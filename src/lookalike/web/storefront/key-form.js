// What stands on the page when the service wants a key and the page has none that is right.

import * as api from "./api.js";
import { element } from "./dom.js";
import { message } from "./messages.js";

/** A form that asks for a key, keeps it for this visit and calls `then`. */
export function keyForm(then) {
  const input = element("input", {
    id: "key",
    name: "key",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "lk_...",
    required: true,
  });
  const form = element(
    "form",
    {
      class: "message-actions key-form",
      onsubmit: (event) => {
        event.preventDefault();
        api.showKey(input.value);
        then();
      },
    },
    element("label", { for: "key" }, "API key "),
    input,
    element("button", { class: "button", type: "submit" }, "Open the shop"),
  );
  const node = message({
    heading: "h1",
    title: "This shop asks for a key",
    detail: "Its service has API keys, and this page shows none that is right.",
    hint: "Make one with `lookalike keys create`, or set storefront_key so that the page has its own.",
  });
  node.append(form);
  return node;
}
