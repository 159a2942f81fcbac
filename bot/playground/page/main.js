// Wiring: who I am, where I am, what I see.
import { call, watch } from "/page/api.js";
import { Composer } from "/page/composer.js";
import { ago, moment } from "/page/dates.js";
import { toast } from "/page/dialog.js";
import { byId } from "/page/dom.js";
import { Drawer } from "/page/drawer.js";
import { icon } from "/page/icons.js";
import { Inspector } from "/page/inspector.js";
import { MessageList } from "/page/messages.js";
import { Modal } from "/page/modal.js";
import { learn, person, readAs } from "/page/names.js";
import { Personas } from "/page/personas.js";
import { Sidebar } from "/page/sidebar.js";
import { Store } from "/page/store.js";
import { ThreadPane } from "/page/thread.js";
import { Weather } from "/page/weather.js";

const AGO_EVERY_MS = 15_000;

class Page {
  constructor(workspace, address) {
    learn(workspace);
    const me = workspace.personas.some((one) => one.id === address.get("as")) ? address.get("as") : workspace.personas[0].id;
    this.store = new Store(workspace, me, address.get("channel"));
    this.sidebar = new Sidebar(this.store, (channel) => this.go(channel));
    this.personas = new Personas(this.store, (user) => this.become(user));
    this.modal = new Modal(this.store);
    this.column = new MessageList(byId("channel"), this.store, { openThread: (ts) => this.thread.open(ts) });
    this.composer = new Composer(byId("composer"), this.store, { send: (text) => this.#say(text), completion: true });
    this.thread = new ThreadPane(this.store, { changed: () => this.#remember(), moveUp: (text) => this.composer.write(text) });
    this.weather = new Weather();
    this.drawer = new Drawer({ inspector: new Inspector(), weather: this.weather });
    setInterval(refreshAgo, AGO_EVERY_MS);
  }

  // Be another person: his channels, his unread marks, his ephemerals, his forms.
  async become(user) {
    this.#leavePlace();
    this.modal.hide();
    this.store.me = user;
    readAs(user);
    this.source?.close();
    const early = this.early = [];
    this.sidebar.toggle(false);
    // Listening comes before reading: what happens between the two would be in neither.
    await new Promise((resolve) => {
      this.source = watch(user, (event) => this.#heard(event), (connected) => { byId("offline").hidden = connected; resolve(); });
    });
    if (early === this.early) await this.load();
  }

  // Everything anew. What happens meanwhile waits, so that nothing falls between the two.
  async load() {
    const { me } = this.store;
    const early = this.early = [];
    const [workspace, { channels }] = await Promise.all([call(`workspace?as=${me}`), call(`channels?as=${me}`)]);
    // Another person or a fresh start came between: that one loads.
    if (early !== this.early) return;
    learn(workspace);
    this.store.learn(workspace);
    this.store.fill(channels);
    this.early = null;
    for (const event of early) this.#apply(event);
    if (!this.store.joined().some((one) => one.id === this.store.channel)) this.store.channel = this.store.joined()[0]?.id;
    this.#arrive();
    await this.modal.load();
  }

  go(channel) {
    this.sidebar.toggle(false);
    if (channel !== this.store.channel) {
      this.#leavePlace();
      this.thread.close();
      this.store.channel = channel;
      this.#arrive();
    }
    this.composer.focus();
  }

  #leavePlace() {
    this.store.places.set(this.store.place(), this.column.follower.place());
    this.thread.leave();
  }

  #arrive() {
    const { store } = this;
    this.column.show(store.timeline(), store.lastRead(), store.places.get(store.place()));
    this.thread.redraw();
    this.composer.moved();
    this.personas.draw();
    const here = store.here();
    byId("title").replaceChildren(icon(here.sign, 18), here.title);
    byId("members").replaceChildren(icon("people", 16), String(here.members.length));
    byId("composer-box").placeholder = `Message ${here.address}`;
    this.#seen();
    this.#remember();
  }

  #heard(event) {
    if (event.type === "reset") this.#again();
    else if (this.early) this.early.push(event);
    else if (event.channel && !this.store.workspace.channels.some((one) => one.id === event.channel)) this.#again();
    else this.#apply(event);
  }

  // A fresh start, or a conversation that did not exist before.
  #again() {
    this.load().catch((error) => toast(error.message));
  }

  #apply(event) {
    const { type, ...body } = event;
    if (type === "view") this.modal.show(body.view);
    else if (type === "view_closed") this.modal.hide(body.view_id);
    else if (type === "fault") this.weather.hit(body);
    else if (type === "delete") this.store.drop(body.channel, body.ts);
    else if (type === "message" || type === "update") this.store.put(body);
    if (type === "message") this.#announce(body);
    this.#drawSoon();
  }

  // Several events of one moment are one drawing.
  #drawSoon() {
    this.drawing ??= setTimeout(() => {
      this.drawing = null;
      this.column.sync(this.store.timeline());
      this.thread.draw();
      this.#seen();
    });
  }

  #seen() {
    this.store.markRead();
    this.sidebar.draw();
    document.title = `${this.store.here().address} as ${this.store.persona().real_name} · Playground`;
  }

  // For those who listen instead of look: each new message once, and no edits.
  #announce(message) {
    const near = message.channel === this.store.channel && (!message.thread_ts || message.thread_ts === this.store.thread);
    if (near && message.user !== this.store.me) byId("spoken").textContent = `${person(message.user)?.real_name ?? message.username}: ${message.text}`;
  }

  async #say(text) {
    const { me, channel } = this.store;
    this.column.follower.toEnd();
    if (!text.startsWith("/")) return call("message", { as: me, channel, text });
    // What becomes of a command (a wrong name, no answer in time) is told as a private message, as Slack does.
    return call("command", { as: me, channel, text }).catch((error) => { if (error.code === "unreachable") throw error; });
  }

  // The address names person and channel, so that two windows can be two persons.
  #remember() {
    const address = new URL(location);
    address.searchParams.set("as", this.store.me);
    if (this.store.channel) address.searchParams.set("channel", this.store.channel);
    history.replaceState(null, "", address);
  }
}

function refreshAgo() {
  for (const node of document.querySelectorAll("[data-ago]")) node.textContent = ago(moment(node.dataset.ago));
}

for (const node of document.querySelectorAll("[data-icon]")) node.prepend(icon(node.dataset.icon));
window.addEventListener("unhandledrejection", (event) => toast(event.reason?.message ?? "Something went wrong."));
try {
  const address = new URLSearchParams(location.search);
  const page = new Page(await call("workspace"), address);
  byId("app").hidden = false;
  byId("loading").hidden = true;
  await page.become(page.store.me);
  page.composer.focus();
} catch (error) {
  byId("app").hidden = true;
  byId("loading").hidden = false;
  byId("loading").textContent = error.message;
}
