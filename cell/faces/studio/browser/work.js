// One picture on the canvas: what is outlined, what is chosen, and every action by its name. The page around it is told of
// what it must show; the keys, the buttons and the tests all go through `act`.
import { ACTIONS, CHANGES } from "./actions.js";
import { History } from "./history.js";
import { Layers } from "./layers.js";
import { Marks } from "./marks.js";
import { bent, boundsOf, copied, holds, moved, newId, sound } from "./shapes.js";
import { Surface } from "./surface.js";
import { Viewport } from "./viewport.js";

const SETTLED_MS = 120;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PALETTE = ["#ffb000", "#56b4e9", "#4ed8a0", "#f0e442", "#ff8a65", "#e48fc8", "#a9b8ff", "#d4d4d4", "#9be564"];

export class Work {
  /** parts: {frame, sheet, marks}; told: {handle (its word), changed(view), draft(state), done(said), say(code)} */
  constructor({ frame, sheet, marks }, told) {
    Object.assign(this, { frame, sheet, told, tool: null, chosen: "", corner: -1, cross: null, started: [], visible: true });
    this.doc = null;
    this.layers = new Layers();
    this.viewport = new Viewport(frame, sheet, (what) => (what === "cancel" ? this.surface?.cancel() : Boolean(this.tool)));
    const colour = (name) => this.colour(name), word = (name) => this.kind(name)?.word ?? name;
    this.marks = new Marks(marks, { colour, word, pressed: (id) => this.choose(id) });
    sheet.addEventListener("click", (event) => this.clicked(event));
  }

  /** Shows a picture (its element already decoded) with what is known of it. */
  load(doc, image) {
    this.surface?.destroy();
    this.sheet.querySelector("img:not(.lc-marks img)")?.remove();
    this.sheet.prepend(image);
    Object.assign(this, { doc, chosen: "", corner: -1, cross: null, started: [], tool: null, visible: true, sent: false });
    this.size = [image.naturalWidth, image.naturalHeight];
    this.name = doc.classes[0]?.name ?? "";
    this.history = new History({ shapes: doc.shapes, proposals: doc.proposals });
    const colour = (name) => this.colour(name);
    const changed = () => this.settle(), drawn = (id) => this.drawn(id);
    const { handle } = this.told, name = () => this.name, selected = (id) => this.selected(id);
    this.surface = new Surface(image, { colour, name, handle, changed, drawn, selected });
    this.layers.load(image, doc);
    this.viewport.load(...this.size);
    this.show();
  }

  /** There is no picture any more. */
  unload() {
    this.layers.hide();
    this.surface?.destroy();
    Object.assign(this, { doc: null, surface: null });
  }

  get state() {
    return this.history.now;
  }

  get shape() {
    return this.state.shapes.find(({ id }) => id === this.chosen);
  }

  get proposal() {
    return this.state.proposals.find(({ id }) => id === this.chosen);
  }

  kind(name) {
    return this.doc?.classes.find((one) => one.name === name);
  }

  colour(name) {
    const at = this.doc?.classes.findIndex((one) => one.name === name) ?? -1;
    return PALETTE[at < 0 ? PALETTE.length - 2 : at % PALETTE.length];
  }

  /** Draws the state anew; `redraw` false: the surface has it already. */
  show(redraw = true) {
    if (redraw) this.surface.put(this.state.shapes, this.tool ? "" : this.chosen);
    this.surface.show(this.visible);
    this.marks.show(this.state, this);
    this.told.changed(this);
  }

  /** Takes a new state; false where it is none. */
  keep(shapes, proposals = this.state.proposals, redraw = true) {
    const kept = this.history.keep({ shapes: shapes.map((one) => sound(one, this.size)).filter(Boolean), proposals });
    if (kept) this.told.draft(this.state);
    this.show(redraw);
    return kept;
  }

  /** Takes what the mouse has changed, as soon as it rests. */
  settle() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), SETTLED_MS);
  }

  rest() {
    if (!this.resting) return;
    clearTimeout(this.resting);
    this.resting = 0;
    // The mouse changes shapes; none comes or goes by it. On a busy computer the surface tells late of one that an undo has
    // taken away: that would be a change of its own, and the next undo would take back no more than it.
    const there = new Map(this.surface.shapes().map((one) => [one.id, one]));
    const odd = there.size !== this.state.shapes.length;
    this.keep(this.state.shapes.map((one) => there.get(one.id) ?? one), undefined, odd);
  }

  drawn(id) {
    // Only a tool that is held draws. What else is told as new is one that an undo has taken away: it goes with the next rest.
    if (!this.tool) return this.settle();
    this.resting = clearTimeout(this.resting);
    const shapes = this.surface.shapes();
    this.tool = null;
    this.surface.hold(null);
    this.chosen = shapes.some((one) => one.id === id) ? id : "";
    this.keep(shapes);
  }

  selected(id) {
    if (this.tool || id === this.chosen) return;
    Object.assign(this, { chosen: id, corner: -1 });
    this.show(false);
  }

  choose(id) {
    this.rest(); // what the mouse has changed a moment ago would be drawn over
    Object.assign(this, { chosen: id, corner: -1 });
    const found = this.shape ?? this.proposal;
    if (found) this.viewport.reveal(found.points[0]);
    this.show();
  }

  /** A click on nothing drawn, but in a proposal, chooses that. */
  clicked(event) {
    if (this.tool || this.shape || !this.doc || event.target.closest("button")) return;
    const at = this.viewport.toPicture(event);
    this.choose(this.state.proposals.find((one) => holds(one, at))?.id ?? "");
  }

  /** Does what the name says; false where there is nothing to do for it. */
  act(action, key = "") {
    if (!this.doc || this.sent || (this.doc.fixed && CHANGES.has(action))) return false;
    this.rest();
    return ACTIONS[action]?.(this, key);
  }

  hold(tool) {
    this.tool = this.tool === tool ? null : tool;
    Object.assign(this, { chosen: "", corner: -1, cross: null, started: [] });
    this.surface.hold(this.tool);
    this.show();
  }

  /** The proposal that is chosen becomes a shape, so that it can be changed. */
  adopt() {
    const { proposal } = this;
    if (!proposal) return;
    const [shape] = copied([proposal]);
    this.chosen = shape.id;
    this.keep([...this.state.shapes, shape], this.state.proposals.filter((one) => one !== proposal));
  }

  /** Replaces the chosen shape; a proposal is taken over first. */
  change(how) {
    this.adopt();
    if (!this.shape) return false;
    return this.keep(this.state.shapes.map((one) => (one.id === this.chosen ? how(one) : one)));
  }

  step(key) {
    const [dx, dy] = ARROWS[key.split("+").pop()], far = key.includes("Shift") ? 1 : Math.max(1, Math.round(Math.max(...this.size) / 100));
    return [dx * far, dy * far];
  }

  point(at) {
    this.cross = [0, 1].map((axis) => Math.min(this.size[axis], Math.max(0, at[axis])));
    this.viewport.reveal(this.cross);
    this.show(false);
  }

  middle() {
    const [x1, y1, x2, y2] = this.viewport.zoom > 1 ? this.viewport.seen : [0, 0, ...this.size];
    return [Math.round((x1 + x2) / 2), Math.round((y1 + y2) / 2)];
  }

  /** Sets a corner at the crosshair; a box has its second one then, a polygon closes by Enter. */
  corner_here() {
    if (!this.cross) return this.point(this.middle());
    const started = [...this.started, this.cross];
    if (this.tool === "box" && started.length === 2) return this.finish("box", started);
    this.started = started;
    return this.show(false);
  }

  finish(kind, points) {
    const id = newId(), [x1, y1, x2, y2] = boundsOf(points);
    const shape = { id, name: this.name, kind, points: kind === "box" ? [[x1, y1], [x2, y2]] : points };
    Object.assign(this, { tool: null, cross: null, started: [], chosen: id });
    this.surface.hold(null);
    this.keep([...this.state.shapes, shape]);
  }

  arrows(key) {
    const [dx, dy] = this.step(key);
    if (this.tool) {
      const [x, y] = this.cross ?? this.middle();
      return this.point(this.cross ? [x + dx, y + dy] : [x, y]);
    }
    if (!this.chosen) return this.viewport.pan(dx * 8, dy * 8);
    const { corner } = this;
    if (key.includes("Ctrl")) return this.change((one) => bent(one, one.kind === "box" ? 2 : Math.max(0, corner), dx, dy));
    return this.change((one) => (corner < 0 ? moved(one, dx, dy, this.size) : bent(one, corner, dx, dy)));
  }

  /** The next shape or proposal; false past the last one, so that the focus goes on. */
  walk(by) {
    const all = [...this.state.shapes, ...this.state.proposals], at = all.findIndex(({ id }) => id === this.chosen);
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    this.choose(all[next]?.id ?? "");
    return next >= 0 && next < all.length;
  }

  done(judgement) {
    const outlined = this.state.shapes.length > 0;
    if (outlined !== (judgement === "outlined")) return this.told.say(outlined ? "outlined" : "nothing");
    this.sent = true; // until the next picture comes, or the server could not save
    return this.told.done({ judgement: judgement === "outlined" ? "defective" : judgement, shapes: this.state.shapes });
  }

  /** Undo or redo, within this picture. */
  back(turn) {
    turn();
    if (!this.shape && !this.proposal) this.chosen = "";
    this.told.draft(this.state);
    this.show();
  }
}
