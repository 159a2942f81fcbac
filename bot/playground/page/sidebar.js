// The left side: the workspace, its channels with what is unread, and on small screens the way in and out of it.
import { byId, el } from "/page/dom.js";
import { icon } from "/page/icons.js";

export class Sidebar {
  constructor(store, go) {
    this.store = store;
    this.list = byId("channels");
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-channel]");
      if (button) go(button.dataset.channel);
    });
    byId("menu").addEventListener("click", () => this.toggle());
    byId("scrim").addEventListener("click", () => this.toggle(false));
    byId("side").addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
  }

  // Only small screens hide it at all.
  toggle(open = !document.body.classList.contains("menu-open")) {
    document.body.classList.toggle("menu-open", open);
    byId("menu").setAttribute("aria-expanded", String(open));
    if (open) this.list.querySelector("[aria-current]")?.focus();
  }

  draw() {
    const { store } = this;
    byId("team").textContent = store.workspace.team.name;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    this.list.replaceChildren(...store.joined().map((channel) => this.#channel(channel)));
    if (focused) this.list.querySelector(`[data-channel="${focused}"]`)?.focus();
    const elsewhere = store.joined().some((channel) => channel.id !== store.channel && store.unread(channel.id));
    byId("menu").classList.toggle("unread", elsewhere);
  }

  #channel(channel) {
    const { store } = this;
    const here = channel.id === store.channel;
    const unread = !here && store.unread(channel.id);
    return el("button", {
      type: "button", class: unread ? "row unread" : "row", "aria-current": here ? "page" : null,
      "data-channel": channel.id, "data-testid": `channel-${channel.id}` },
      icon(channel.sign, 16), el("span", { class: "name" }, channel.title),
      channel.shared && el("span", { class: "shared", title: "Shared with another workspace" }, icon("shared", 15)),
      unread && el("span", { class: "dot" }, el("span", { class: "unseen" }, "unread")));
  }
}
