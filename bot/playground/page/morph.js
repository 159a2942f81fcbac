// Makes one element look like another while its nodes stay: an edit neither flickers nor takes focus, selection or an
// opened fold away. What carries a `data-key` is never turned into something else: a button that goes does not become
// the next one under somebody's finger.

// Set by the person or the browser since the node was drawn.
const KEPT = new Set(["open", "aria-busy"]);
const TYPED = new Set(["TEXTAREA", "INPUT"]);

export function morph(old, wanted) {
  morphAttributes(old, wanted);
  if (!TYPED.has(old.nodeName)) morphChildren(old, wanted);
}

function morphAttributes(old, wanted) {
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name) && !KEPT.has(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (!KEPT.has(name) && old.getAttribute(name) !== value) setAttribute(old, wanted, name, value);
  }
}

function setAttribute(old, wanted, name, value) {
  // A style attribute would be refused by the page's content policy; the same through the object model is not.
  if (name === "style") old.style.cssText = wanted.style.cssText;
  else old.setAttribute(name, value);
}

function morphChildren(old, wanted) {
  let here = old.firstChild;
  for (const child of [...wanted.childNodes]) {
    const match = counterpart(here, child);
    if (!match) {
      old.insertBefore(child, here);
      continue;
    }
    here = dropUntil(here, match).nextSibling;
    if (match.nodeType === Node.ELEMENT_NODE) morph(match, child);
    else if (match.nodeValue !== child.nodeValue) match.nodeValue = child.nodeValue;
  }
  while (here) here = drop(here);
}

function counterpart(here, wanted) {
  if (!wanted.dataset?.key) return here && alike(here, wanted) ? here : null;
  while (here && !alike(here, wanted)) here = here.nextSibling;
  return here;
}

function alike(one, other) {
  return one.nodeName === other.nodeName && one.dataset?.key === other.dataset?.key;
}

function dropUntil(here, match) {
  while (here !== match) here = drop(here);
  return here;
}

function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}
