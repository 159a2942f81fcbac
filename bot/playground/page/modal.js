// Forms that the app opens (views): shown, updated in place, sent, closed. The server keeps the stack of them; the page
// shows the topmost.
import { listen } from "/page/actions.js";
import { call } from "/page/api.js";
import { render, textObject } from "/page/blocks.js";
import { toast } from "/page/dialog.js";
import { byId, el } from "/page/dom.js";
import { valueOf } from "/page/elements.js";
import { icon } from "/page/icons.js";
import { morph } from "/page/morph.js";

export class Modal {
  constructor(store) {
    this.store = store;
    this.dialog = byId("form");
    this.view = null;
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.#leave(); });
    this.dialog.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    this.dialog.addEventListener("click", (event) => event.target.closest("[data-leave]") && this.#leave());
    listen(this.dialog, store, () => this.view);
  }

  // What the server has open for this person: after a change of person, or a reconnection.
  async load() {
    const { views } = await call(`views?as=${this.store.me}`);
    if (views.length) this.show(views.at(-1));
    else this.hide();
  }

  show(view) {
    const known = this.view?.id === view.id;
    const form = drawn(view);
    this.view = view;
    if (known) morph(this.dialog.firstChild, form);
    else this.dialog.replaceChildren(form);
    if (!this.dialog.open) this.dialog.showModal();
    if (!known) this.dialog.querySelector(".modal-body [data-action], .modal-foot .primary, .modal-foot button")?.focus();
  }

  // Without a view's id: whatever is open.
  hide(id = this.view?.id) {
    if (this.view?.id !== id) return;
    this.view = null;
    this.dialog.close();
    this.dialog.replaceChildren();
  }

  async #send() {
    const view = this.view;
    const button = this.dialog.querySelector("[data-testid='modal-submit']");
    if (!button || button.getAttribute("aria-busy") === "true") return;
    this.#complain({}, "");
    button.setAttribute("aria-busy", "true");
    try {
      await call("submit", { as: this.store.me, view_id: view.id, values: this.#values() });
      await this.load();
    } catch (error) {
      const errors = error.answer?.errors ?? {};
      this.#complain(errors, Object.keys(errors).length ? "" : error.message);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  #values() {
    const values = {};
    for (const node of this.dialog.querySelectorAll("[data-action][data-owner]")) {
      if (node.dataset.event === "fill" || node.dataset.event === "choose") (values[node.dataset.owner] ??= {})[node.dataset.action] = valueOf(node);
    }
    return values;
  }

  #complain(errors, words) {
    for (const node of this.dialog.querySelectorAll("[data-error]")) {
      const said = errors[node.dataset.error] ?? "";
      node.textContent = said;
      node.closest(".b-input").querySelector("[data-action]").setAttribute("aria-invalid", String(Boolean(said)));
    }
    this.dialog.querySelector(".modal-error").textContent = words;
    this.dialog.querySelector("[aria-invalid='true']")?.focus();
  }

  async #leave() {
    const view = this.view;
    if (!view) return;
    this.hide();
    // Told to the app if it wants to know; the one below, if any, comes back as an event.
    await call("close", { as: this.store.me, view_id: view.id }).catch((error) => toast(error.message));
  }
}

function drawn(view) {
  return el("form", { class: "modal", novalidate: true, autocomplete: "off" },
    el("header", { class: "modal-head" },
      el("h2", { id: "form-title" }, textObject(view.title)),
      el("button", { type: "button", class: "quiet", "data-leave": "", "aria-label": "Close" }, icon("close"))),
    el("div", { class: "modal-body" }, render(view.blocks)),
    el("footer", { class: "modal-foot" },
      el("div", { class: "error modal-error", role: "alert" }),
      el("button", { type: "button", class: "button", "data-leave": "", "data-testid": "modal-close" }, view.close ? textObject(view.close) : "Cancel"),
      view.submit && el("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, el("span", { class: "label" }, textObject(view.submit)))));
}
