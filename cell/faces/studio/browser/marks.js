// What is drawn over the picture besides the shapes themselves: their names, dashed proposals, the crosshair and the corner
// that keys move. Names and proposals are buttons for a mouse or finger; keys reach them by Tab.
import { boundsOf, corners, outline } from "./shapes.js";

const SVG = "http://www.w3.org/2000/svg";

export class Marks {
  /** told: {colour(name), word(name), pressed(id)} */
  constructor(element, told) {
    this.told = told;
    this.tags = element.appendChild(document.createElement("div"));
    this.drawing = element.insertBefore(document.createElementNS(SVG, "svg"), this.tags);
    this.drawing.setAttribute("preserveAspectRatio", "none");
    this.drawing.setAttribute("aria-hidden", "true");
  }

  /** state: {shapes, proposals}; view: {chosen, corner, cross, started, visible, size} */
  show({ shapes, proposals }, view) {
    const [width, height] = view.size;
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.drawing.replaceChildren();
    const dashed = view.visible ? proposals : [];
    for (const proposal of dashed) this.propose(proposal, proposal.id === view.chosen);
    if (view.cross) this.cross(view);
    const chosen = shapes.find(({ id }) => id === view.chosen);
    if (chosen && view.visible) this.follow(chosen, view);
    const tagged = view.visible ? [...shapes, ...proposals] : [];
    this.tags.replaceChildren(...tagged.map((shape) => this.tag(shape, view)));
  }

  propose(proposal, chosen) {
    const points = outline(proposal), colour = this.told.colour(proposal.name);
    this.line("polygon", { points, class: "lc-under" });
    this.line("polygon", { points, class: chosen ? "lc-dashed lc-chosen" : "lc-dashed", style: `stroke:${colour}` });
  }

  follow(shape, { corner }) {
    if (corner < 0) return;
    const [x, y] = corners(shape)[corner] ?? corners(shape)[0];
    this.dot(x, y, "lc-corner");
  }

  cross({ cross: [x, y], started, size: [width, height] }) {
    for (const name of ["lc-under", "lc-cross"]) {
      this.line("line", { x1: x, x2: x, y1: 0, y2: height, class: name });
      this.line("line", { x1: 0, x2: width, y1: y, y2: y, class: name });
    }
    if (started.length) {
      const points = [...started, [x, y]].map((point) => point.join(",")).join(" ");
      this.line("polyline", { points, class: "lc-under" });
      this.line("polyline", { points, class: "lc-dashed", style: "stroke:#fff" });
    }
    for (const [px, py] of started) this.dot(px, py, "lc-corner");
  }

  dot(x, y, name) {
    // A line of no length with round ends is a dot whose size no zoom changes.
    for (const one of ["lc-dot-under", name]) this.line("line", { x1: x, y1: y, x2: x, y2: y, class: one });
  }

  line(kind, attributes) {
    const element = this.drawing.appendChild(document.createElementNS(SVG, kind));
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  }

  tag(shape, { chosen, size: [width, height] }) {
    const [x1, y1, , y2] = boundsOf(shape.points), tag = document.createElement("button");
    const proposed = shape.score !== undefined || shape.by !== undefined;
    // No room above: below, so that a small shape is not hidden; inside one that fills the height.
    const low = y1 < height * 0.06, within = low && y2 > height * 0.94;
    tag.className = ["lc-tag", proposed && "lc-proposed", shape.id === chosen && "lc-chosen", low && "lc-below"]
      .filter(Boolean).join(" ");
    tag.type = "button";
    tag.tabIndex = -1;
    tag.dataset.id = shape.id;
    tag.style.cssText = `left:${(100 * x1) / width}%;top:${(100 * (low && !within ? y2 : y1)) / height}%;--class:${this.told.colour(shape.name)}`;
    const more = shape.by ?? (shape.score === undefined ? "" : shape.score.toFixed(2));
    tag.textContent = [this.told.word(shape.name), more].filter(Boolean).join(" · ");
    tag.addEventListener("click", () => this.told.pressed(shape.id));
    return tag;
  }
}
