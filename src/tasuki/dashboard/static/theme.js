// Runs before the first paint, so that a chosen theme does not flash in.
try {
  const theme = localStorage.getItem("tasuki.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the theme of the system stays.
}
