// A small menu beside the control that opened it. One at a time; it lives outside the message, which may be edited
// meanwhile.
import { el } from "/page/dom.js";

const GAP_PX = 4;

// Resolves to the chosen option's value, or null.
export function openMenu(anchor, options) {
  return new Promise((answer) => {
    const menu = el("div", { class: "menu", role: "menu", popover: "auto" }, options.map((option) => item(option, (value) => done(value))));
    const done = (value) => {
      answer(value);
      menu.remove();
      anchor.setAttribute("aria-expanded", "false");
      anchor.focus();
    };
    menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.isConnected && done(null));
    menu.addEventListener("keydown", (event) => move(event, menu));
    // In a form's dialog the menu must be inside, or it could not be reached.
    (anchor.closest("dialog") ?? document.body).append(menu);
    menu.showPopover();
    place(menu, anchor);
    anchor.setAttribute("aria-expanded", "true");
    (menu.querySelector("[aria-checked='true']") ?? menu.firstChild).focus();
  });
}

function item(option, choose) {
  const inside = option.node ?? option.text?.text ?? option.value;
  return el("button", { type: "button", role: option.checked === undefined ? "menuitem" : "menuitemradio", "data-testid": option.testid, "aria-checked": option.checked === undefined ? null : String(option.checked), onclick: () => choose(option.value) }, inside);
}

function move(event, menu) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
}

// Below the anchor, or above where there is no room, and never beyond the edge.
function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + GAP_PX + height <= innerHeight;
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? box.bottom + GAP_PX : Math.max(8, box.top - GAP_PX - height)}px`;
}
