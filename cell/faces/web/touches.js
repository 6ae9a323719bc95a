// A page that changes while a finger is on a key: the touch counts for the key that was touched, wherever it is by
// then, and for no other. A key that was built anew meanwhile is known by its data-kept. The focus stays, too.
(() => {
  const KEYS = "button, a[href], summary, [role=button]";
  const NEAR_PX = 16;
  let pressed = null;
  let focused = null;
  const again = key => key.isConnected ? key
    : key.dataset.kept && document.querySelector(`[data-kept="${CSS.escape(key.dataset.kept)}"]`);
  addEventListener("pointerdown", event => {
    const key = event.isPrimary && event.button === 0 ? event.target.closest?.(KEYS) : null;
    pressed = key && !key.disabled ? { key, x: event.clientX, y: event.clientY } : null;
  }, true);
  addEventListener("click", event => {
    if (!event.isTrusted || event.detail === 0 || pressed === null) return;
    const { key, x, y } = pressed;
    pressed = null;
    if (key.contains(event.target) || Math.hypot(event.clientX - x, event.clientY - y) > NEAR_PX) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const meant = again(key);
    if (meant && !meant.disabled && meant.checkVisibility()) meant.click();
  }, true);
  addEventListener("focusin", event => { focused = event.target.closest?.(KEYS) ?? null; }, true);
  addEventListener("focusout", event => {
    if (event.relatedTarget !== null || document.hasFocus() === false) return;
    const left = event.target;
    setTimeout(() => { if (focused === left && left.isConnected && !lost()) focused = null; }, 0);
  }, true);
  const lost = () => document.activeElement === null || document.activeElement === document.body;
  new MutationObserver(() => {
    if (focused === null || !lost()) return;
    const meant = again(focused);
    if (meant && !meant.disabled && meant.checkVisibility()) meant.focus({ preventScroll: true });
  }).observe(document, { childList: true, subtree: true });
})();
