// The drawer below: what app and playground said to each other, as the log of the control API tells it.
import { call } from "/page/api.js";
import { byId, el, plural } from "/page/dom.js";

const EVERY_MS = 1000;
const MOST = 200;
// An entry may still grow after it was written (an acknowledgement, an answer); so the last few are read again.
const LOOK_BACK = 20;

export class Inspector {
  constructor() {
    this.list = byId("log");
    this.filter = byId("log-filter");
    this.nodes = new Map();
    this.last = 0;
    this.filter.addEventListener("input", () => this.#sift());
    byId("log-clear").addEventListener("click", () => this.#clear());
  }

  start() {
    this.timer ??= setInterval(() => this.#read(), EVERY_MS);
    this.#read();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  async #read() {
    const from = Math.max(this.cleared ?? 0, this.last - LOOK_BACK);
    const answer = await call(`log?since=${from}`).catch(() => null);
    if (!answer) return;
    if (answer.last < this.last) this.#clear(0);
    this.last = answer.last;
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    for (const entry of answer.entries.slice(-MOST)) this.#put(entry);
    for (const key of [...this.nodes.keys()].slice(0, -MOST)) this.#forget(key);
    this.#sift();
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  #put(entry) {
    const text = JSON.stringify(entry, null, 2);
    const known = this.nodes.get(entry.n);
    if (known?.text === text) return;
    const node = known?.node ?? el("details", { class: "entry" }, el("summary"), el("pre"));
    node.firstChild.replaceChildren(...headline(entry));
    node.firstChild.classList.toggle("bad", failed(entry));
    node.lastChild.textContent = text;
    if (!known) this.list.append(node);
    this.nodes.set(entry.n, { node, text });
  }

  #forget(key) {
    this.nodes.get(key).node.remove();
    this.nodes.delete(key);
  }

  #clear(upTo = this.last) {
    this.cleared = upTo;
    this.last = upTo;
    for (const key of [...this.nodes.keys()]) this.#forget(key);
    this.#sift();
  }

  #sift() {
    const wanted = this.filter.value.trim().toLowerCase();
    let shown = 0;
    for (const { node, text } of this.nodes.values()) {
      node.hidden = Boolean(wanted) && !text.toLowerCase().includes(wanted);
      if (!node.hidden) shown += 1;
    }
    byId("log-count").textContent = plural(shown, "entry", "entries");
  }
}

const failed = (entry) => Boolean(entry.error) || entry.answer?.ok === false || entry.status >= 400 || entry.kind === "fault";

// → to the app, ← from the app.
function headline(entry) {
  const arrow = entry.kind === "envelope" ? "→" : entry.kind === "api" || entry.kind === "response_url" || entry.kind === "upload" ? "←" : "·";
  const ms = entry.ack_ms ?? entry.ms;
  return [
    el("time", {}, new Date(entry.at * 1000).toLocaleTimeString("en-GB")),
    el("span", { class: "arrow", "aria-hidden": "true" }, arrow),
    el("b", {}, entry.method ?? entry.type ?? entry.ordered?.kind ?? entry.event ?? entry.kind),
    el("span", { class: "soft grow" }, gist(entry)),
    el("span", { class: "result" }, entry.error ?? entry.answer?.error ?? entry.fault ?? ""),
    el("span", { class: "soft ms" }, ms === undefined || ms === null ? "" : `${Math.round(ms)} ms`),
  ];
}

function gist({ payload, arguments: given, kind, ordered }) {
  if (ordered) return `${ordered.method}`;
  if (payload) return payload.command ? `${payload.command} ${payload.text ?? ""}` : [payload.type, payload.actions?.[0]?.action_id, payload.view?.callback_id].filter(Boolean).join(" · ");
  if (given) return [given.channel, given.ts ?? given.thread_ts, given.text].filter(Boolean).join(" · ");
  return kind;
}
