// The thread pane: a parent, its replies, and a composer of its own.
import { call } from "/page/api.js";
import { Composer } from "/page/composer.js";
import { byId, el } from "/page/dom.js";
import { MessageList } from "/page/messages.js";

export class ThreadPane {
  // `moveUp(text)`: a slash command that was typed here goes to the channel's composer.
  constructor(store, { changed, moveUp }) {
    this.store = store;
    this.changed = changed;
    this.pane = byId("thread");
    this.list = new MessageList(this.pane, store, { inThread: true });
    this.composer = new Composer(byId("thread-composer"), store, {
      thread: () => store.thread,
      send: (text) => this.#send(text),
      notice: (text) => commandNotice(text, store, () => moveUp(this.composer.take())),
    });
    byId("thread-close").addEventListener("click", () => this.close());
    this.pane.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.close());
  }

  open(ts) {
    if (this.store.thread === ts) return this.composer.focus();
    this.leave();
    this.store.thread = ts;
    this.pane.hidden = false;
    this.#show();
    this.changed();
    return this.composer.focus();
  }

  close() {
    if (!this.store.thread) return;
    this.leave();
    const opener = document.querySelector(`[data-thread="${this.store.thread}"]`);
    this.store.thread = null;
    this.pane.hidden = true;
    this.list.show([], "");
    this.changed();
    opener?.focus();
  }

  draw() {
    const { thread } = this.store;
    if (!thread) return;
    if (this.store.find(this.store.channel, thread)) this.list.sync(this.store.conversation(thread));
    else this.close();
  }

  // The same thread for other eyes.
  redraw() {
    if (!this.store.thread) return;
    if (this.store.find(this.store.channel, this.store.thread)) this.#show();
    else this.close();
  }

  #show() {
    const { store } = this;
    byId("thread-where").textContent = store.here().address;
    this.list.show(store.conversation(store.thread), "", store.places.get(store.place(store.thread)));
    this.composer.moved();
  }

  // Before other eyes or another thread: remember where this person was.
  leave() {
    if (this.store.thread) this.store.places.set(this.store.place(this.store.thread), this.list.follower.place());
  }

  async #send(text) {
    const { me, channel, thread } = this.store;
    this.list.follower.toEnd();
    await call("message", { as: me, channel, text, thread_ts: thread });
  }
}

// Slack has no slash commands in threads; saying so while they are typed is kinder than refusing them after.
function commandNotice(text, store, move) {
  if (!text.startsWith("/")) return null;
  return el("div", { class: "notice", role: "status" },
    el("span", {}, "Slash commands do not work in threads."),
    el("button", { type: "button", class: "button small", onclick: move }, `Type it in ${store.here().address} instead`));
}
