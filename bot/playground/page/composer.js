// A box to write in: drafts kept per person and place, history with arrow-up, completion of commands.
import { toast } from "/page/dialog.js";
import { Completion } from "/page/completion.js";

export class Composer {
  // `send(text)` says or does it; `notice(text)` may return a node that stands in the way of sending;
  // `completion`: offer the workspace's commands.
  constructor(form, store, { send, thread = () => null, notice = () => null, completion = false }) {
    this.form = form;
    this.store = store;
    this.send = send;
    this.thread = thread;
    this.notice = notice;
    this.box = form.querySelector("textarea");
    this.history = [];
    this.back = 0;
    this.completion = completion ? new Completion(form, this.box, () => store.workspace.commands, () => this.#typed()) : null;
    this.box.addEventListener("input", () => { this.back = 0; this.#typed(); });
    this.box.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
  }

  // Another person or place: their own draft.
  moved() {
    this.back = 0;
    this.box.value = this.store.drafts.get(this.#place()) ?? "";
    this.#typed({ quietly: true });
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  write(text) {
    this.box.value = text;
    this.#typed();
    this.focus();
  }

  // What was written; the box is empty afterwards.
  take() {
    const text = this.box.value.trim();
    this.box.value = "";
    this.#typed();
    return text;
  }

  #place() {
    return this.store.place(this.thread());
  }

  #typed({ quietly = false } = {}) {
    const text = this.box.value;
    this.store.drafts.set(this.#place(), text);
    this.form.querySelector(".send").disabled = !text.trim();
    this.form.querySelector(".notices").replaceChildren(this.notice(text) ?? "");
    this.#fit();
    if (quietly) this.completion?.close();
    else this.completion?.offer();
  }

  // As high as its lines, up to the limit that the style sheet sets.
  #fit() {
    this.box.style.height = "auto";
    if (this.box.scrollHeight) this.box.style.height = `${this.box.scrollHeight}px`;
  }

  #key(event) {
    if (event.isComposing || this.completion?.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" && (this.back || !this.box.value)) this.#recall(event, 1);
    else if (event.key === "ArrowDown" && this.back) this.#recall(event, -1);
  }

  #recall(event, step) {
    const back = Math.min(this.history.length, this.back + step);
    if (back === this.back) return;
    event.preventDefault();
    this.back = back;
    this.box.value = back ? this.history.at(-back) : "";
    this.#typed({ quietly: true });
    this.box.setSelectionRange(this.box.value.length, this.box.value.length);
  }

  async #submit() {
    if (!this.box.value.trim() || this.notice(this.box.value)) return;
    this.back = 0;
    const text = this.take();
    if (this.history.at(-1) !== text) this.history.push(text);
    try {
      await this.send(text);
    } catch (error) {
      toast(error.message);
    }
  }
}
