// A column of messages with day dividers, kept by ts: what has not changed is not touched, what has is edited in place.
import { listen } from "/page/actions.js";
import { day, dayName } from "/page/dates.js";
import { el, plural } from "/page/dom.js";
import { messageNode } from "/page/message.js";
import { morph } from "/page/morph.js";
import { Follower } from "/page/scroll.js";

const GROUP_SECONDS = 300;

export class MessageList {
  // `root` holds .scroller > .inner, and the button .below. `inThread`: a parent with its replies.
  constructor(root, store, { inThread = false, openThread } = {}) {
    this.store = store;
    this.inThread = inThread;
    this.inner = root.querySelector(".inner");
    this.follower = new Follower(root.querySelector(".scroller"), this.inner, root.querySelector(".below"));
    this.nodes = new Map();
    listen(this.inner, store, (node) => store.find(store.channel, node.closest("article").dataset.ts));
    this.inner.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-thread]");
      if (opener) openThread?.(opener.dataset.thread);
    });
  }

  // Another channel, thread or person: fresh nodes, at the place where that person was.
  show(messages, newFrom, place) {
    this.nodes.clear();
    this.inner.replaceChildren();
    this.newFrom = newFrom;
    this.last = undefined;
    this.sync(messages);
    this.follower.restore(place);
  }

  // The same place, a moment later.
  sync(messages) {
    const last = this.last;
    const items = this.#items(messages);
    const wanted = new Set(items.map((item) => item.key));
    for (const [key, node] of this.nodes) if (!wanted.has(key)) this.#forget(key, node);
    let here = this.inner.firstChild;
    for (const item of items) {
      const node = this.#drawn(item);
      if (node === here) here = here.nextSibling;
      else this.inner.insertBefore(node, here);
    }
    this.last = messages.at(-1)?.ts;
    if (last && this.last > last) this.follower.grew();
  }

  #forget(key, node) {
    node.remove();
    this.nodes.delete(key);
  }

  #drawn(item) {
    const known = this.nodes.get(item.key);
    if (known && known.drawnFrom === item.from && known.drawnGrouped === item.grouped) return known;
    const node = item.draw();
    if (known) morph(known, node);
    return this.#remember(item, known ?? node);
  }

  #remember(item, node) {
    node.drawnFrom = item.from;
    node.drawnGrouped = item.grouped;
    this.nodes.set(item.key, node);
    return node;
  }

  #items(messages) {
    const items = [];
    let before = null;
    for (const message of messages) {
      const divider = this.#divider(message, before, messages);
      if (divider) items.push(divider);
      const grouped = !divider && belongsTo(message, before);
      items.push({ key: message.ts, from: message, grouped, draw: () => messageNode(message, { grouped, inThread: this.inThread }) });
      before = message;
    }
    return items;
  }

  // What stands above a message: a new day, what is new, or in a thread the number of replies.
  #divider(message, before, messages) {
    if (this.inThread) {
      if (!before || before.ts !== messages[0].ts) return null;
      const words = plural(messages.length - 1, "reply", "replies");
      return { key: "replies", from: words, draw: () => divider("replies", words) };
    }
    const isNew = this.newFrom && message.ts > this.newFrom && (!before || before.ts <= this.newFrom);
    const isDay = !before || day(message.ts) !== day(before.ts);
    if (!isNew && !isDay) return null;
    const words = isDay ? dayName(message.ts) : "";
    return { key: `above-${message.ts}`, from: `${words}${isNew}`, draw: () => divider(isNew ? "new" : "day", words) };
  }
}

// Short messages of one person in one breath stand together; a card stands for itself.
function belongsTo(message, before) {
  const sameBreath = before?.user === message.user && Number(message.ts) - Number(before.ts) < GROUP_SECONDS;
  const plain = [message, before].every((one) => one && !one.ephemeral_for && !one.broadcast && one.blocks.length < 2);
  return sameBreath && plain;
}

function divider(kind, words) {
  return el("div", { class: `divider ${kind}`, role: "separator" }, words && el("span", {}, words), kind === "new" && el("i", {}, "New"));
}
