// In each page of a preview: loads it again after a build, and shows over it why a build has failed. `shownBuild` is the
// number of builds when the page was sent.
(() => {
  for (const link of document.querySelectorAll('.doors a[href$=".pdf"]')) {
    link.replaceWith("PDF by make report"); // a preview makes none
  }
  const note = document.createElement("pre");
  note.hidden = true;
  note.style = "position: fixed; inset: auto 0 0 0; z-index: 3000; margin: 0; padding: 1rem; white-space: pre-wrap; " +
    "color: #fff; background: #8b1a1a; font: 0.9rem monospace";
  note.setAttribute("role", "alert");
  document.body.append(note);
  setInterval(async () => {
    const answer = await fetch("/.builds").catch(() => null); // the preview has ended
    if (!answer) return;
    const state = await answer.json();
    if (state.count !== shownBuild) location.reload();
    note.textContent = state.problem;
    note.hidden = !state.problem;
  }, 400);
})();
