// Before anything else: a token that nobody guesses, a socket to where the page came from, light or dark.
(() => {
  const theme = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { document.documentElement.dataset.theme = theme.matches ? "handoff-dark" : "handoff"; };
  theme.addEventListener("change", paint);
  paint();
  // Storage may be denied to a frame of another site: then it is the tab's memory.
  for (const name of ["localStorage", "sessionStorage"]) {
    try { self[name].length; } catch {
      const kept = new Map();
      const value = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, `${text}`), removeItem: (key) => kept.delete(key), clear: () => kept.clear() };
      Object.defineProperty(self, name, { value });
    }
  }
  // Reflex would take the token from Math.random().
  if (!sessionStorage.getItem("token") && self.crypto) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    sessionStorage.setItem("token", Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(""));
  }
  // One build serves every address.
  const Socket = self.WebSocket;
  self.WebSocket = class extends Socket {
    constructor(url, protocols) {
      const there = new URL(url, location.href);
      there.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      there.host = location.host;
      super(there.href, protocols);
    }
  };
  // For staff alone.
  if (!/^\/(widget\/?)?$/.test(location.pathname)) {
    for (const src of ["/alerts.js", "/forms.js"]) {
      const script = document.createElement("script");
      script.src = src;
      script.async = true;
      document.head.append(script);
    }
  }
})();
