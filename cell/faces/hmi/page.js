// Lowers the cover when the server no longer refreshes the page: a picture that stands still must not look live.
(() => {
  const LIMIT_MS = 800;
  let beat = null;
  let since = -LIMIT_MS;
  setInterval(() => {
    const now = performance.now();
    const text = document.querySelector(".beat")?.textContent;
    if (text !== undefined && text !== beat) {
      beat = text;
      since = now;
    }
    document.documentElement.classList.toggle("frozen", now - since > LIMIT_MS);
  }, 50);
})();
