// Messages as elements, kept by ts so that an edit replaces just what changed.
import { call } from "/page/api.js";
import { render } from "/page/blocks.js";
import { clock, el } from "/page/dom.js";
import { confirmed, toast } from "/page/forms.js";
import { mrkdwn } from "/page/mrkdwn.js";

const TROUBLE = { operation_timeout: "The app did not answer in time.", dispatch_failed: "The app is not connected.", no_such_button: "That button is gone." };

export function messageNode(message, state, inThread) {
  const node = el("article", { class: "message", "data-testid": `message-${message.ts}` });
  fill(node, message, state, inThread);
  return node;
}

export function fill(node, message, state, inThread) {
  const person = state.people[message.user] || { real_name: message.username, color: "#666" };
  const press = async (button, block, target) => {
    if (!(await confirmed(button.confirm))) return;
    target.classList.add("pending");
    try { await call("click", { as: state.me, channel: message.channel, ts: message.ts, action_id: button.action_id, block_id: block }); }
    catch (error) { toast(TROUBLE[error.message] || error.message); }
    target.classList.remove("pending");
  };
  const app = person.role === "app";
  const avatar = el("span", { class: "avatar", style: { background: person.color }, "aria-hidden": "true" }, app ? "sr" : initials(person.real_name));
  node.classList.toggle("ephemeral", Boolean(message.ephemeral_for));
  node.replaceChildren(avatar, el("div", { class: "body" },
    el("div", { class: "who" }, el("b", {}, person.real_name), app ? el("span", { class: "badge" }, "APP") : null, el("time", {}, clock(message.ts)),
      message.ephemeral_for ? el("span", { class: "only" }, "Only visible to you") : null),
    message.blocks.length ? render(message.blocks, press) : el("div", { class: "text" }, mrkdwn(message.text), message.edited ? el("span", { class: "only" }, " (edited)") : null),
    message.files.map((file) => file.mimetype.startsWith("image/") ? el("img", { src: file.url, alt: file.title }) : el("details", {}, el("summary", {}, file.name), el("pre", {}, file.preview || ""))),
    !inThread && message.reply_count ? el("button", { type: "button", class: "replies", "data-testid": `thread-open-${message.ts}`, onclick: () => state.openThread(message.ts) },
      `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`, el("span", {}, `last at ${clock(message.latest_reply)}`)) : null));
}

const initials = (name) => name.split(" ").map((word) => word[0]).join("").slice(0, 2);

export class List {
  // A column of messages that stays at its end while new ones come, unless somebody scrolled up.
  constructor(root, state, inThread) {
    Object.assign(this, { root, state, inThread, nodes: new Map() });
  }
  show(messages) {
    this.nodes.clear();
    this.root.replaceChildren();
    for (const message of messages) this.put(message);
    this.root.scrollTop = this.root.scrollHeight;
  }
  put(message) {
    const atEnd = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 60;
    const known = this.nodes.get(message.ts);
    if (known) fill(known, message, this.state, this.inThread);
    else {
      const node = messageNode(message, this.state, this.inThread);
      this.nodes.set(message.ts, node);
      this.root.append(node);
    }
    if (atEnd) this.root.scrollTop = this.root.scrollHeight;
  }
  drop(ts) {
    this.nodes.get(ts)?.remove();
    this.nodes.delete(ts);
  }
}
