// Forms that post JSON and show a refusal beside its field; what was typed stays. Files that are sent as chosen. And
// what is not saved yet is not left behind without a question.
(() => {
  const show = (form, field, text) => {
    for (const place of form.querySelectorAll("[data-error-for]")) {
      const mine = place.dataset.errorFor === field;
      place.textContent = mine ? text : "";
      const input = form.elements[place.dataset.errorFor];
      if (input) { input.setAttribute("aria-invalid", String(mine && Boolean(text))); input.classList.toggle("input-error", mine && Boolean(text)); }
    }
    if (field && form.elements[field]) form.elements[field].focus();
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-post]")) return;
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    show(form, "", "");
    button.disabled = true;
    const fallback = form.querySelector("[data-error-for]:last-of-type").dataset.errorFor;
    try {
      const answer = await fetch(form.dataset.post, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
      });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) {
        const wanted = new URLSearchParams(location.search).get("next") || "";
        location.assign(/^\/(?![/\\])/.test(wanted) ? wanted : said.next);
        return;
      }
      show(form, said.field || fallback, typeof said.detail === "string" ? said.detail : "Something in this form cannot be used.");
    } catch {
      show(form, fallback, "The server cannot be reached. Try again in a moment.");
    } finally {
      button.disabled = false;
    }
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches("input[data-upload]") || !input.files.length) return;
    const place = document.querySelector("[data-upload-status]"), many = input.files.length;
    const what = many === 1 ? input.files[0].name : `${many} files`, form = new FormData(), request = new XMLHttpRequest();
    for (const file of input.files) form.append("file", file);
    const tell = (text, bad) => { place.textContent = text; place.classList.toggle("text-bad", Boolean(bad)); };
    request.upload.onprogress = (at) => tell(at.loaded < at.total ? `Sending ${what}: ${Math.round(100 * at.loaded / at.total)} %` : `Reading ${what} …`);
    request.onload = () => {
      let said = {};
      try { said = JSON.parse(request.responseText); } catch { /* no JSON: the sentence below */ }
      if (request.status >= 400) return tell(said.detail || "This cannot be read.", true);
      tell(`${said.articles} article${said.articles === 1 ? "" : "s"} came from ${what}. ${said.detail || ""}`, Boolean(said.detail));
    };
    request.onerror = () => tell("The server cannot be reached. Try again in a moment.", true);
    request.open("POST", input.dataset.upload);
    request.send(form);
    input.value = "";
  });
  const edited = (form) => [...form.elements].some((field) => "defaultValue" in field && field.value !== field.defaultValue);
  const unsaved = () => document.querySelector("[data-unsaved=true]") || [...document.querySelectorAll("form[data-guard]")].some(edited);
  addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href],[data-leaves]");
    if (!link || link.target || link.download || event.ctrlKey || event.metaKey || event.shiftKey || !unsaved()) return;
    if (!confirm("What you changed here is not saved. Leave all the same?")) { event.preventDefault(); event.stopPropagation(); }
  }, true);
  let pause = 0;
  document.addEventListener("input", (event) => {
    if (!event.target.matches("input[type=search]")) return;
    clearTimeout(pause);
    pause = setTimeout(() => event.target.form?.requestSubmit(), 300);
  });
  const popup = () => document.querySelector("details[data-popup][open]");
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && popup();
    if (open) { open.open = false; open.firstElementChild.focus(); }
  });
  document.addEventListener("click", (event) => {
    const open = popup();
    if (open && !open.contains(event.target)) open.open = false;
  });
  const fill = () => {
    const field = document.querySelector("form[data-post] [name=token]");
    if (field && !field.value && location.hash.length > 20) field.value = location.hash.slice(1);
  };
  addEventListener("load", fill);
  setTimeout(fill, 300);
})();
