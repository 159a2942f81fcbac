// What this page knows: who it is, where it is, every message that person may see, and what was read already.

export class Store {
  constructor(workspace, me, channel) {
    this.learn(workspace);
    this.me = me;
    this.channel = channel;
    this.thread = null;
    this.channels = new Map();
    this.seen = new Map();
    this.drafts = new Map();
    this.places = new Map();
  }

  learn(workspace) {
    this.workspace = { ...workspace, channels: workspace.channels.map(named) };
  }

  // Channels of the person, rooms before direct conversations.
  joined() {
    const mine = this.workspace.channels.filter((channel) => channel.members.includes(this.me));
    return [...mine.filter((one) => !one.direct), ...mine.filter((one) => one.direct)];
  }

  here() {
    return this.workspace.channels.find((channel) => channel.id === this.channel);
  }

  persona(id = this.me) {
    return this.workspace.personas.find((one) => one.id === id);
  }

  // Everything anew, as the server tells it.
  fill(channels) {
    this.channels = new Map(Object.entries(channels).map(([id, list]) => [id, new Map(list.map((one) => [one.ts, one]))]));
  }

  put(message) {
    const messages = this.channels.get(message.channel) ?? new Map();
    // An event that was on its way while the page loaded may be older than what was loaded.
    if ((messages.get(message.ts)?.revision ?? 0) > (message.revision ?? 0)) return;
    messages.set(message.ts, message);
    this.channels.set(message.channel, messages);
  }

  drop(channel, ts) {
    this.channels.get(channel)?.delete(ts);
  }

  find(channel, ts) {
    return this.channels.get(channel)?.get(ts);
  }

  timeline(channel = this.channel) {
    return this.#sorted(channel).filter((message) => !message.thread_ts || message.broadcast);
  }

  // The parent first.
  conversation(ts, channel = this.channel) {
    return this.#sorted(channel).filter((message) => message.ts === ts || message.thread_ts === ts);
  }

  #sorted(channel) {
    return [...(this.channels.get(channel)?.values() ?? [])].sort((one, other) => (one.ts < other.ts ? -1 : 1));
  }

  // -- what each persona has read

  unread(channel) {
    return this.timeline(channel).some((message) => message.ts > this.lastRead(channel) && message.user !== this.me);
  }

  lastRead(channel = this.channel) {
    return this.seen.get(`${this.me}/${channel}`) ?? "";
  }

  markRead(channel = this.channel) {
    const last = this.timeline(channel).at(-1)?.ts;
    if (last) this.seen.set(`${this.me}/${channel}`, last);
  }

  // Names this view of this person, for its draft and its scroll position.
  place(thread = null) {
    return [this.me, this.channel, thread].filter(Boolean).join("/");
  }
}

// A direct conversation is called after the one at its other end, which is always the app.
function named(channel) {
  if (channel.id.startsWith("D")) return { ...channel, direct: true, sign: "direct", title: "sr", address: "sr" };
  return { ...channel, direct: false, sign: "hash", title: channel.name, address: `#${channel.name}` };
}
