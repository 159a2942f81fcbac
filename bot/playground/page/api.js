// The control API of the playground: the same one that scripts and tests use.

const token = new URLSearchParams(location.search).get("token") ?? "";

const WORDS = {
  channel_not_found: "That channel is not there for this person.",
  dispatch_failed: "The app is not connected, so nobody heard that.",
  invalid_token: "This address lacks its token. Open the one that was printed when the playground started.",
  message_not_found: "That message is gone.",
  no_commands_in_threads: "Slash commands do not work in threads.",
  no_such_button: "That button is gone: the message has changed.",
  no_such_option: "That choice is not offered any more.",
  no_such_view: "That form is gone.",
  not_in_channel: "This person is not in that channel.",
  operation_timeout: "The app did not answer within three seconds. It may still be at work.",
  thread_not_found: "That thread is gone.",
  unreachable: "The playground does not answer. Is it still running?",
};

export class Refused extends Error {
  constructor(code, answer = {}) {
    super(WORDS[code] ?? `The playground refused: ${code}`);
    this.code = code;
    this.answer = answer;
  }
}

export async function call(path, body, method) {
  const response = await sent(path, body, method);
  const answer = await response.json().catch(() => ({ ok: false, error: `http_${response.status}` }));
  if (!response.ok || answer.ok === false) throw new Refused(answer.error ?? "invalid_input", answer);
  return answer;
}

async function sent(path, body, method) {
  const options = { method: method ?? (body === undefined ? "GET" : "POST"), headers: { Authorization: `Bearer ${token}` } };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  try {
    return await fetch(`/control/${path}`, options);
  } catch {
    throw new Refused("unreachable");
  }
}

// One person's events from now on; the browser reconnects by itself and says where it left off.
export function watch(user, onEvent, onConnected) {
  const source = new EventSource(`/control/events?as=${encodeURIComponent(user)}&token=${encodeURIComponent(token)}`);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onopen = () => onConnected(true);
  source.onerror = () => onConnected(false);
  return source;
}

// An address of this origin that the browser may fetch, or null for any other: the page loads nothing from elsewhere.
export function ownAddress(address) {
  const url = URL.canParse(address, location.origin) ? new URL(address, location.origin) : null;
  if (url?.origin !== location.origin) return null;
  if (!url.searchParams.has("token")) url.searchParams.set("token", token);
  return url.pathname + url.search;
}
