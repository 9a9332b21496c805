// The agent's composer: a suggestion goes below what is typed; a translation takes its place, unless somebody has typed on.
// Neither is sent, and both are typed as a person would, so that Undo takes them back.
(() => {
  const field = () => document.querySelector("form[data-composer] textarea");
  const type = (text, all) => {
    const place = field();
    if (!place) return;
    place.focus();
    if (all) place.select(); else place.setSelectionRange(place.value.length, place.value.length);
    const said = all || !place.value.trim() ? text : `\n${text}`;
    if (!document.execCommand("insertText", false, said)) place.setRangeText(said);
    place.dispatchEvent(new Event("input", { bubbles: true }));
  };
  self.handoffDraft = () => field()?.value || "";
  self.handoffPut = (text, draft) => {
    const error = document.getElementById("composer-error");
    if (self.handoffDraft() === draft) type(text, true);
    else if (error) error.textContent = "The text has changed meanwhile. Press Translate again.";
  };
  document.addEventListener("click", (event) => {
    const suggested = event.target.closest?.("[data-insert]");
    if (suggested) type(suggested.dataset.insert, false);
  });
})();
