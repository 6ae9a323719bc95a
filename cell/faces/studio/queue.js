// The queue is drawn anew while somebody reads it. Where that took away what had the focus, its successor of the same name
// gets it, unless a person has gone elsewhere meanwhile. The browser itself keeps the place that is read.
(() => {
  let last = "";
  document.addEventListener("focusin", ({ target }) => (last = target.closest?.("[data-test]")?.dataset.test ?? ""));
  document.addEventListener("pointerdown", () => (last = ""), true);
  window.focusKept = () => {
    if (last && document.activeElement === document.body)
      document.querySelector(`[data-test="${CSS.escape(last)}"]`)?.focus({ preventScroll: true });
  };
})();
