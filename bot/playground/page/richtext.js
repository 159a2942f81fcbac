// rich_text: structured, hence literal: nothing inside a text element is parsed.
import { dateWords } from "/page/dates.js";
import { el } from "/page/dom.js";
import { emoji } from "/page/emoji.js";
import { broadcast, link, mention, preformatted } from "/page/mrkdwn.js";
import { channelName, groupHandle, isReader, userName } from "/page/names.js";

const STYLES = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"], ["highlight", "mark"]];

const PARTS = {
  rich_text_section: (part) => el("div", { class: "rt-section" }, inlines(part)),
  rich_text_quote: (part) => el("blockquote", {}, inlines(part)),
  rich_text_preformatted: (part) => preformatted((part.elements ?? []).map((one) => one.text ?? "").join(""), inlines(part)),
  rich_text_list: list,
};

const INLINES = {
  text: (one) => one.text,
  link: (one) => link(one.url, one.text || one.url),
  user: (one) => mention(`@${userName(one.user_id)}`, isReader(one.user_id)),
  usergroup: (one) => mention(`@${groupHandle(one.usergroup_id)}`),
  channel: (one) => mention(`#${channelName(one.channel_id)}`),
  broadcast: (one) => broadcast(one.range),
  emoji: (one) => (one.unicode ? fromCodes(one.unicode) : (emoji(one.name) ?? `:${one.name}:`)),
  date: (one) => el("time", {}, dateWords(one.timestamp, one.format) ?? one.fallback ?? String(one.timestamp)),
  color: (one) => [el("span", { class: "swatch", style: { background: one.value } }), one.value],
};

export function richText(block) {
  return block.elements.map(richPart);
}

export function richPart(part) {
  return PARTS[part.type]?.(part) ?? el("div", { class: "unknown" }, `[${part.type}]`);
}

function list(part) {
  const indent = Math.min(part.indent ?? 0, 8);
  const ordered = part.style === "ordered";
  const attributes = { class: `rt-list indent-${indent}${part.border ? " bordered" : ""}`, start: ordered && part.offset ? part.offset + 1 : null };
  return el(ordered ? "ol" : "ul", attributes, part.elements.map((item) => el("li", {}, inlines(item))));
}

function inlines(part) {
  return (part.elements ?? []).map(inline);
}

function inline(one) {
  const shown = INLINES[one.type]?.(one) ?? `[${one.type}]`;
  return STYLES.reduce((inner, [style, tag]) => (one.style?.[style] ? el(tag, {}, inner) : inner), shown);
}

const fromCodes = (codes) => String.fromCodePoint(...codes.split("-").map((code) => Number.parseInt(code, 16)));
