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
// The scene's camera looks up and down by a fixed angle: in a narrow panel it opens further, so that nothing is cut off at
// the sides, as the last bin's name.
(() => {
  const UP = Math.tan((40 / 2) * (Math.PI / 180));
  const ASIDE = 0.53;
  setInterval(() => {
    for (const view of document.querySelectorAll(".scene-view")) {
      const camera = window.getElement?.(Number(view.id.slice(1)))?.camera;
      if (!camera?.isPerspectiveCamera || !(camera.aspect > 0)) continue;
      const fov = (2 * Math.atan(Math.max(UP, ASIDE / camera.aspect)) * 180) / Math.PI;
      if (Math.abs(camera.fov - fov) < 0.01) continue;
      camera.fov = fov;
      camera.updateProjectionMatrix();
    }
  }, 200);
})();
