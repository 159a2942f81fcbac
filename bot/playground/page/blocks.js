// Block Kit as elements: the classic set, and inputs for forms.
import { el } from "/page/dom.js";
import { mention, mrkdwn, userName } from "/page/mrkdwn.js";

export function render(blocks, onAction) {
  return blocks.map((block) => (KINDS[block.type] || unknown)(block, onAction));
}

const unknown = (block) => el("div", { class: "unknown" }, `[${block.type}]`);
const text = (object) => (object.type === "plain_text" ? [object.text] : mrkdwn(object.text));

const KINDS = {
  header: (block) => el("h3", { class: "b-header" }, block.text.text),
  divider: () => el("hr"),
  section: (block, act) => el("div", { class: "b-section" },
    el("div", { class: "grow" }, block.text ? el("div", {}, text(block.text)) : null,
      block.fields ? el("div", { class: "fields" }, block.fields.map((field) => el("div", {}, text(field)))) : null),
    block.accessory ? element(block.accessory, act) : null),
  context: (block) => el("div", { class: "b-context" }, block.elements.map((one) => one.type === "image" ? picture(one) : el("span", {}, text(one)))),
  actions: (block, act) => el("div", { class: "b-actions" }, block.elements.map((one) => element(one, act, block.block_id))),
  image: (block) => picture(block),
  rich_text: (block) => el("div", { class: "b-rich" }, block.elements.map(rich)),
  table: (block) => el("table", {}, block.rows.map((row) => el("tr", {}, row.map((cell) => el("td", {}, cell.text ?? cell.elements?.map(rich) ?? ""))))),
  markdown: (block) => el("div", {}, mrkdwn(block.text)),
  input: (block) => el("label", { class: "b-input" }, el("span", { class: "label" }, block.label.text, block.optional ? el("i", {}, " (optional)") : null),
    input(block), block.hint ? el("span", { class: "note" }, block.hint.text) : null, el("span", { class: "error", "data-error": block.block_id })),
};

function picture(one) {
  const local = one.image_url && new URL(one.image_url, location.href).origin === location.origin;
  return local ? el("img", { src: one.image_url, alt: one.alt_text }) : el("span", {}, `[image: ${one.alt_text}]`);
}

function element(one, act, block) {
  if (one.type !== "button") return el("span", { class: "unknown" }, `[${one.type}]`);
  if (one.url) return el("a", { class: "button", href: one.url, target: "_blank", rel: "noreferrer" }, one.text.text);
  return el("button", { type: "button", class: `button ${one.style || ""}`, "data-testid": `action-${one.action_id}`,
    "aria-label": one.accessibility_label, onclick: (event) => act && act(one, block, event.currentTarget) }, one.text.text);
}

function input(block) {
  const one = block.element;
  const common = { "data-block": block.block_id, "data-action": one.action_id, placeholder: one.placeholder?.text };
  if (one.type === "static_select") return el("select", common, one.options.map((option) => el("option", { value: option.value }, option.text.text)));
  if (one.multiline) { const area = el("textarea", { ...common, rows: 4, maxlength: one.max_length }); area.value = one.initial_value || ""; return area; }
  return el("input", { ...common, maxlength: one.max_length, value: one.initial_value || "" });
}

function rich(part) {
  const inside = (part.elements || []).map(inline);
  if (part.type === "rich_text_preformatted") return el("pre", {}, inside);
  if (part.type === "rich_text_quote") return el("blockquote", {}, inside);
  if (part.type === "rich_text_list") return el(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((item) => el("li", {}, item.elements.map(inline))));
  return el("div", {}, inside);
}

function inline(one) {
  if (one.type === "user") return mention(`@${userName(one.user_id)}`);
  if (one.type === "broadcast") return el("span", { class: "mention loud" }, `@${one.range}`);
  if (one.type === "emoji") return one.unicode ? String.fromCodePoint(...one.unicode.split("-").map((code) => parseInt(code, 16))) : `:${one.name}:`;
  if (one.type === "link") return el("a", { href: one.url, target: "_blank", rel: "noreferrer" }, one.text || one.url);
  let node = document.createTextNode(one.text ?? "");
  for (const [style, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) if (one.style?.[style]) node = el(tag, {}, node);
  return node;
}
