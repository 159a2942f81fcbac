// The markdown block, as far as operations messages need it: headings, lists, quotes, code, bold, italic, links.
import { el } from "/page/dom.js";
import { withEmoji } from "/page/emoji.js";
import { link } from "/page/mrkdwn.js";

const PIECE = /`([^`]+)`|\*\*(?=\S)([^*]+?)\*\*|(?<!\w)[*_](?=\S)([^*_]+?)[*_](?!\w)|~~([^~]+)~~|\[([^\]]+)\]\(([^\s)]+)\)/g;
const LINES = [
  [/^(#{1,6})\s+(.*)/, (match) => el("h4", { class: `md-h${match[1].length}` }, inline(match[2]))],
  [/^\s*(?:---+|\*\*\*+)\s*$/, () => el("hr")],
];
// A run of like lines becomes one element; each line becomes an item.
const RUNS = [
  [/^\s*[-*+]\s+(.*)/, (items) => el("ul", {}, items.map((item) => el("li", {}, inline(item))))],
  [/^\s*\d+[.)]\s+(.*)/, (items) => el("ol", {}, items.map((item) => el("li", {}, inline(item))))],
  [/^>\s?(.*)/, (items) => el("blockquote", {}, inline(items.join("\n")))],
];

export function markdown(text) {
  return text.split(/^```.*\n([\s\S]*?)^```$/m).flatMap((part, index) => (index % 2 ? el("pre", {}, part.trimEnd()) : flow(part)));
}

function flow(text) {
  const parts = [];
  const lines = text.split("\n");
  while (lines.length) {
    const run = RUNS.find(([pattern]) => pattern.test(lines[0]));
    const single = LINES.find(([pattern]) => pattern.test(lines[0]));
    if (single) parts.push(single[1](single[0].exec(lines.shift())));
    else if (run) parts.push(run[1](taken(lines, (line) => run[0].exec(line)?.[1])));
    else parts.push(paragraph(lines));
  }
  return parts;
}

function paragraph(lines) {
  const special = [...RUNS, ...LINES];
  const words = taken(lines, (line) => (special.some(([pattern]) => pattern.test(line)) || !line.trim() ? undefined : line));
  if (!words.length) lines.shift();
  return words.length ? el("p", {}, inline(words.join("\n"))) : "";
}

function taken(lines, read) {
  const found = [];
  while (lines.length && read(lines[0]) !== undefined) found.push(read(lines.shift()));
  return found;
}

function inline(text) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(PIECE)) {
    parts.push(withEmoji(text.slice(at, match.index)), piece(match));
    at = match.index + match[0].length;
  }
  return [...parts, withEmoji(text.slice(at))];
}

function piece([, code, bold, italic, strike, label, address]) {
  if (code) return el("code", {}, code);
  if (bold) return el("strong", {}, inline(bold));
  if (italic) return el("em", {}, inline(italic));
  if (strike) return el("s", {}, inline(strike));
  return link(address, label);
}
