// Slack's mrkdwn as nodes. Entities are decoded once, and only after the text was taken apart: an escaped mention stays
// inert text, while a real one is loud enough that a missing escape is seen.
import { dateWords } from "/page/dates.js";
import { el } from "/page/dom.js";
import { emoji } from "/page/emoji.js";
import { channelName, groupHandle, isReader, userName } from "/page/names.js";

const FENCE = /```([\s\S]+?)```/;
const QUOTED = /^(?:>|&gt;)/;
const QUOTED_TO_THE_END = /^(?:>>>|&gt;&gt;&gt;)/;
// A mark opens after a space or a sign and closes before one: snake_case and 2*3*4 are not formatting.
const marked = (name, sign) =>
  `(?<![\\p{L}\\p{N}_${sign}])${sign}(?<${name}>[^\\s${sign}](?:[^\\n${sign}]*[^\\s${sign}])?)${sign}(?![\\p{L}\\p{N}_${sign}])`;
const PIECE = new RegExp(
  [
    "<(?<angle>[^<>\\n]+)>",
    "`(?<code>[^`\\n]+)`",
    marked("bold", "\\*"),
    marked("italic", "_"),
    marked("strike", "~"),
    "(?<![\\p{L}\\p{N}:]):(?<name>[a-z0-9_+'-]+):(?![\\p{L}\\p{N}:])",
    "(?<![\\p{L}\\p{N}])(?<url>https?:\\/\\/[^\\s<>|]*[^\\s<>|.,;:!?)\"'*_~])",
  ].join("|"),
  "gu",
);
const SAFE_LINK = /^(?:https?:\/\/|mailto:)/i;

export const decode = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mrkdwn(text) {
  const fence = FENCE.exec(text);
  if (!fence) return quotes(text);
  const before = text.slice(0, fence.index).replace(/\n$/, "");
  const after = text.slice(fence.index + fence[0].length).replace(/^\n/, "");
  return [...quotes(before), preformatted(fence[1], angles(fence[1].replace(/^\n|\n$/g, ""))), ...(after ? mrkdwn(after) : [])];
}

// Aligned columns would fall apart when wrapped, so they scroll; anything else is wrapped and seen whole.
export function preformatted(text, inside) {
  const aligned = (text.match(/\S {2,}\S/g) ?? []).length > 1;
  return el("pre", aligned ? { class: "aligned", tabindex: "0" } : {}, inside);
}

function quotes(text) {
  const parts = [];
  const lines = text ? text.split("\n") : [];
  while (lines.length) {
    const toTheEnd = QUOTED_TO_THE_END.test(lines[0]);
    const inQuote = QUOTED.test(lines[0]);
    let length = lines.findIndex((line) => QUOTED.test(line) !== inQuote);
    if (length < 0 || toTheEnd) length = lines.length;
    const taken = lines.splice(0, length);
    if (inQuote) parts.push(el("blockquote", {}, inline(unquoted(taken, toTheEnd))));
    else parts.push(...inline(taken.join("\n")));
  }
  return parts;
}

function unquoted(lines, toTheEnd) {
  if (toTheEnd) return lines.join("\n").replace(QUOTED_TO_THE_END, "").trimStart();
  return lines.map((line) => line.replace(QUOTED, "").trimStart()).join("\n");
}

function inline(text) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(PIECE)) {
    parts.push(decode(text.slice(at, match.index)), piece(match));
    at = match.index + match[0].length;
  }
  return [...parts, decode(text.slice(at))].filter((part) => part !== "");
}

function piece({ 0: whole, groups }) {
  if (groups.angle) return special(groups.angle);
  if (groups.code) return el("code", {}, angles(groups.code));
  if (groups.bold) return el("strong", {}, inline(groups.bold));
  if (groups.italic) return el("em", {}, inline(groups.italic));
  if (groups.strike) return el("s", {}, inline(groups.strike));
  if (groups.url) return link(groups.url, decode(groups.url));
  return emoji(groups.name) ?? whole;
}

// Inside code nothing is formatted, but Slack's server has resolved <…> already.
function angles(text) {
  return text.split(/(<[^<>\n]+>)/).map((part) => (/^<[^<>\n]+>$/.test(part) ? special(part.slice(1, -1)) : decode(part)));
}

function special(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : decode(inside.slice(bar + 1));
  if (target.startsWith("@")) return mention(`@${userName(target.slice(1), label)}`, isReader(target.slice(1)));
  if (target.startsWith("#")) return mention(`#${channelName(target.slice(1), label)}`);
  if (target.startsWith("!subteam^")) return mention(`@${groupHandle(target.slice(9), label)}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (/^!(?:channel|here|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!")) return mention(label || `@${target.slice(1)}`);
  return SAFE_LINK.test(target) ? link(target, label || decode(target)) : `<${decode(inside)}>`;
}

export function mention(text, isMe = false) {
  return el("span", { class: isMe ? "mention me" : "mention", dir: "auto" }, text);
}

export function broadcast(range) {
  return el("span", { class: "mention loud", title: "This notifies the whole channel" }, `@${range}`);
}

export function link(address, label) {
  if (!SAFE_LINK.test(address)) return label;
  return el("a", { href: decode(address), target: "_blank", rel: "noopener noreferrer", dir: "auto" }, label);
}

function date(target, fallback) {
  const [, epoch, pattern = "", address] = target.split("^");
  const words = dateWords(epoch, decode(pattern));
  if (words === null) return fallback || `<${decode(target)}>`;
  const shown = el("time", { datetime: new Date(Number(epoch) * 1000).toISOString(), title: fallback }, words);
  return address && SAFE_LINK.test(address) ? link(address, shown) : shown;
}
