// Wiring: who I am, where I am, what I see.
import { call, events } from "/page/api.js";
import { composer } from "/page/composer.js";
import { el } from "/page/dom.js";
import { closeView, showView, toast, weather } from "/page/forms.js";
import { List } from "/page/messages.js";
import { learn } from "/page/mrkdwn.js";

const byId = (id) => document.getElementById(id);
const workspace = await call("workspace");
learn(workspace);
const state = {
  me: workspace.personas[0].id,
  channel: workspace.channels[0].id,
  thread: null,
  unread: new Set(),
  people: Object.fromEntries(workspace.users.map((user) => [user.id, user])),
  channelName: () => workspace.channels.find((channel) => channel.id === state.channel).name,
  openThread,
};
const column = new List(byId("messages"), state, false);
const thread = new List(byId("thread-messages"), state, true);
const refreshComposer = composer(state, workspace.commands);
let source = null;

function drawSide() {
  byId("team").textContent = workspace.team.name;
  byId("title").textContent = `# ${state.channelName()}`;
  byId("channels").replaceChildren(...workspace.channels.filter((channel) => channel.members.includes(state.me)).map((channel) => el("button", {
    type: "button", class: `channel ${channel.id === state.channel ? "here" : ""} ${state.unread.has(channel.id) ? "unread" : ""}`,
    "data-testid": `channel-${channel.id}`, onclick: () => go(channel.id) }, `# ${channel.name}`)));
  byId("personas").replaceChildren(...workspace.personas.map((person) => el("button", {
    type: "button", role: "radio", "aria-checked": String(person.id === state.me), class: `persona ${person.id === state.me ? "here" : ""}`,
    "data-testid": `persona-${person.id}`, onclick: () => become(person.id) },
    el("span", { class: "avatar small", style: { background: person.color } }, person.real_name[0]), el("span", {}, person.real_name), el("i", {}, person.role))));
  byId("as").textContent = `as ${state.people[state.me]?.real_name.split(" ")[0] ?? ""}`;
  refreshComposer();
}

async function load() {
  const { messages } = await call(`messages?channel=${state.channel}&as=${state.me}`);
  column.show(messages.filter((message) => !message.thread_ts || message.broadcast));
  if (state.thread) thread.show(messages.filter((message) => message.ts === state.thread || message.thread_ts === state.thread));
}

async function go(channel) {
  state.channel = channel;
  state.thread = null;
  byId("thread").hidden = true;
  document.body.classList.remove("menu");
  state.unread.delete(channel);
  drawSide();
  await load();
}

async function become(user) {
  state.me = user;
  closeView();
  const mine = workspace.channels.filter((channel) => channel.members.includes(user));
  if (!mine.some((channel) => channel.id === state.channel)) state.channel = mine[0].id;
  source?.close();
  source = events(user, heard);
  drawSide();
  await load();
  const { views } = await call(`views?as=${user}`);
  if (views.length) showView(views.at(-1), user);
}

async function openThread(ts) {
  state.thread = ts;
  byId("thread").hidden = false;
  await load();
}

function heard(event) {
  if (event.type === "view") showView(event.view, state.me);
  else if (event.type === "view_closed") closeView();
  else if (event.channel && event.channel !== state.channel) { state.unread.add(event.channel); drawSide(); }
  else if (event.type === "delete") { column.drop(event.ts); thread.drop(event.ts); }
  else if (event.type === "message" || event.type === "update") {
    if (!event.thread_ts || event.broadcast) column.put(event);
    if (state.thread && (event.thread_ts === state.thread || event.ts === state.thread)) thread.put(event);
  }
}

byId("thread-close").addEventListener("click", () => { state.thread = null; byId("thread").hidden = true; });
byId("menu").addEventListener("click", () => document.body.classList.toggle("menu"));
byId("weather-open").addEventListener("click", weather);
window.addEventListener("unhandledrejection", (event) => toast(event.reason?.message || "Something went wrong."));
await become(state.me);
