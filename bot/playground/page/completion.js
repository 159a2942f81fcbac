// Commands offered while one is typed: arrow keys choose, Tab takes, Enter takes what was chosen.
import { byId, el } from "/page/dom.js";

const MOST = 8;

// The completions that go on from what was typed; where none does, those that hold all its words.
export function offers(typed, commands) {
  if (!typed.startsWith("/") || typed.includes("\n")) return [];
  const all = commands.flatMap((one) => [...(one.completions ?? []), { text: one.command, description: one.description, hint: one.usage_hint }]);
  const text = typed.toLowerCase();
  const others = all.filter((one) => one.text.toLowerCase() !== text.trim());
  const going = others.filter((one) => one.text.toLowerCase().startsWith(text.trimEnd()));
  if (going.length) return going.slice(0, MOST);
  const words = text.slice(1).split(/\s+/).filter(Boolean);
  return others.filter((one) => words.length && words.every((word) => one.text.toLowerCase().includes(word))).slice(0, MOST);
}

export class Completion {
  constructor(form, box, commands, taken) {
    this.box = box;
    this.list = form.querySelector(".suggestions");
    this.commands = commands;
    this.taken = taken;
    this.found = [];
    this.chosen = -1;
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", this.list.id);
    box.addEventListener("blur", () => this.close());
    // Before the box loses its focus.
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#take(Number(option.dataset.index));
    });
  }

  offer() {
    this.found = offers(this.box.value, this.commands());
    this.chosen = -1;
    this.#draw();
  }

  close() {
    this.found = [];
    this.#draw();
  }

  // True if the key was for the list.
  key(event) {
    if (!this.found.length || event.shiftKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#move(step);
    else if (event.key === "Tab") this.#take(Math.max(this.chosen, 0));
    else if (event.key === "Enter" && this.chosen >= 0) this.#take(this.chosen);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  #move(step) {
    const count = this.found.length;
    this.chosen = this.chosen < 0 ? (step > 0 ? 0 : count - 1) : (this.chosen + step + count) % count;
    this.#draw();
  }

  #take(index) {
    this.box.value = this.found[index].text;
    this.taken();
    this.close();
    this.box.setSelectionRange(this.box.value.length, this.box.value.length);
  }

  #draw() {
    this.list.hidden = !this.found.length;
    this.list.replaceChildren(...this.found.map((one, index) =>
      el("div", { role: "option", id: `${this.list.id}-${index}`, "data-index": index, "data-testid": "suggestion", "aria-selected": String(index === this.chosen) },
        el("code", {}, one.text), one.hint && el("code", { class: "soft" }, one.hint), el("span", { class: "soft" }, one.description))));
    byId(`${this.list.id}-${this.chosen}`)?.scrollIntoView({ block: "nearest" });
    if (this.chosen >= 0) this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.chosen}`);
    else this.box.removeAttribute("aria-activedescendant");
  }
}
