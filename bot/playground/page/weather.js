// Bad weather on order: make the workspace misbehave, and see what the app makes of it.
import { call } from "/page/api.js";
import { toast } from "/page/dialog.js";
import { byId, el } from "/page/dom.js";

const FAULTS = [
  ["429", "Rate limit", "429 with Retry-After 3, for 30 s", { kind: "429", retry_after: 3, seconds: 30 }],
  ["500", "Server errors", "500 on every call, for 30 s", { kind: "500", seconds: 30 }],
  ["slow", "Slow answers", "two seconds on every call, for 30 s", { kind: "slow", slow_s: 2, seconds: 30 }],
  ["reset_after", "Lost reply", "the next message is posted, but the app never hears so", { kind: "reset_after", method: "chat.postMessage", count: 1 }],
  ["invalid_blocks", "Blocks refused", "the next message is refused as invalid", { kind: "invalid_blocks", method: "chat.postMessage", count: 1 }],
  ["slow_ack", "Slow acknowledgement", "the next gesture times out for the person", { kind: "slow_ack", count: 1, seconds: 4 }],
  ["duplicate_delivery", "Delivered twice", "the next gesture reaches the app two times", { kind: "duplicate_delivery", count: 1 }],
  ["expired_trigger", "Late trigger", "the next click cannot open a form any more", { kind: "expired_trigger", count: 1 }],
  ["drop_socket", "Drop the socket", "cut every connection of the app, once", { kind: "drop_socket", count: 1 }],
];
const EVERY_MS = 2000;

export class Weather {
  constructor() {
    this.struck = new Map();
    byId("faults").replaceChildren(...FAULTS.map(([key, label, words, fault]) =>
      el("button", { type: "button", class: "fault", "data-testid": `fault-${key}`, onclick: () => this.#order(label, fault) }, el("b", {}, label), el("span", { class: "soft" }, words))));
    byId("faults-clear").addEventListener("click", () => this.#clear());
    byId("start-afresh").addEventListener("click", () => call("reset", {}).catch((error) => toast(error.message)));
  }

  start() {
    this.timer ??= setInterval(() => this.#read(), EVERY_MS);
    this.#read();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  // The playground says that a fault has hit a call.
  hit({ kind, method }) {
    this.struck.set(`${kind} ${method ?? ""}`, (this.struck.get(`${kind} ${method ?? ""}`) ?? 0) + 1);
    this.#draw();
  }

  async #order(label, fault) {
    try {
      await call("faults", fault);
      toast(`${label}: ordered.`);
    } catch (error) {
      toast(error.message);
    }
    await this.#read();
  }

  async #clear() {
    await call("faults", undefined, "DELETE").catch((error) => toast(error.message));
    this.struck.clear();
    await this.#read();
  }

  async #read() {
    const answer = await call("faults").catch(() => null);
    if (!answer) return;
    this.standing = answer.faults;
    this.#draw();
  }

  #draw() {
    const standing = (this.standing ?? []).map((one) => el("li", {}, el("b", {}, one.kind), ` on ${one.method === "*" ? "everything" : one.method}${one.count ? `, ${one.count} more` : ""}`));
    const struck = [...this.struck].map(([what, count]) => el("li", { class: "soft" }, `${what}: struck ${count} ×`));
    byId("faults-now").replaceChildren(...(standing.length || struck.length ? [...standing, ...struck] : [el("li", { class: "soft" }, "Fair weather.")]));
    byId("drawer-weather").classList.toggle("unread", standing.length > 0);
  }
}
