// Zoom and pan. The sheet's width is changed, not a CSS transform: Annotorious then keeps its handles at their size.

const MOST = 12;

export class Viewport {
  /** frame scrolls; sheet lies in it; busy(): whether one finger or the mouse draws. */
  constructor(frame, sheet, busy) {
    Object.assign(this, { frame, sheet, busy, zoom: 1, fingers: new Map() });
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"])
      frame.addEventListener(kind, (event) => this.pointer(event), true);
    new ResizeObserver(() => this.lay()).observe(frame);
  }

  load(width, height) {
    this.size = [width, height];
    this.zoom = 1;
    this.lay();
  }

  /** px of the screen for one px of the picture. */
  get scale() {
    return this.sheet.clientWidth / this.size[0];
  }

  /** The part of the picture that is to be seen: x1, y1, x2, y2 [px]. */
  get seen() {
    const { frame, scale } = this;
    const x = Math.max(0, frame.scrollLeft / scale), y = Math.max(0, frame.scrollTop / scale);
    return [x, y, Math.min(this.size[0], x + frame.clientWidth / scale), Math.min(this.size[1], y + frame.clientHeight / scale)];
  }

  lay() {
    if (!this.size) return;
    const fit = Math.min(this.frame.clientWidth / this.size[0], this.frame.clientHeight / this.size[1]);
    this.sheet.style.width = `${Math.floor(this.size[0] * fit * this.zoom)}px`;
    this.sheet.style.height = `${Math.floor(this.size[1] * fit * this.zoom)}px`;
  }

  /** factor about a point of the screen; without one about the frame's middle. */
  zoomBy(factor, at) {
    const frame = this.frame.getBoundingClientRect();
    const [x, y] = at ?? [frame.x + frame.width / 2, frame.y + frame.height / 2];
    const before = this.sheet.getBoundingClientRect();
    const part = [(x - before.x) / before.width, (y - before.y) / before.height];
    this.zoom = Math.min(MOST, Math.max(1, this.zoom * factor));
    this.lay();
    const after = this.sheet.getBoundingClientRect();
    this.frame.scrollLeft += after.x + part[0] * after.width - x;
    this.frame.scrollTop += after.y + part[1] * after.height - y;
  }

  fit() {
    this.zoom = 1;
    this.lay();
  }

  pan(dx, dy) {
    this.frame.scrollLeft += dx;
    this.frame.scrollTop += dy;
  }

  /** Scrolls so that a point of the picture [px] is to be seen. */
  reveal([x, y]) {
    const [x1, y1, x2, y2] = this.seen, middle = [(x1 + x2) / 2, (y1 + y2) / 2];
    if (x < x1 || x > x2) this.pan((x - middle[0]) * this.scale, 0);
    if (y < y1 || y > y2) this.pan(0, (y - middle[1]) * this.scale);
  }

  toPicture(event) {
    const sheet = this.sheet.getBoundingClientRect();
    return [(event.clientX - sheet.x) / this.scale, (event.clientY - sheet.y) / this.scale];
  }

  wheel(event) {
    event.preventDefault();
    this.zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2, [event.clientX, event.clientY]);
  }

  /** Two fingers pan and pinch; one finger or the mouse pans where it draws nothing and holds no handle. */
  pointer(event) {
    if (this.palm(event)) return event.stopPropagation();
    const { fingers } = this, now = [event.clientX, event.clientY], before = fingers.get(event.pointerId);
    if (event.type === "pointerdown") {
      if (event.pointerType === "touch" || event.button === 1 || !this.taken(event)) fingers.set(event.pointerId, now);
      if (event.pointerType === "pen" || (event.pointerType === "touch" && fingers.size === 1)) hover(event);
      if (fingers.size === 2) this.busy("cancel");
    } else if (event.type !== "pointermove") fingers.delete(event.pointerId);
    else if (before) {
      const moved = [before[0] - now[0], before[1] - now[1]];
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
        this.pan(moved[0] / 2, moved[1] / 2);
        this.zoomBy(apart(now) / apart(before), [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
      } else if (!this.taken(event) || event.buttons === 4) this.pan(...moved);
      fingers.set(event.pointerId, now);
    }
    if (fingers.size > 1) event.stopPropagation();
  }

  /** The hand that rests on the picture while its pen draws. */
  palm({ type, pointerType }) {
    if (pointerType === "pen" && type !== "pointermove") this.writing = type === "pointerdown";
    return pointerType === "touch" && this.writing;
  }

  taken(event) {
    return this.busy() || Boolean(event.target.closest(".a9s-handle, .a9s-shape-handle, .a9s-edge-handle, .a9s-corner-handle, button"));
  }
}

/** A tap, of a finger or of a pen that is not seen before it touches, sends no move, and Annotorious would take the place of the tap before it. */
function hover(event) {
  const { clientX, clientY } = event;
  event.target.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, pointerType: "mouse", bubbles: true }));
}
