// The drawer at the bottom and its two halves; each works only while it is seen.
import { byId } from "/page/dom.js";

export class Drawer {
  // `parts`: {name: {start(), stop()}}, shown by the button #drawer-<name> in the panel #panel-<name>.
  constructor(parts) {
    this.parts = parts;
    this.open = null;
    for (const name of Object.keys(parts)) byId(`drawer-${name}`).addEventListener("click", () => this.show(this.open === name ? null : name));
    byId("drawer-close").addEventListener("click", () => this.show(null));
    byId("drawer").addEventListener("keydown", (event) => event.key === "Escape" && this.show(null));
  }

  show(wanted) {
    const before = this.open;
    this.open = wanted;
    byId("drawer").hidden = !wanted;
    for (const [name, part] of Object.entries(this.parts)) {
      const shown = name === wanted;
      byId(`panel-${name}`).hidden = !shown;
      byId(`drawer-${name}`).setAttribute("aria-expanded", String(shown));
      if (shown) part.start();
      else part.stop();
    }
    if (wanted) byId("drawer-title").textContent = wanted[0].toUpperCase() + wanted.slice(1);
    else if (before) byId(`drawer-${before}`).focus();
  }
}
