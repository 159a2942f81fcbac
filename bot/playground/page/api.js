// The control API of the playground: the same one that scripts and tests use.
const token = new URLSearchParams(location.search).get("token") || "";

export async function call(path, body, method) {
  const response = await fetch(`/control/${path}`, {
    method: method || (body === undefined ? "GET" : "POST"),
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok || answer.ok === false) throw Object.assign(new Error(answer.error || "refused"), { answer });
  return answer;
}

export function events(user, onEvent) {
  const source = new EventSource(`/control/events?as=${user}&token=${encodeURIComponent(token)}`);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  return source;
}
