// A page that changes while a finger is on a key: the touch counts for the key that was touched, wherever it is by
// then, and for no other. A key that was built anew meanwhile is known by its data-kept. The focus stays, too.
(() => {
  const KEYS = "button, a[href], summary, [role=button]";
  const NEAR_PX = 16;
  let pressed = null;
  let answered = null;
  let focused = null;
  const again = key => key.isConnected ? key
    : key.dataset.kept && document.querySelector(`[data-kept="${CSS.escape(key.dataset.kept)}"]`);
  addEventListener("pointerdown", event => {
    const key = event.isPrimary && event.button === 0 ? event.target.closest?.(KEYS) : null;
    pressed = key && !key.disabled ? { key, x: event.clientX, y: event.clientY } : null;
  }, true);
  const near = (event, { x, y }) => Math.hypot(event.clientX - x, event.clientY - y) <= NEAR_PX;
  const touch = key => {
    const meant = again(key);
    if (meant && !meant.disabled && meant.checkVisibility()) meant.click();
  };
  addEventListener("click", event => {
    if (!event.isTrusted || event.detail === 0) return;
    const late = answered !== null && performance.now() < answered.until && near(event, answered);
    if (!late && (pressed === null || pressed.key.contains(event.target) || !near(event, pressed))) {
      pressed = null;
      return;
    }
    event.stopImmediatePropagation();
    event.preventDefault();
    const meant = late ? null : pressed.key;
    pressed = null;
    if (meant) touch(meant);
  }, true);
  // Of a key that is gone the browser tells no click at all.
  addEventListener("pointerup", event => {
    const mine = pressed;
    if (mine === null || !near(event, mine)) return;
    setTimeout(() => {
      if (pressed !== mine || mine.key.isConnected) return;
      pressed = null;
      answered = { x: mine.x, y: mine.y, until: performance.now() + 500 };
      touch(mine.key);
    }, 0);
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
