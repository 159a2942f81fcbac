// Confirm dialogs, forms (modals) and toasts.
import { call } from "/page/api.js";
import { render } from "/page/blocks.js";
import { el } from "/page/dom.js";

const dialog = document.getElementById("dialog");
const form = document.getElementById("form");
const toastNode = document.getElementById("toast");

export function toast(words) {
  toastNode.textContent = words;
  toastNode.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { toastNode.hidden = true; }, 5000);
}

export function confirmed(object) {
  if (!object) return Promise.resolve(true);
  return new Promise((answer) => {
    const close = (value) => { dialog.close(); answer(value); };
    dialog.replaceChildren(el("h2", {}, object.title.text), el("p", {}, object.text.text), el("div", { class: "dialog-buttons" },
      el("button", { type: "button", class: "button", "data-testid": "confirm-cancel", onclick: () => close(false) }, object.deny.text),
      el("button", { type: "button", class: `button ${object.style === "danger" ? "danger" : "primary"}`, "data-testid": "confirm-ok", onclick: () => close(true) }, object.confirm.text)));
    dialog.oncancel = () => answer(false);
    dialog.showModal();
  });
}

export function showView(view, user) {
  const send = async (event) => {
    event.preventDefault();
    const values = {};
    for (const node of form.querySelectorAll("[data-action]")) (values[node.dataset.block] ||= {})[node.dataset.action] = node.value;
    try { await call("submit", { as: user, view_id: view.id, values }); form.close(); }
    catch (error) { errors(error.answer?.errors, error.message); }
  };
  form.replaceChildren(el("form", { onsubmit: send }, el("h2", {}, view.title.text), render(view.blocks), el("div", { class: "dialog-buttons" },
    el("button", { type: "button", class: "button", onclick: () => { form.close(); call("close", { as: user, view_id: view.id }).catch(() => {}); } }, view.close?.text || "Close"),
    view.submit ? el("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, view.submit.text) : null)));
  if (!form.open) form.showModal();
  form.querySelector("[data-action]")?.focus();
}

export function closeView() { form.close(); }

function errors(found, otherwise) {
  if (!found) { toast(otherwise); return; }
  for (const node of form.querySelectorAll("[data-error]")) node.textContent = found[node.dataset.error] || "";
}

export function weather() {
  const order = (label, fault) => el("button", { type: "button", class: "button", onclick: async () => { await call("faults", fault); toast(`${label}: on`); } }, label);
  dialog.replaceChildren(el("h2", {}, "Weather"), el("p", {}, "Make this workspace misbehave for half a minute and see what the bot does."),
    el("div", { class: "weather" }, order("Rate limit (429)", { kind: "429", seconds: 30, retry_after: 3 }), order("Server errors (500)", { kind: "500", seconds: 30 }),
      order("Slow answers", { kind: "slow", slow_s: 2, seconds: 30 }), order("Lost replies", { kind: "reset_after", method: "chat.postMessage", count: 1 }),
      order("Drop the socket", { kind: "drop_socket" })),
    el("div", { class: "dialog-buttons" },
      el("button", { type: "button", class: "button", onclick: async () => { await call("faults", undefined, "DELETE"); toast("Fair weather again."); } }, "Fair weather"),
      el("button", { type: "button", class: "button primary", onclick: () => dialog.close() }, "Close")));
  dialog.showModal();
}
