// An agent hears of a new escalation wherever the tab is: in its title, by a notification, by a short tone.
(() => {
  let known = null;
  let title = "";
  const place = () => document.querySelector("[data-alerts]");

  const badge = (count) => {
    const bare = document.title.replace(/^\(\d+\) /, "");
    const wanted = count ? `(${count}) ${bare}` : bare;
    if (wanted !== title || document.title !== wanted) { title = wanted; document.title = wanted; }
  };

  const tone = () => {
    const context = new AudioContext();
    const voice = context.createOscillator();
    const volume = context.createGain();
    volume.gain.setValueAtTime(0.12, context.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.4);
    voice.frequency.value = 660;
    voice.connect(volume).connect(context.destination);
    voice.start();
    voice.stop(context.currentTime + 0.4);
    voice.onended = () => context.close();
  };

  // Of several tabs the first one tells, a moment before the others hear of it.
  const toldBefore = () => {
    try {
      const before = Number(localStorage.getItem("handoff:told"));
      localStorage.setItem("handoff:told", Date.now());
      return Date.now() - before < 1500;
    } catch { return false; }
  };

  const later = () => { try { return localStorage.getItem("handoff:notify-later"); } catch { return null; } };

  const tell = (staff, count) => {
    if (toldBefore()) return;
    if (staff.dataset.notify && self.Notification?.permission === "granted" && document.visibilityState !== "visible") {
      const shown = new Notification("Somebody asks for a human", { body: count === 1 ? "One visitor is waiting." : `${count} visitors are waiting.`, tag: "handoff" });
      shown.onclick = () => { focus(); shown.close(); };
    }
    if (staff.dataset.sound) { try { tone(); } catch { /* no sound before the first click */ } }
  };

  const look = () => {
    const staff = place();
    if (!staff) return;
    const count = Number(staff.dataset.waiting) || 0;
    badge(count);
    for (const blocked of document.querySelectorAll("[data-notify-blocked]")) blocked.hidden = self.Notification?.permission !== "denied";
    for (const ask of document.querySelectorAll("[data-notify-ask]")) ask.hidden = !staff.dataset.notify || self.Notification?.permission !== "default" || Boolean(later());
    const newest = staff.dataset.newest || "";
    if (known !== null && newest > known) tell(staff, count);
    if (known === null || newest > known) known = newest;
  };

  // The permission is asked for at a click: in the prompt above the list, when the switch is moved or the menu opened.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-notify-allow]")) self.Notification?.requestPermission().then(look);
    if (event.target.closest?.("[data-notify-later]")) {
      try { localStorage.setItem("handoff:notify-later", "1"); } catch { /* it is asked again next time */ }
      look();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.id?.endsWith("-notify") && event.target.checked) self.Notification?.requestPermission().then(look);
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-alerts][open]") && event.target.dataset.notify && self.Notification?.permission === "default") Notification.requestPermission().then(look);
  }, true);
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("[data-alerts][open]")) if (!open.contains(event.target)) open.open = false;
  });
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-waiting", "data-newest", "data-notify"] });
})();
