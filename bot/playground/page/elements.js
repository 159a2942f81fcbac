// What a person can press, choose or fill in. Nothing here listens: each control carries the names of its block and
// action, and whoever shows it (a list of messages, a form) hears the event and looks the element up.
import { el, flat } from "/page/dom.js";
import { withEmoji } from "/page/emoji.js";
import { icon } from "/page/icons.js";
import { conversations, members } from "/page/names.js";

const words = (object) => (object?.emoji === false ? object.text : withEmoji(object?.text ?? ""));

function names(element, owner, event) {
  return {
    "data-testid": `action-${element.action_id}`,
    "data-key": `${element.type}/${element.action_id}`,
    "data-owner": owner,
    "data-action": element.action_id,
    "data-event": event,
  };
}

const CONTROLS = {
  button: (one, owner) => (one.url ? linkButton(one, owner) : button(one, owner)),
  workflow_button: (one, owner) => button(one, owner),
  overflow: (one, owner) => el("button", { ...names(one, owner, "menu"), type: "button", class: "button icon-only", "aria-haspopup": "menu", "aria-label": "More actions" }, icon("more")),
  static_select: (one, owner) => choose(one, owner, false),
  multi_static_select: (one, owner) => choose(one, owner, true),
  users_select: (one, owner) => choose({ ...one, options: members(), initial_option: { value: one.initial_user } }, owner, false),
  conversations_select: (one, owner) => choose({ ...one, options: conversations(), initial_option: { value: one.initial_conversation } }, owner, false),
  channels_select: (one, owner) => choose({ ...one, options: conversations(), initial_option: { value: one.initial_channel } }, owner, false),
  radio_buttons: (one, owner) => ticks(one, owner, "radio"),
  checkboxes: (one, owner) => ticks(one, owner, "checkbox"),
  plain_text_input: (one, owner) => (one.multiline ? area(one, owner) : field(one, owner, "text")),
  email_text_input: (one, owner) => field(one, owner, "email"),
  url_text_input: (one, owner) => field(one, owner, "url"),
  number_input: (one, owner) => field(one, owner, "number"),
  datepicker: (one, owner) => field({ ...one, initial_value: one.initial_date }, owner, "date"),
  timepicker: (one, owner) => field({ ...one, initial_value: one.initial_time }, owner, "time"),
};

export function control(element, owner) {
  const draw = Object.hasOwn(CONTROLS, element.type) ? CONTROLS[element.type] : (one) => el("span", { class: "unknown" }, `[${one.type}]`);
  return draw(element, owner);
}

function button(one, owner) {
  const style = one.style === "danger" || one.style === "primary" ? one.style : "";
  return el("button", { ...names(one, owner, "press"), type: "button", class: `button ${style}`.trim(), "aria-label": one.accessibility_label, title: one.accessibility_label },
    el("span", { class: "label" }, words(one.text)));
}

// Slack opens the address and tells the app as well.
function linkButton(one, owner) {
  const style = one.style === "danger" || one.style === "primary" ? one.style : "";
  const address = /^https?:\/\//i.test(one.url) ? one.url : null;
  return el("a", { ...names(one, owner, "press"), class: `button ${style}`.trim(), href: address, target: "_blank", rel: "noopener noreferrer", "aria-label": one.accessibility_label },
    words(one.text), icon("outside"));
}

function choose(one, owner, several) {
  const chosen = several ? (one.initial_options ?? []).map((option) => option.value) : [one.initial_option?.value];
  const drawn = (option) => el("option", { value: option.value, selected: chosen.includes(option.value) }, words(option.text));
  const groups = (one.option_groups ?? []).map((group) => el("optgroup", { label: words(group.label) }, group.options.map(drawn)));
  const hint = several ? null : el("option", { value: "", selected: !flat(chosen).length }, words(one.placeholder) || "Choose…");
  return el("select", { ...names(one, owner, "choose"), class: "input", multiple: several, "aria-label": words(one.placeholder) || "Choose" },
    hint, (one.options ?? []).map(drawn), groups);
}

function ticks(one, owner, type) {
  const chosen = [one.initial_option, ...(one.initial_options ?? [])].map((option) => option?.value);
  return el("div", { ...names(one, owner, "choose"), class: "ticks", role: type === "radio" ? "radiogroup" : "group" },
    one.options.map((option) => el("label", { class: "tick" },
      el("input", { type, name: `${owner}/${one.action_id}`, value: option.value, checked: chosen.includes(option.value) }),
      el("span", {}, words(option.text), option.description && el("span", { class: "soft block" }, words(option.description))))));
}

function field(one, owner, type) {
  return el("input", { ...names(one, owner, "fill"), class: "input", type, value: one.initial_value, placeholder: words(one.placeholder), step: one.is_decimal_allowed ? "any" : null, autocomplete: "off" });
}

function area(one, owner) {
  return el("textarea", { ...names(one, owner, "fill"), class: "input", rows: "4", placeholder: words(one.placeholder) }, one.initial_value ?? "");
}

// A labelled input block of a form, with a place for what the app says is wrong.
export function input(block, owner) {
  const made = control(block.element, owner);
  made.removeAttribute("aria-label");
  const id = `input-${owner}`;
  made.setAttribute("aria-describedby", `${id}-error`);
  if (made.matches(".ticks")) made.setAttribute("aria-labelledby", `${id}-label`);
  else made.id = id;
  const label = [words(block.label), block.optional && el("span", { class: "soft" }, " (optional)")];
  return el("div", { class: "b-input", "data-key": `input/${owner}/${block.element.action_id}` },
    made.matches(".ticks") ? el("div", { class: "b-label", id: `${id}-label` }, label) : el("label", { class: "b-label", for: id, id: `${id}-label` }, label),
    made, block.hint && el("div", { class: "soft" }, words(block.hint)), el("div", { class: "error", id: `${id}-error`, "data-error": owner }));
}

// The value of one control as the control API takes it.
export function valueOf(node) {
  if (node.matches(".ticks")) {
    const ticked = [...node.querySelectorAll("input:checked")].map((one) => one.value);
    return node.getAttribute("role") === "radiogroup" ? (ticked[0] ?? null) : ticked;
  }
  return node.multiple ? [...node.selectedOptions].map((option) => option.value) : node.value;
}

// The element that a control was drawn from, or undefined if the blocks have changed since.
export function elementIn(blocks, owner, action) {
  return blocks.filter((block) => block.block_id === owner).flatMap(elements).find((one) => one.action_id === action);
}

function elements(block) {
  return [...(block.elements ?? []), block.accessory, block.element, ...(block.child_blocks ?? []).flatMap(elements)].filter((one) => one?.action_id);
}
