// Sent text stays in localStorage and goes out again, in order, until the log shows it. The server keeps each id once.
(() => {
  const RETRY = 2500;
  const LATE = 4000;
  const store = (() => { try { localStorage.setItem("handoff", "1"); return localStorage; } catch { return null; } })();
  const memory = {};
  const read = (key) => { try { return JSON.parse(store ? store.getItem(key) : memory[key]) || []; } catch { return []; } };
  const write = (key, value) => { const text = JSON.stringify(value); if (store) store.setItem(key, text); else memory[key] = text; };
  const random = (size) => Array.from(crypto.getRandomValues(new Uint8Array(size)), (b) => b.toString(16).padStart(2, "0")).join("");
  const embedded = parent !== self;
  let page = { url: "", title: "" };
  let visitor = {};

  const composer = () => document.querySelector("form[data-composer]");
  const log = () => document.querySelector("[role=log][data-ready]");
  const outboxKey = (form) => `handoff:outbox:${form.dataset.composer}`;

  // Two tabs that open at once are one visitor: of what both have written, the last stands a moment later.
  const secretOf = async () => {
    if (!store) return (memory.visitor ||= random(32));
    if (!store.getItem("handoff:visitor")) {
      store.setItem("handoff:visitor", random(32));
      await new Promise((go) => setTimeout(go, 150));
    }
    return store.getItem("handoff:visitor");
  };

  // Asked for at every (re)connection.
  self.handoffVisitor = async () => {
    const secret = await secretOf();
    return { secret, page: page.url, languages: (navigator.languages || []).join(","), visitor, back: wayBack() };
  };

  // The secret of a mail's link stands behind the #, where no log sees it.
  const wayBack = () => {
    const found = /^#back=([\w-]{20,100})$/.exec(location.hash);
    if (found) history.replaceState(null, "", location.pathname + location.search);
    return found ? found[1] : "";
  };

  const grow = () => { const form = composer(); if (form) form.classList.toggle("has-text", Boolean(form.elements.text.value.trim())); };

  const say = (form, text) => {
    const place = document.getElementById("composer-error");
    if (place) place.textContent = text || "";
    form.elements.text.setAttribute("aria-invalid", text ? "true" : "false");
  };

  const tooLong = (field) => [...field.value].length > 4000;

  let sent = 0;  // a double click is not a second, empty message
  const send = (form) => {
    const field = form.elements.text;
    if (!field.value.trim()) { if (Date.now() - sent > 600) say(form, form.dataset.empty); field.focus(); return; }
    if (tooLong(field)) { say(form, form.dataset.tooLong); return; }
    say(form, "");
    sent = Date.now();
    write(outboxKey(form), [...read(outboxKey(form)), { id: random(12), text: field.value, at: Date.now() }]);
    field.value = "";
    keepDraft(form);
    grow();
    pump(true);
    field.focus();
  };

  const keepDraft = (form) => { try { sessionStorage.setItem(`handoff:draft:${form.dataset.composer}`, form.elements.text.value); } catch { /* no storage */ } };

  let lastTry = 0;
  const pump = (now) => {
    const form = composer();
    const carrier = document.querySelector("form[data-carrier]");
    if (!form || !carrier || !log()) return;
    const shown = new Set(Array.from(document.querySelectorAll("[data-client-id]"), (line) => line.dataset.clientId));
    const waiting = read(outboxKey(form)).filter((item) => !shown.has(item.id));
    write(outboxKey(form), waiting);
    draw(waiting);
    const head = waiting[0];
    if (!head) { lastTry = 0; return; }
    if (head.id !== pump.head) { pump.head = head.id; lastTry = 0; }
    if (!lastTry || Date.now() - lastTry > RETRY) {
      lastTry = Date.now();
      carrier.elements.conversation.value = form.dataset.composer.split(":").pop();
      carrier.elements.client_id.value = head.id;
      carrier.elements.text.value = head.text;
      if (carrier.elements.page_url) carrier.elements.page_url.value = page.url;
      carrier.requestSubmit();
    }
  };

  let drawn = "";
  const draw = (waiting) => {
    const late = !navigator.onLine || waiting.some((item) => Date.now() - item.at > LATE);
    const wanted = JSON.stringify([waiting.map((item) => item.id), late]);
    const place = document.getElementById("outbox");
    const shape = document.getElementById("outbox-shape");
    const banner = document.getElementById("offline");
    if (banner) banner.hidden = !late;
    if (!place || !shape || (wanted === drawn && place.childElementCount === waiting.length)) return;
    drawn = wanted;
    place.replaceChildren(...waiting.map((item) => {
      const line = shape.firstElementChild.cloneNode(true);
      for (const state of line.querySelectorAll("[data-when]")) state.hidden = (state.dataset.when === "late") !== late;
      line.querySelector("[data-text]").textContent = item.text;
      return line;
    }));
  };

  // What the server refuses comes back with the reason.
  let refusedBefore = "";
  const refused = () => {
    const note = document.querySelector("[data-refused]");
    const form = composer();
    if (!note || !form || !note.dataset.refused || note.dataset.refused === refusedBefore) return;
    refusedBefore = note.dataset.refused;
    const items = read(outboxKey(form));
    const item = items.find((one) => one.id === refusedBefore);
    write(outboxKey(form), items.filter((one) => one.id !== refusedBefore));
    const field = form.elements.text;
    if (item) { field.value = item.text + (field.value && `\n${field.value}`); keepDraft(form); }
    say(form, note.dataset.reason);
    grow();
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-composer]")) return;
    event.preventDefault();
    event.stopPropagation();
    send(event.target);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("form[data-composer] textarea") || event.key !== "Enter" || event.isComposing) return;
    const form = event.target.form;
    const now = form.dataset.enter === "ctrl" ? (event.ctrlKey || event.metaKey) : !event.shiftKey;
    if (now) { event.preventDefault(); send(form); }
  });
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches("form[data-composer]")) return;
    say(form, tooLong(event.target) ? form.dataset.tooLong : "");
    keepDraft(form);
    grow();
  });
  document.addEventListener("click", (event) => {
    const quick = event.target.closest?.("[data-say]");
    const form = composer();
    if (quick && form) { form.elements.text.value = quick.dataset.say; send(form); }
    const opens = event.target.closest?.("[data-attend]");
    if (opens?.matches("a")) eager = matchMedia("(pointer: fine)").matches; else if (opens) form?.elements.text.focus();
    if (event.target.closest?.("[data-close-chat]")) tell({ type: "close" });
    const open = menu();
    if (open && (!open.contains(event.target) || event.target.closest("button"))) shut(open);
  });
  const menu = () => document.querySelector("[data-menu][open]");
  const shut = (menu) => { for (const part of [menu, ...menu.querySelectorAll("details")]) part.open = false; };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = menu();
    if (open) { shut(open); open.firstElementChild.focus(); }
    else if (embedded && !document.querySelector("details[open]")) tell({ type: "close" });
  });
  document.addEventListener("toggle", (event) => event.target.querySelector(":scope > [role=button]")?.setAttribute("aria-expanded", event.target.open), true);
  addEventListener("online", () => pump());
  addEventListener("offline", () => pump());

  // The page around the frame; nothing secret is ever posted to it.
  let host = "";
  const tell = (message) => { if (embedded) parent.postMessage({ handoff: 1, ...message }, host || "*"); };
  addEventListener("message", (event) => {
    const said = event.data;
    if (event.source !== parent || !embedded || !said || typeof said !== "object" || said.handoff !== 1) return;
    host = event.origin;
    if (said.type === "page") page = { url: String(said.url || "").slice(0, 2000), title: String(said.title || "") };
    if (said.type === "identify" && said.visitor) { visitor = said.visitor; identify(); }
    if (said.type === "open") { seen = true; eager = said.focus !== false; attend(); report(); }
    if (said.type === "close") seen = eager = false;
  });

  // Whoever opens a chat wants to write, also when its composer comes later, or is drawn anew after a pause of the server.
  let eager = false;
  let writing = false;
  const attend = () => {
    if (eager || (writing && document.activeElement === document.body)) composer()?.elements.text.focus();
    if (!embedded) eager = false;
  };
  document.addEventListener("focusin", (event) => { writing = Boolean(event.target.form?.matches("form[data-composer]")); });

  // What the page says of its visitor after the chat has opened.
  const identify = () => {
    const form = document.querySelector("form[data-identity]");
    if (!form) return;
    for (const name of ["email", "name"]) form.elements[name].value = String(visitor[name] ?? "").slice(0, 320);
    form.requestSubmit();
  };

  // Replies on a visible page are seen: no mail brings them.
  let lastSeen = 0;
  const tellSeen = () => {
    const form = document.querySelector("form[data-seen]");
    const count = document.querySelectorAll("[data-from-team]").length;
    if (!form || !seen || count <= lastSeen || document.visibilityState !== "visible") return;
    lastSeen = count;
    form.elements.count.value = String(count);
    form.requestSubmit();
  };
  document.addEventListener("visibilitychange", () => tellSeen());

  let seen = !embedded;
  let reported = -1;
  const report = () => {
    const lines = document.querySelectorAll("[data-from-team]");
    const last = lines[lines.length - 1];
    if (seen) report.base = lines.length;
    const count = Math.max(0, lines.length - (report.base ?? lines.length));
    if (report.base === undefined && log()) report.base = lines.length;
    if (count === reported) return;
    reported = count;
    tell({ type: "unread", count, preview: last?.querySelector("[data-text]")?.textContent.slice(0, 140) || "", author: last?.dataset.fromTeam || "" });
  };

  let atEnd = "";
  const follow = () => {
    const place = log();
    if (!place) return;
    const last = place.querySelector("[data-last]");
    const mark = last ? last.dataset.last : "";
    if (mark !== atEnd) { if (atEnd) tell({ type: "message" }); atEnd = mark; place.scrollTop = place.classList.contains("flex-col-reverse") ? 0 : place.scrollHeight; }
  };

  // What is not sent, or not even finished, goes on in the chat that takes the place of a deleted one.
  const inherit = (from, form) => {
    write(outboxKey(form), [...read(outboxKey(form)), ...read(`handoff:outbox:${from}`)]);
    write(`handoff:outbox:${from}`, []);
    try { sessionStorage.setItem(`handoff:draft:${form.dataset.composer}`, sessionStorage.getItem(`handoff:draft:${from}`) || ""); } catch { /* no storage */ }
  };

  let known = null;
  let shown = null;
  new MutationObserver(() => {
    const form = composer();
    if (form && (form !== shown || form.dataset.composer !== known)) {
      if (known && form.dataset.gone === known && form.dataset.composer !== known) inherit(known, form);
      known = form.dataset.composer;
      shown = form;
      let draft = "";
      try { draft = sessionStorage.getItem(`handoff:draft:${known}`) || ""; } catch { /* no storage */ }
      form.elements.text.value = draft;
      say(form, drawn = "");
      attend();
    }
    tellSeen();
    const root = document.querySelector("[data-page-lang]");
    if (root && document.documentElement.lang !== root.dataset.pageLang) {
      document.documentElement.lang = root.dataset.pageLang;
      document.documentElement.dir = root.dataset.pageDir;
    }
    refused();
    pump();
    report();
    follow();
    grow();
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-ready", "data-composer", "data-refused", "data-last"] });
  setInterval(() => { if (document.querySelector("[data-composer]")) pump(); }, 1000);
  tell({ type: "ready" });
})();
