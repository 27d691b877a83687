// Runs before the page is drawn, so that a chosen theme does not flash. Without a choice the system decides.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch (error) {
  // Some browsers refuse storage to local files; the system's theme then stands.
}
