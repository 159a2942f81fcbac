// The composer: completion of commands, history, and what happens on Enter.
import { call } from "/page/api.js";
import { el } from "/page/dom.js";
import { toast } from "/page/forms.js";

const QUIET = new Set(["dispatch_failed", "operation_timeout", "no_such_command"]);

export function composer(state, commands) {
  const input = document.getElementById("input");
  const box = document.getElementById("suggestions");
  const completions = commands.flatMap((command) => command.completions);
  const history = [];
  let back = 0;
  let chosen = -1;

  const offered = () => input.value.startsWith("/") ? completions.filter((one) => one.text.startsWith(input.value) && one.text !== input.value) : [];
  const draw = () => {
    const found = offered();
    box.hidden = !found.length;
    chosen = Math.min(chosen, found.length - 1);
    box.replaceChildren(...found.map((one, index) => el("button", { type: "button", role: "option", class: index === chosen ? "chosen" : "", onclick: () => take(one) },
      el("code", {}, one.text), el("span", {}, one.description))));
  };
  const take = (one) => { input.value = one.text; chosen = -1; draw(); input.focus(); };

  input.addEventListener("input", () => { chosen = -1; draw(); });
  input.addEventListener("keydown", (event) => {
    const found = offered();
    if (event.key === "Tab" && found.length) { event.preventDefault(); take(found[Math.max(chosen, 0)]); }
    else if (event.key === "Enter" && chosen >= 0 && found.length) { event.preventDefault(); take(found[chosen]); }
    else if (event.key === "ArrowDown" && found.length) { event.preventDefault(); chosen = (chosen + 1) % found.length; draw(); }
    else if (event.key === "ArrowUp" && found.length && chosen >= 0) { event.preventDefault(); chosen -= 1; draw(); }
    else if (event.key === "ArrowUp" && history.length && (!input.value || back)) { back = Math.min(back + 1, history.length); input.value = history[history.length - back]; }
    else if (event.key === "Escape") { box.hidden = true; }
  });
  document.getElementById("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    history.push(text);
    back = 0;
    input.value = "";
    draw();
    try {
      if (text.startsWith("/")) await call("command", { as: state.me, channel: state.channel, text });
      else await call("message", { as: state.me, channel: state.channel, text });
    } catch (error) {
      if (!QUIET.has(error.message)) toast(error.message);
    }
  });
  return () => { draw(); input.placeholder = `Message #${state.channelName()} — try /sr help`; };
}
