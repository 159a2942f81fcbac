// One message as a node: who, when, what, files, reactions, and the line that leads to its thread.
import { ownAddress } from "/page/api.js";
import { render } from "/page/blocks.js";
import { ago, clock, exactly, moment } from "/page/dates.js";
import { el, plural } from "/page/dom.js";
import { emoji } from "/page/emoji.js";
import { icon } from "/page/icons.js";
import { mrkdwn } from "/page/mrkdwn.js";
import { person, userName } from "/page/names.js";

export function messageNode(message, { grouped = false, inThread = false } = {}) {
  const kinds = ["message", grouped && "grouped", message.ephemeral_for && "ephemeral"].filter(Boolean).join(" ");
  return el("article", { class: kinds, "data-testid": `message-${message.ts}`, "data-ts": message.ts },
    el("div", { class: "gutter" }, grouped ? time(message) : avatar(message.user, message.username)),
    el("div", { class: "body" },
      message.ephemeral_for && el("div", { class: "only" }, icon("eye", 14), "Only visible to you"),
      message.broadcast && !inThread && el("div", { class: "only" }, icon("reply", 14), "Replied to a thread, and here"),
      grouped ? null : who(message),
      el("div", { class: "content", dir: "auto" }, content(message)),
      message.files.map(file),
      reactions(message),
      inThread ? null : summary(message)),
    inThread ? null : toolbar(message));
}

export function avatar(user, name, size = "") {
  const known = person(user);
  const initials = known?.role === "app" ? "sr" : initialsOf(known?.real_name ?? name ?? "?");
  return el("span", { class: `avatar ${known?.role ?? ""} ${size}`.trim(), style: { "--person": known?.color ?? "#64748b" }, "aria-hidden": "true" }, initials);
}

const initialsOf = (name) => name.split(/\s+/).map((word) => word[0] ?? "").join("").slice(0, 2).toUpperCase();

function who(message) {
  const known = person(message.user);
  return el("div", { class: "who" },
    el("b", { dir: "auto" }, known?.real_name ?? message.username),
    known?.role === "app" && el("span", { class: "badge" }, "APP"),
    known?.role === "outsider" && el("span", { class: "badge outsider" }, "other workspace"),
    known?.role === "guest" && el("span", { class: "badge" }, "guest"),
    time(message));
}

const time = (message) => el("time", { datetime: moment(message.ts).toISOString(), title: exactly(message.ts) }, clock(message.ts));

function content(message) {
  if (message.blocks.length) return render(message.blocks);
  return el("div", { class: "said" }, mrkdwn(message.text), message.edited && el("span", { class: "soft" }, " (edited)"));
}

function file(one) {
  const address = ownAddress(one.url);
  if (one.mimetype.startsWith("image/") && one.preview === null) {
    return el("figure", { class: "b-image", "data-key": one.id }, el("figcaption", {}, one.title), el("img", { class: "picture uploaded", src: address, alt: one.alt_txt || one.title }));
  }
  const lines = (one.preview ?? "").split("\n").length;
  const cut = (one.preview ?? "").length < one.size && address;
  return el("details", { class: "b-file", "data-key": one.id },
    el("summary", {}, icon("file"), el("span", { class: "name" }, one.title || one.name), el("span", { class: "soft" }, `${plural(lines, "line")}, ${bytes(one.size)}`)),
    el("pre", {}, one.preview ?? ""),
    cut ? el("a", { href: address, target: "_blank", rel: "noopener" }, "Open the whole file") : null);
}

const bytes = (size) => (size < 1024 ? plural(size, "byte") : `${(size / 1024).toFixed(1)} KB`);

function reactions(message) {
  return message.reactions.length > 0 && el("div", { class: "reactions" }, message.reactions.map((one) =>
    el("span", { class: "reaction", title: one.users.map((user) => userName(user)).join(", ") }, emoji(one.name) ?? `:${one.name}:`, el("span", {}, String(one.count)))));
}

function summary(message) {
  if (!message.reply_count) return null;
  const faces = message.reply_users.slice(0, 4).map((user) => avatar(user, user, "tiny"));
  return el("button", { type: "button", class: "summary", "data-thread": message.ts, "data-testid": `thread-open-${message.ts}` },
    el("span", { class: "faces" }, faces),
    el("b", {}, plural(message.reply_count, "reply", "replies")),
    el("span", { class: "soft" }, "last reply ", el("span", { "data-ago": message.latest_reply }, ago(moment(message.latest_reply)))));
}

function toolbar(message) {
  if (message.ephemeral_for || message.thread_ts) return null;
  const testid = message.reply_count ? `reply-${message.ts}` : `thread-open-${message.ts}`;
  return el("div", { class: "toolbar" },
    el("button", { type: "button", "data-thread": message.ts, "data-testid": testid, "aria-label": "Reply in thread", title: "Reply in thread" }, icon("reply", 16)));
}
