// Handoff's loader: <script async src="https://chat.example/widget.js"></script> puts a button on a website, and behind
// it, once it is pressed, the chat in a frame. It touches nothing else on the page and trusts nothing it finds there.
//
//   Handoff.open()  Handoff.close()  Handoff.toggle()
//   Handoff.identify({ email: "vera@example.com", name: "Vera" })
//   Handoff.on("open" | "close" | "ready" | "message" | "unread", fn)      "ready": the chat has loaded
//
// Before this file has loaded: (window.Handoff = window.Handoff || []).push(["identify", { name: "Vera" }])
// The tag may carry the owner's colour, until the chat says it: data-accent="#0f6a62" data-accent-text="#fff"
(() => {
  "use strict";

  const WORDS = {
    open: "Open chat",
    close: "Close chat",
    dismiss: "Dismiss",
    title: "Chat",
    now: "now",
    unread: "Unread messages:",
  };

  const FULL = "(max-width: 479.98px), (max-height: 479.98px)"; // where the chat fills the screen

  const CSS = `
:host { all: initial !important; position: fixed !important; z-index: 2147483647 !important; }
.root {
  --accent: #0f6a62; --accent-text: #fff; --fill: var(--accent); --ink: var(--accent);
  --page: #fff; --text: #1a2123; --muted: #586468; --face: #e7def7; --face-text: #553a8b;
  --pop: 0 12px 32px -8px rgb(16 24 26 / .18), 0 0 0 1px rgb(16 24 26 / .06);
  font: 14px/20px system-ui, sans-serif; color: var(--text);
}
button { all: unset; box-sizing: border-box; cursor: pointer; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
svg { fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
[hidden] { display: none !important; }
.launcher, .card, .panel { position: fixed; inset-inline-end: 24px; box-shadow: var(--pop); }
.launcher {
  inset-block-end: 20px; display: grid; place-items: center; width: 56px; height: 56px; border-radius: 50%;
  border: 1px solid transparent; background: var(--fill); color: var(--accent-text);
}
.launcher:focus-visible { box-shadow: 0 0 0 2px var(--page), var(--pop); }
.badge {
  position: absolute; inset-block-start: -6px; inset-inline-end: -6px; box-sizing: border-box; min-width: 24px;
  padding: 0 6px; border-radius: 12px; background: #b3261e; color: #fff; font-size: 12px; font-weight: 600;
  line-height: 24px; text-align: center; box-shadow: 0 0 0 2px var(--page);
}
.card {
  inset-block-end: 96px; box-sizing: border-box; display: flex; gap: 12px; align-items: flex-start;
  width: min(304px, 100vw - 48px); padding: 14px; border-radius: 16px; border-end-end-radius: 6px;
  background: var(--page); animation: rise .16s;
}
.face {
  flex: none; width: 36px; border-radius: 50%; background: var(--face); color: var(--face-text); font-weight: 600;
  line-height: 36px; text-align: center;
}
.preview { flex: 1; min-width: 0; }
.who { display: block; font-size: 13px; font-weight: 600; }
.when { margin-inline-start: 8px; color: var(--muted); font-size: 12px; font-weight: 400; }
.said {
  display: -webkit-box; overflow: hidden; overflow-wrap: anywhere; -webkit-line-clamp: 2; -webkit-box-orient: vertical;
}
.dismiss {
  display: grid; flex: none; place-items: center; width: 44px; height: 44px; margin: -14px; color: var(--muted);
}
.panel {
  inset-block-end: 96px; overflow: hidden; width: 400px; height: min(640px, 100vh - 120px);
  height: min(640px, 100dvh - 120px); border-radius: 16px; background: var(--page); animation: grow .18s;
  transform-origin: 100% 100%;
}
iframe { display: block; width: 100%; height: 100%; border: 0; outline: 0; color-scheme: normal; }
@media ${FULL} {
  .panel { inset: 0; width: 100%; height: 100vh; height: 100dvh; border-radius: 0; }
  .open.ready .launcher { display: none; }
}
@media (prefers-color-scheme: dark) {
  .root {
    --page: #171b1c; --text: #e9eded; --muted: #9eaaad; --face: #3b2f58; --face-text: #d9caf8;
    --pop: 0 16px 40px -8px rgb(0 0 0 / .6), 0 0 0 1px rgb(255 255 255 / .08);
  }
}
@supports (color: oklch(from red l c h)) {
  .root { --ink: oklch(from var(--accent) min(l, .46) min(c, .16) h); }
  @media (prefers-color-scheme: dark) {
    .root {
      --fill: oklch(from var(--accent) clamp(.44, l, .86) c h); --ink: oklch(from var(--accent) max(l, .76) c h);
    }
  }
}
@keyframes rise { from { opacity: 0; transform: translateY(4px); } }
@keyframes grow { from { opacity: 0; transform: scale(.95); } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
@media print { :host { display: none !important; } }
`;

  const CHAT =
    "M2.992 16.342a2 2 0 0 1 .094 1.167l-1.065 3.29a1 1 0 0 0 1.236 1.168l3.413-.998a2 2 0 0 1 1.099.092 10 10 0 1 0-4.777-4.719";
  const DOWN = "m6 9 6 6 6-6";
  const CROSS = "M18 6 6 18M6 6l12 12";
  const MEMORY = "handoff:chat";
  const LOADED = Symbol.for("handoff.loaded");

  // The page may hold an element named "currentScript", or a polluted Object.prototype: only what is certain counts.
  const own = (thing, key) => (thing && Object.prototype.hasOwnProperty.call(thing, key) ? thing[key] : undefined);
  const tags = [document.currentScript, document.querySelector('script[src*="/widget.js"]')];
  const script = tags.find((tag) => tag instanceof HTMLScriptElement && tag.src);
  if (!script || own(window, LOADED)) return;
  window[LOADED] = true;

  const ADDRESS = new URL("widget", script.src).href;
  const ORIGIN = new URL(ADDRESS).origin;

  let frame = null;
  let ready = false;
  let opened = false;
  let unread = 0;
  let visitor = null;

  // What the page can call.
  const listeners = { __proto__: null, open: [], close: [], ready: [], message: [], unread: [] };
  const api = {
    open: () => open(true),
    close: () => close(),
    toggle: () => (opened ? close() : open(true)),
    identify: (details) => {
      visitor = { __proto__: null };
      for (const key of Object.keys(details || {})) {
        if (/string|number|boolean/.test(typeof details[key])) visitor[key] = details[key];
      }
      tell({ type: "identify", visitor });
    },
    on: (event, fn) => {
      listeners[event]?.push(fn);
      if (event === "ready" && ready) fn();
    },
    push: ([name, ...args]) => own(api, name)(...args),
  };
  // Each in a microtask of its own: an error in the page's function stays the page's.
  const emit = (event, detail) => listeners[event].forEach((fn) => queueMicrotask(() => fn(detail)));

  // What is on the page. No HTML strings, no style elements: the strictest Content-Security-Policy lets these through.
  const make = (tag, attributes, ...children) => {
    const space = /svg|path/.test(tag) ? "2000/svg" : "1999/xhtml";
    const element = document.createElementNS(`http://www.w3.org/${space}`, tag);
    for (const name of Object.keys(attributes)) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  };
  const button = (name, ...children) => make("button", { type: "button", class: name }, ...children);
  const icon = (size, shape) =>
    make("svg", { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" }, make("path", { d: shape }));

  const shape = icon(24, CHAT);
  const badge = make("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  const launcher = button("launcher", shape, badge);
  const panel = make("div", { class: "panel", hidden: "" });
  const notice = make("div", { role: "status" });
  const root = make("div", { class: "root" }, notice, panel, launcher);
  const host = make("handoff-chat", {});
  const shadow = host.attachShadow({ __proto__: null, mode: "open" });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.append(make("style", {}, CSS));
  }
  shadow.append(root);

  const draw = () => {
    root.classList.toggle("open", opened);
    launcher.setAttribute("aria-expanded", opened);
    launcher.setAttribute("aria-label", opened ? WORDS.close : WORDS.open);
    shape.firstChild.setAttribute("d", opened ? DOWN : CHAT);
  };

  const mount = () => {
    if (frame) return;
    frame = make("iframe", { title: WORDS.title, allow: "clipboard-write", src: ADDRESS });
    panel.append(frame);
  };

  const open = (withFocus) => {
    if (!opened) {
      opened = true;
      remember("open");
      mount();
      panel.hidden = false;
      draw();
      count(0);
      tellPage();
      tell({ type: "open", focus: withFocus });
      emit("open");
    }
    if (withFocus) frame.focus();
  };

  const close = () => {
    if (!opened) return;
    opened = false;
    remember("closed");
    draw();
    // Focus that the chat had, or nobody has, comes back to the launcher; the page's own stays where it is.
    const focus = document.activeElement;
    if (!focus || focus === host || focus === document.body) launcher.focus();
    panel.hidden = true;
    tell({ type: "close" });
    emit("close");
  };

  const count = (number, author, text) => {
    const more = number > unread;
    unread = number;
    badge.hidden = !number;
    badge.textContent = number > 99 ? "99+" : number;
    // A description, for the name by which the button is found must stay.
    launcher.setAttribute("aria-description", number ? `${WORDS.unread} ${number}` : "");
    if (!number) notice.replaceChildren();
    else if (more && text) notice.replaceChildren(preview(author, text));
  };

  const preview = (author, text) => {
    const body = button("preview", make("span", { class: "said" }, text));
    body.addEventListener("click", api.open);
    const dismiss = button("dismiss", icon(16, CROSS));
    dismiss.setAttribute("aria-label", WORDS.dismiss);
    dismiss.addEventListener("click", () => { notice.replaceChildren(); launcher.focus(); });
    const card = make("div", { class: "card" }, body, dismiss);
    if (author) {
      card.prepend(make("span", { class: "face", "aria-hidden": "true" }, Array.from(author)[0].toUpperCase()));
      body.prepend(make("span", { class: "who" }, author, make("span", { class: "when" }, WORDS.now)));
    }
    return card;
  };

  const paint = (accent, text) => {
    if (![accent, text].every((colour) => /^#[0-9a-f]{3,8}$/i.test(colour))) return;
    root.style.setProperty("--accent", accent);
    root.style.setProperty("--accent-text", text);
  };

  // The frame and this page speak only to each other, and only at the address that this file came from.
  const tell = (message) => { if (ready) frame.contentWindow.postMessage({ handoff: 1, ...message }, ORIGIN); };
  const tellPage = () => tell({ type: "page", url: location.href, title: document.title });

  const heard = {
    __proto__: null,
    ready: () => {
      ready = true;
      root.classList.add("ready");
      tellPage();
      if (visitor) tell({ type: "identify", visitor });
      if (opened) tell({ type: "open", focus: shadow.activeElement === frame });
      emit("ready");
    },
    close: () => close(),
    message: () => emit("message"),
    theme: (said) => paint(own(said, "accent"), own(said, "accentText")),
    unread: (said) => {
      const number = own(said, "count");
      if (!Number.isInteger(number) || number < 0 || opened) return;
      const [author, text] = ["author", "preview"].map((key) => String(own(said, key) || "").slice(0, 200));
      count(number, author, text);
      emit("unread", { count: number, author, preview: text });
    },
  };
  addEventListener("message", ({ data, origin, source }) => {
    if (!frame || origin !== ORIGIN || source !== frame.contentWindow || own(data, "handoff") !== 1) return;
    const answer = heard[own(data, "type")];
    if (answer) answer(data);
  });
  // Focus went into the frame: what is written now is written from the address that the page has now.
  addEventListener("blur", () => { if (shadow.activeElement === frame) tellPage(); });

  launcher.addEventListener("click", api.toggle);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });

  const remember = (state) => {
    try { sessionStorage.setItem(MEMORY, state); } catch { /* storage is blocked: nothing to remember */ }
  };
  const remembered = () => {
    try { return sessionStorage.getItem(MEMORY); } catch { return null; }
  };

  draw();
  paint(script.dataset.accent, script.dataset.accentText);
  // After the body, not in it: what replaces or transforms the body leaves the chat alone.
  const attach = () => document.documentElement.append(host);
  if (document.body) attach();
  else addEventListener("DOMContentLoaded", attach);

  const early = window.Handoff;
  window.Handoff = api;
  if (Array.isArray(early)) early.forEach((call) => queueMicrotask(() => api.push(call)));
  // A chat that was begun in this tab goes on: open if it was, else quietly, so that an answer can be announced.
  const before = remembered();
  if (before) mount();
  if (before === "open" && !matchMedia(FULL).matches) queueMicrotask(() => open(false));
})();
