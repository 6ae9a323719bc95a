// Annotorious behind four words: put, edit, draw, shapes. It is made anew for each picture, because its own undo would
// reach into the one before.
import "./environment.js";
import { createImageAnnotator } from "cell-annotorious/annotorious.es.js";
import { sound, toAnnotation, toShape } from "./shapes.js";

const TOOLS = { box: ["rectangle", "drag"], polygon: ["polygon", "click"] };

export class Surface {
  /** told: {colour(name), name() of new shapes, handle (its word), changed(), drawn(id), selected(id)} */
  constructor(image, told) {
    this.image = image;
    this.told = told;
    this.quiet = false;
    this.annotator = createImageAnnotator(image, {
      drawingEnabled: false,
      autoSave: true,
      theme: "light",
      style: (annotation, state) => this.style(annotation, state),
    });
    this.annotator.on("createAnnotation", ({ id }) => this.created(id));
    // Annotorious tells of its selection later than it changes, also of what was chosen by us.
    const selected = () => this.quiet || told.selected(this.annotator.getSelected()[0]?.id ?? "");
    this.annotator.element.addEventListener("pointerup", () => setTimeout(selected));
    // Annotorious' handles are buttons without a name.
    this.naming = new MutationObserver(() => this.name());
    this.naming.observe(this.annotator.element, { childList: true, subtree: true });
    this.annotator.state.store.observe(() => this.quiet || told.changed(), { origin: "LOCAL" });
  }

  get size() {
    return [this.image.naturalWidth, this.image.naturalHeight];
  }

  /** Shows these shapes, and handles on the one with this id. */
  put(shapes, chosen) {
    this.silently(() => {
      this.annotator.setSelected();
      this.annotator.setAnnotations(shapes.map(toAnnotation), true);
      if (shapes.some(({ id }) => id === chosen)) this.annotator.setSelected(chosen, true);
    });
  }

  choose(id) {
    this.silently(() => (id ? this.annotator.setSelected(id, true) : this.annotator.setSelected()));
  }

  /** What is drawn, cut to the picture. */
  shapes() {
    const all = this.annotator.getAnnotations().map((one) => sound(toShape(one, this.told.name()), this.size));
    return all.filter((shape) => shape !== null);
  }

  /** Takes a tool, null: none. While one is held nothing can be selected, so that it draws over shapes too. */
  hold(tool) {
    this.annotator.cancelDrawing();
    this.annotator.setUserSelectAction(tool ? "NONE" : "EDIT");
    if (tool) {
      const [name, mode] = TOOLS[tool];
      this.choose("");
      this.annotator.setDrawingMode(mode);
      this.annotator.setDrawingTool(name);
    }
    this.annotator.setDrawingEnabled(Boolean(tool));
  }

  cancel() {
    this.annotator.cancelDrawing();
  }

  show(visible) {
    this.annotator.setVisible(visible);
  }

  name() {
    for (const handle of this.annotator.element.querySelectorAll("[role=button]:not([aria-label])"))
      handle.setAttribute("aria-label", this.told.handle);
  }

  destroy() {
    this.quiet = true;
    this.naming.disconnect();
    this.annotator.destroy();
  }

  created(id) {
    const body = { id: `${id}-class`, annotation: id, purpose: "tagging", value: this.told.name() };
    this.silently(() => this.annotator.state.store.addBody(body, "REMOTE"));
    this.told.drawn(id);
  }

  style(annotation, state) {
    const stroke = this.told.colour(annotation.bodies[0]?.value ?? this.told.name());
    return { stroke, fill: stroke, fillOpacity: state?.selected ? 0.18 : 0.06, strokeWidth: state?.selected ? 3 : 2 };
  }

  silently(act) {
    const before = this.quiet;
    this.quiet = true;
    try {
      act();
    } finally {
      this.quiet = before;
    }
  }
}
