// Who is at the keyboard: the switcher below the channels, and the short one beside the composer.
import { byId, el } from "/page/dom.js";
import { avatar } from "/page/message.js";
import { openMenu } from "/page/menu.js";

const ROLES = { member: "member, no approver", outsider: "outsider, other workspace" };

export class Personas {
  constructor(store, become) {
    this.store = store;
    byId("personas").addEventListener("click", (event) => {
      const button = event.target.closest("[data-persona]");
      if (button) become(button.dataset.persona);
    });
    byId("posting-as").addEventListener("click", async (event) => {
      const id = await openMenu(event.currentTarget, store.workspace.personas.map((one) => this.#option(one)));
      if (id && id !== store.me) become(id);
    });
  }

  draw() {
    const { me, workspace } = this.store;
    const focused = byId("personas").contains(document.activeElement);
    byId("personas").replaceChildren(...workspace.personas.map((one) => el("button", {
      type: "button", class: "row persona", "aria-current": one.id === me ? "true" : null, "data-persona": one.id, "data-testid": `persona-${one.id}` },
      face(one))));
    if (focused) byId("personas").querySelector("[aria-current]").focus();
    const self = this.store.persona();
    byId("posting-as").replaceChildren(avatar(self.id, self.name, "tiny"), "posting as ", el("b", {}, self.real_name.split(" ")[0]), el("span", { class: "role" }, self.role));
  }

  #option(one) {
    return { value: one.id, node: face(one), checked: one.id === this.store.me, testid: `menu-persona-${one.id}` };
  }
}

function face(one) {
  return [avatar(one.id, one.name, "small"),
    el("span", { class: "name" }, one.real_name, el("span", { class: "role" }, ROLES[one.role] ?? one.role))];
}
