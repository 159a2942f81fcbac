// Slack's mrkdwn as elements. Entities are decoded once, after parsing, so an escaped mention stays inert text.
import { el } from "/page/dom.js";

const EMOJI = { white_check_mark: "✅", x: "❌", warning: "⚠️", hourglass_flowing_sand: "⏳", arrow_forward: "▶️", double_vertical_bar: "⏸",
  thumbsup: "👍", eyes: "👀", rocket: "🚀", tada: "🎉", lock: "🔒", octagonal_sign: "🛑", information_source: "ℹ️", heavy_check_mark: "✔️" };
const TOKEN = /<([^<>]+)>|```([\s\S]+?)```|`([^`\n]+)`|(?<![\w*])\*(?=\S)([^*\n]+?)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]+?)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]+?)~(?![\w~])|(?<![\w:]):([a-z][a-z0-9_+-]+):(?![\w:])/;

let names = { users: {}, groups: {}, channels: {} };
export function learn(workspace) {
  names = {
    users: Object.fromEntries(workspace.users.map((user) => [user.id, user.name])),
    groups: Object.fromEntries(workspace.groups.map((group) => [group.id, group.handle])),
    channels: Object.fromEntries(workspace.channels.map((channel) => [channel.id, channel.name])),
  };
}

const decode = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mrkdwn(text) {
  const parts = [];
  let rest = text;
  while (rest) {
    const match = TOKEN.exec(rest);
    if (!match) { parts.push(...lines(rest)); break; }
    parts.push(...lines(rest.slice(0, match.index)), piece(match));
    rest = rest.slice(match.index + match[0].length);
  }
  return parts;
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [el("br"), decode(line)] : [decode(line)]));
}

function piece(match) {
  const [whole, angle, pre, code, bold, italic, strike, emoji] = match;
  if (angle !== undefined) return special(angle);
  if (pre !== undefined) return el("pre", {}, decode(pre.replace(/^\n/, "")));
  if (code !== undefined) return el("code", {}, decode(code));
  if (bold !== undefined) return el("strong", {}, mrkdwn(bold));
  if (italic !== undefined) return el("em", {}, mrkdwn(italic));
  if (strike !== undefined) return el("s", {}, mrkdwn(strike));
  return EMOJI[emoji] || whole;
}

export function mention(text) { return el("span", { class: "mention" }, text); }
export const userName = (id) => names.users[id] || id;

function special(inside) {
  const [target, label] = inside.split("|");
  if (target.startsWith("@")) return mention(`@${userName(target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${names.channels[target.slice(1)] || label || target.slice(1)}`);
  if (target.startsWith("!subteam^")) return mention(`@${names.groups[target.slice(9)] || label}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!")) return el("span", { class: "mention loud" }, `@${target.slice(1)}`);
  if (/^(https?|mailto):/.test(target)) return el("a", { href: target, target: "_blank", rel: "noreferrer" }, decode(label || target));
  return `<${decode(inside)}>`;
}

function date(target, fallback) {
  const [, epoch, format] = target.split("^");
  const at = new Date(Number(epoch) * 1000);
  if (Number.isNaN(at.getTime())) return decode(fallback || "");
  const today = at.toDateString() === new Date().toDateString();
  const words = (format || "").replace(/\{(\w+)\}/g, (whole, name) => ({
    date_num: at.toLocaleDateString(), date: at.toLocaleDateString([], { dateStyle: "long" }), date_short: at.toLocaleDateString([], { dateStyle: "medium" }),
    date_pretty: today ? "today" : at.toLocaleDateString([], { dateStyle: "long" }), date_short_pretty: today ? "today" : at.toLocaleDateString([], { dateStyle: "medium" }),
    time: at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }), time_secs: at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  })[name] ?? whole);
  return el("time", { datetime: at.toISOString(), title: decode(fallback || "") }, words);
}
