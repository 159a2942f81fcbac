// Block Kit as nodes. Every block type has one line in KINDS; what is interactive is drawn by elements.js.
import { ownAddress } from "/page/api.js";
import { el } from "/page/dom.js";
import { withEmoji } from "/page/emoji.js";
import { control, input } from "/page/elements.js";
import { icon } from "/page/icons.js";
import { markdown } from "/page/markdown.js";
import { link, mrkdwn } from "/page/mrkdwn.js";
import { richPart, richText } from "/page/richtext.js";

export function render(blocks) {
  return blocks.map((block) => drawn(block, block.block_id));
}

// `owner` is the block that a click names: the children of a container belong to it.
function drawn(block, owner) {
  const kind = Object.hasOwn(KINDS, block.type) ? KINDS[block.type] : unknown;
  const node = kind(block, owner);
  node.classList.add("block");
  node.dataset.block = block.type;
  return node;
}

export function textObject(object) {
  if (!object) return "";
  if (object.type === "mrkdwn") return mrkdwn(object.text);
  return object.emoji === false ? object.text : withEmoji(object.text);
}

const LEVELS = { info: "info", warning: "warning", error: "error", success: "check", default: "info" };
const TASKS = { pending: "○", in_progress: "●", complete: "✔", error: "✖" };

const KINDS = {
  header: (block) => el("h3", { class: "b-header", dir: "auto" }, textObject(block.text)),
  divider: () => el("hr"),
  section: (block, owner) =>
    el("div", { class: "b-section" },
      el("div", { class: "grow" }, block.text && el("div", { class: "said", dir: "auto" }, textObject(block.text)), fields(block)),
      block.accessory && el("div", { class: "accessory" }, accessory(block.accessory, owner))),
  context: (block) => el("div", { class: "b-context" }, block.elements.map(contextItem)),
  actions: (block, owner) => el("div", { class: "b-actions" }, block.elements.map((one) => control(one, owner))),
  image: (block) => el("figure", { class: "b-image" }, block.title && el("figcaption", {}, textObject(block.title)), picture(block)),
  rich_text: (block) => el("div", { class: "b-rich", dir: "auto" }, richText(block)),
  table,
  markdown: (block) => el("div", { class: "b-markdown", dir: "auto" }, markdown(block.text)),
  input: (block, owner) => input(block, owner),
  container,
  alert: (block) => el("div", { class: `b-alert ${block.level ?? "default"}`, role: "note" },
    icon(LEVELS[block.level] ?? "info"), el("div", { class: "said" }, textObject(block.text))),
  task_card: taskCard,
  plan: (block) => el("details", { class: "b-fold" },
    el("summary", {}, block.title), (block.tasks ?? []).map((task) => drawn({ type: "task_card", ...task }))),
};

function fields(block) {
  return block.fields && el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "said", dir: "auto" }, textObject(field))));
}

function accessory(element, owner) {
  return element.type === "image" ? picture(element, "thumbnail") : control(element, owner);
}

function contextItem(item) {
  return item.type === "image" ? picture(item, "inline") : el("span", { class: "said", dir: "auto" }, textObject(item));
}

// Pictures come from this origin only; for any other the reader gets the words, and a way to look for himself.
function picture(one, size = "picture") {
  const asked = one.slack_file?.id ? `/files/${encodeURIComponent(one.slack_file.id)}/file` : (one.slack_file?.url ?? one.image_url ?? "");
  const address = ownAddress(asked);
  if (address) return el("img", { class: size, src: address, alt: one.alt_text, loading: "lazy" });
  return el("span", { class: "elsewhere" }, icon("image"), link(asked, one.alt_text || "picture"));
}

function table(block) {
  const [head, ...rows] = block.rows;
  const setting = (column) => block.column_settings?.[column] ?? {};
  const cells = (row, tag) => row.map((cell, column) => el(tag, {
    class: `${setting(column).align ?? "left"}${setting(column).is_wrapped ? " wrapped" : ""}`, scope: tag === "th" ? "col" : null }, cellWords(cell)));
  return el("div", { class: "b-table", tabindex: "0", role: "region", "aria-label": "Table" },
    el("table", {}, el("thead", {}, el("tr", {}, cells(head, "th"))), el("tbody", {}, rows.map((row) => el("tr", {}, cells(row, "td"))))));
}

function cellWords(cell) {
  return cell.type === "rich_text" ? cell.elements.map(richPart) : String(cell.text ?? cell.value ?? "");
}

function container(block, owner) {
  const title = [block.title && el("strong", {}, textObject(block.title)), block.subtitle && el("span", { class: "soft" }, textObject(block.subtitle))];
  const inside = el("div", { class: "b-inside" }, block.child_blocks.map((child) => drawn(child, owner)));
  if (!block.is_collapsible) return el("div", { class: "b-container" }, el("div", { class: "b-title" }, title), inside);
  return el("details", { class: "b-container b-fold", open: !block.default_collapsed }, el("summary", {}, title), inside);
}

function taskCard(block) {
  const more = [block.details, block.output].filter(Boolean).map((text) => el("div", { class: "b-rich" }, richText(text)));
  return el("div", { class: "b-task" }, el("span", { class: "sign", "aria-hidden": "true" }, TASKS[block.status] ?? TASKS.pending),
    el("div", { class: "grow" }, block.title, el("span", { class: "soft" }, ` ${(block.status ?? "pending").replace("_", " ")}`), more));
}

// Not drawn here, but nothing it says is lost.
function unknown(block) {
  return el("div", { class: "unknown" }, el("code", {}, block.type), ` ${wordsOf(block).join(" · ")}`);
}

function wordsOf(value) {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (!value || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, one]) => (typeof one === "string" && /text|title|body|name$/.test(key) ? [one] : wordsOf(one)));
}
