// What is outlined: {id, name (its class), kind: "box"|"polygon", points: [[x, y], ...]} in px of the picture. A box has its
// top left and bottom right corner. Nothing here touches the page.

const LEAST = 2; // px; a shape without area is none

let last = 0;
export const newId = () => `s${Date.now().toString(36)}-${(last += 1)}`;

/** New shapes like these, no proposals any more. */
export const copied = (shapes) => shapes.map(({ name, kind, points }) => ({ id: newId(), name, kind, points }));

export const boundsOf = (points) => {
  const xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
};

const round = (value) => Math.round(value * 10) / 10;
const within = (value, most) => round(Math.min(Math.max(value, 0), most));

/** The shape inside its picture, to a tenth of a pixel; null where nothing of it is left. */
export function sound(shape, [width, height]) {
  let points = shape.points.map(([x, y]) => [within(x, width), within(y, height)]);
  const [x1, y1, x2, y2] = boundsOf(points);
  if (x2 - x1 < LEAST || y2 - y1 < LEAST) return null;
  if (shape.kind === "box") points = [[x1, y1], [x2, y2]];
  return { ...shape, points };
}

/** Moved by dx, dy [px], no further than the picture's edge. */
export function moved(shape, dx, dy, [width, height]) {
  const [x1, y1, x2, y2] = boundsOf(shape.points);
  const x = Math.min(Math.max(dx, -x1), width - x2), y = Math.min(Math.max(dy, -y1), height - y2);
  return { ...shape, points: shape.points.map((point) => [point[0] + x, point[1] + y]) };
}

/** One point moved; of a box, a corner (0 to 3, clockwise from the top left). */
export function bent(shape, at, dx, dy) {
  if (shape.kind === "polygon") {
    const points = shape.points.map((point, n) => (n === at ? [point[0] + dx, point[1] + dy] : point));
    return { ...shape, points };
  }
  const [[x1, y1], [x2, y2]] = shape.points;
  const left = at === 0 || at === 3, top = at < 2;
  return { ...shape, points: [[left ? x1 + dx : x1, top ? y1 + dy : y1], [left ? x2 : x2 + dx, top ? y2 : y2 + dy]] };
}

/** The points that can be bent. */
export function corners(shape) {
  if (shape.kind === "polygon") return shape.points;
  const [[x1, y1], [x2, y2]] = shape.points;
  return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];
}

export const outline = (shape) => corners(shape).map((point) => point.join(",")).join(" ");

export const holds = (shape, [x, y]) => {
  const [x1, y1, x2, y2] = boundsOf(shape.points);
  return x1 <= x && x <= x2 && y1 <= y && y <= y2;
};

export function toAnnotation(shape) {
  const [minX, minY, maxX, maxY] = boundsOf(shape.points);
  const bounds = { minX, minY, maxX, maxY };
  const selector =
    shape.kind === "box"
      ? { type: "RECTANGLE", geometry: { x: minX, y: minY, w: maxX - minX, h: maxY - minY, rot: 0, bounds } }
      : { type: "POLYGON", geometry: { points: shape.points, bounds } };
  const bodies = [{ id: `${shape.id}-class`, annotation: shape.id, purpose: "tagging", value: shape.name }];
  return { id: shape.id, bodies, target: { annotation: shape.id, selector } };
}

export function toShape(annotation, name) {
  const { geometry } = annotation.target.selector;
  const found = { id: annotation.id, name: annotation.bodies[0]?.value ?? name };
  if (geometry.points) return { ...found, kind: "polygon", points: geometry.points };
  const { x, y, w, h } = geometry;
  return { ...found, kind: "box", points: [[x, y], [x + w, y + h]] };
}
