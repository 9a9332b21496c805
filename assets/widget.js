// The loader: a launcher on the site, and the chat in a frame, made only when it is first needed.
(() => {
  if (window.Handoff && window.Handoff.loaded) return;
  const words = { open: "Open chat", close: "Close chat", dismiss: "Dismiss", chat: "Chat" };
  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  const base = new URL(script.src, location.href);
  const origin = base.origin;
  const listeners = Object.create(null);
  const own = (object, key) => Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined;
  const memory = {
    get: () => { try { return sessionStorage.getItem("handoff:open") === "1"; } catch (e) { return false; } },
    set: (on) => { try { sessionStorage.setItem("handoff:open", on ? "1" : "0"); } catch (e) { /* no storage */ } },
  };
  let frame = null;
  let ready = false;
  let isOpen = false;
  let visitor = null;
  let dismissed = "";

  const host = document.createElement("div");
  host.style.cssText = "all:initial;position:fixed;inset-block-end:0;inset-inline-end:0;z-index:2147483000";
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>
    :host { --accent:#0f6a62; --text:#fff; --page:#fff; --ink:#1a2123; --muted:#586468; font:14px/20px system-ui,sans-serif; }
    * { box-sizing:border-box; }
    [hidden] { display:none !important; }
    .launcher { position:fixed; inset-block-end:24px; inset-inline-end:24px; width:56px; height:56px; border:0; border-radius:50%;
      background:var(--accent); color:var(--text); cursor:pointer; display:grid; place-items:center;
      box-shadow:0 12px 32px -8px rgb(16 24 26/.3),0 0 0 1px rgb(16 24 26/.06); }
    .launcher:focus-visible, .card button:focus-visible { outline:2px solid var(--accent); outline-offset:3px; }
    svg { width:24px; height:24px; fill:none; stroke:currentColor; stroke-width:1.75; stroke-linecap:round; stroke-linejoin:round; }
    .badge { position:absolute; inset-block-start:-4px; inset-inline-end:-4px; min-width:24px; height:24px; padding:0 6px; border-radius:12px;
      background:#b3261e; color:#fff; font:600 13px/24px system-ui,sans-serif; text-align:center; }
    .panel { position:fixed; inset-block-end:96px; inset-inline-end:24px; width:400px; height:min(640px,calc(100dvh - 120px)); border-radius:16px;
      overflow:hidden; background:var(--page); box-shadow:0 12px 32px -8px rgb(16 24 26/.18),0 0 0 1px rgb(16 24 26/.06); transform-origin:bottom right; }
    .panel.open { animation:rise .18s ease-out; }
    @keyframes rise { from { opacity:0; transform:scale(.95); } }
    iframe { width:100%; height:100%; border:0; display:block; color-scheme:light dark; }
    .card { position:fixed; inset-block-end:96px; inset-inline-end:24px; width:304px; max-width:calc(100vw - 48px); display:flex; align-items:flex-start;
      border-radius:16px; background:var(--page); color:var(--ink); box-shadow:0 12px 32px -8px rgb(16 24 26/.18),0 0 0 1px rgb(16 24 26/.06); }
    .card button { all:unset; box-sizing:border-box; cursor:pointer; border-radius:12px; }
    .card .say { flex:1; min-width:0; padding:14px 0 14px 16px; text-align:start; overflow-wrap:anywhere; }
    .card b { display:block; font-weight:600; }
    .card .dismiss { width:44px; height:44px; display:grid; place-items:center; color:var(--muted); }
    .card .dismiss svg { width:16px; height:16px; }
    @media (max-width:480px) { .panel { inset:0; width:100vw; height:100dvh; border-radius:0; } .launcher.open { display:none; } }
    @media (prefers-color-scheme:dark) { :host { --page:#171b1c; --ink:#e9eded; --muted:#9eaaad; } }
    @media (prefers-reduced-motion:reduce) { .panel.open { animation:none; } }
  </style>
  <div class="panel" hidden></div>
  <div class="card" role="status" hidden><button class="say" type="button"><b></b><span></span></button>
    <button class="dismiss" type="button"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M18 6 6 18M6 6l12 12"/></svg></button></div>
  <button class="launcher" type="button" aria-expanded="false">
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M21 11.5a8.5 8.5 0 0 1-12.3 7.6L3 21l1.9-5.7A8.5 8.5 0 1 1 21 11.5Z"/></svg><span class="badge" hidden></span>
  </button>`;
  const panel = root.querySelector(".panel");
  const card = root.querySelector(".card");
  const launcher = root.querySelector(".launcher");
  const badge = root.querySelector(".badge");
  const shape = launcher.querySelector("path");
  root.querySelector(".dismiss").setAttribute("aria-label", words.dismiss);

  const emit = (event, detail) => { for (const fn of listeners[event] || []) { try { fn(detail); } catch (e) { console.error(e); } } };
  const tell = (message) => { if (frame && ready) frame.contentWindow.postMessage({ handoff: 1, ...message }, origin); };
  const load = () => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = words.chat;
    frame.allow = "clipboard-write";
    frame.src = `${origin}/widget`;
    panel.append(frame);
  };
  const show = () => {
    launcher.setAttribute("aria-label", isOpen ? words.close : words.open);
    launcher.setAttribute("aria-expanded", String(isOpen));
    launcher.classList.toggle("open", isOpen);
    shape.setAttribute("d", isOpen ? "m6 9 6 6 6-6" : "M21 11.5a8.5 8.5 0 0 1-12.3 7.6L3 21l1.9-5.7A8.5 8.5 0 1 1 21 11.5Z");
    panel.hidden = !isOpen;
    panel.classList.toggle("open", isOpen);
    if (isOpen) card.hidden = true;
  };
  const open = () => {
    load();
    if (isOpen) return;
    isOpen = true;
    memory.set(true);
    show();
    tell({ type: "open" });
    frame.focus();
    emit("open");
  };
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    memory.set(false);
    show();
    tell({ type: "close" });
    launcher.focus();
    emit("close");
  };
  const unread = (said) => {
    const count = Math.min(Number(own(said, "count")) || 0, 99);
    const preview = String(own(said, "preview") || "");
    badge.hidden = isOpen || !count;
    badge.textContent = String(count);
    card.hidden = isOpen || !count || preview === dismissed;
    card.querySelector("b").textContent = String(own(said, "author") || "");
    card.querySelector("span").textContent = preview;
    emit("unread", count);
    if (count) emit("message", { preview, author: String(own(said, "author") || "") });
  };

  addEventListener("message", (event) => {
    const said = event.data;
    if (!frame || event.origin !== origin || event.source !== frame.contentWindow) return;
    if (!said || typeof said !== "object" || own(said, "handoff") !== 1) return;
    const type = own(said, "type");
    if (type === "ready") {
      ready = true;
      tell({ type: "page", url: location.href, title: document.title });
      if (visitor) tell({ type: "identify", visitor });
      tell({ type: isOpen ? "open" : "close" });
      emit("ready");
    } else if (type === "close") close();
    else if (type === "unread") unread(said);
  });
  launcher.addEventListener("click", () => (isOpen ? close() : open()));
  launcher.addEventListener("pointerenter", load, { once: true });
  launcher.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  root.querySelector(".say").addEventListener("click", open);
  root.querySelector(".dismiss").addEventListener("click", () => { dismissed = card.querySelector("span").textContent; card.hidden = true; });

  const queued = window.Handoff && Array.isArray(window.Handoff.q) ? window.Handoff.q : [];
  window.Handoff = {
    loaded: true,
    open,
    close,
    toggle: () => (isOpen ? close() : open()),
    identify: (who) => { visitor = { ...who }; tell({ type: "identify", visitor }); },
    on: (event, fn) => { (listeners[event] = listeners[event] || []).push(fn); },
  };
  for (const [name, ...rest] of queued) if (typeof window.Handoff[name] === "function") window.Handoff[name](...rest);
  const mount = () => { document.body.append(host); show(); if (memory.get()) open(); };
  if (document.body) mount(); else addEventListener("DOMContentLoaded", mount);
})();
