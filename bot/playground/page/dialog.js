// Questions before a deed, and short notes.
import { textObject } from "/page/blocks.js";
import { byId, el } from "/page/dom.js";

const TOAST_MS = 6000;
let hiding = 0;

export function toast(words) {
  const node = byId("toast");
  node.textContent = words;
  node.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { node.hidden = true; }, TOAST_MS);
}

// Block Kit's confirm object; resolves to the person's answer, at once when there is no question.
export function confirmed(question) {
  if (!question) return Promise.resolve(true);
  return new Promise((answer) => {
    const dialog = byId("question");
    const close = (value) => { answer(value); dialog.close(); };
    const style = question.style === "danger" ? "danger" : "primary";
    dialog.replaceChildren(
      el("h2", { id: "question-title" }, textObject(question.title)),
      el("div", { class: "said", id: "question-text", dir: "auto" }, textObject(question.text)),
      el("div", { class: "dialog-buttons" },
        el("button", { type: "button", class: "button", "data-testid": "confirm-cancel", onclick: () => close(false) }, textObject(question.deny)),
        el("button", { type: "button", class: `button ${style}`, "data-testid": "confirm-ok", onclick: () => close(true) }, textObject(question.confirm))));
    // Escape closes it as well; an answer given before wins.
    dialog.addEventListener("close", () => answer(false), { once: true });
    dialog.showModal();
    dialog.querySelector("[data-testid='confirm-ok']").focus();
  });
}
