// From a click on a control to the app: the question that comes first, the pending state, the words when it fails.
import { call } from "/page/api.js";
import { confirmed, toast } from "/page/dialog.js";
import { elementIn, valueOf } from "/page/elements.js";
import { openMenu } from "/page/menu.js";

// Hear every control below `root`; `holder` gives the message or view that a node belongs to.
export function listen(root, store, holder) {
  root.addEventListener("click", (event) => {
    const node = event.target.closest("[data-event='press'], [data-event='menu']");
    if (node) heard(node, store, holder(node));
  });
  root.addEventListener("change", (event) => {
    const node = event.target.closest("[data-event='choose']");
    // A control of an input block waits for the form to be sent.
    if (node && !node.closest("[data-block='input']")) heard(node, store, holder(node), valueOf(node));
  });
}

async function heard(node, store, holder, value) {
  const { owner, action } = node.dataset;
  const element = holder && elementIn(holder.blocks, owner, action);
  if (!element || node.getAttribute("aria-busy") === "true") return;
  const chosen = node.dataset.event === "menu" ? await openMenu(node, element.options) : value;
  if (node.dataset.event === "menu" && chosen === null) return;
  await press(node, store.me, holder, { action_id: element.action_id, block_id: owner, value: chosen }, element.confirm);
}

async function press(node, me, holder, action, question) {
  if (!(await confirmed(question))) return;
  node.setAttribute("aria-busy", "true");
  try {
    await call("click", { as: me, ...action, ...addressed(holder) });
  } catch (error) {
    toast(error.message);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

// A person clicks on what is on the screen, even if the message was edited while he read the question: as in Slack, the
// app is told the message as he saw it, and must find out by itself whether that still counts.
function addressed(holder) {
  if (!holder.ts) return { view_id: holder.id };
  return { channel: holder.channel, ts: holder.ts, revision: holder.revision, force: true };
}
