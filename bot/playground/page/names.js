// Who is called what: people, channels and user groups of the workspace, for everything that shows a mention.

let known = { users: {}, groups: {}, channels: {} };
let reader = "";

export function learn(workspace) {
  known = {
    users: byId(workspace.users),
    groups: byId(workspace.groups),
    channels: byId(workspace.channels),
  };
}

// Mentions of the reader stand out.
export function readAs(user) {
  reader = user;
}

const byId = (list) => Object.fromEntries(list.map((one) => [one.id, one]));

export const person = (id) => known.users[id];
export const userName = (id, otherwise) => known.users[id]?.name ?? (otherwise || id);
export const channelName = (id, otherwise) => known.channels[id]?.name ?? (otherwise || id);
export const groupHandle = (id, otherwise) => known.groups[id]?.handle ?? (otherwise?.replace(/^@/, "") || id);
export const isReader = (id) => id === reader;

export function firstName(id) {
  return (known.users[id]?.real_name ?? id).split(" ")[0];
}

// As options of a select.
const option = (value, text) => ({ value, text: { type: "plain_text", text, emoji: false } });
export const members = () => Object.values(known.users).filter((user) => user.role !== "slackbot").map((user) => option(user.id, user.real_name));
export const conversations = () => Object.values(known.channels).map((channel) => option(channel.id, `#${channel.name}`));
