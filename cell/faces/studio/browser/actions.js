// Every action by its name: what the keys and the buttons do. Each is given the work, and the key; false: nothing to do.
import { copied, corners } from "./shapes.js";

export const CHANGES = new Set(["box", "polygon", "delete", "accept", "refuse", "copy", "class", "undo", "redo"]);

/** Shows what lies between picture and shapes, and tells the page when it is there. */
const layer = (turn) => (work) => {
  turn(work.layers).then(() => work.told.changed(work));
};

export const ACTIONS = {
  box: (work) => work.hold("box"),
  polygon: (work) => work.hold("polygon"),
  cancel: (work) => {
    work.surface.cancel();
    if (work.tool) work.hold(work.tool);
    else work.choose("");
  },
  corner: (work) => (work.tool ? work.corner_here() : false),
  move: (work, key) => work.arrows(key),
  resize: (work, key) => work.arrows(key),
  bend: (work) => {
    if (!work.shape) return false;
    work.corner = (work.corner + 1) % corners(work.shape).length;
    return work.show(false);
  },
  next_shape: (work) => work.walk(1),
  last_shape: (work) => work.walk(-1),
  delete: (work) => {
    if (work.proposal) return ACTIONS.refuse(work);
    if (!work.shape) return false;
    return work.keep(work.state.shapes.filter(({ id }) => id !== work.chosen));
  },
  class: (work, key) => {
    const kind = work.doc.classes[Number(key) - 1];
    if (!kind) return false;
    work.name = kind.name;
    if (work.shape || work.proposal) work.change((one) => ({ ...one, name: kind.name }));
    return work.show();
  },
  accept: (work) => {
    if (work.proposal) return work.adopt();
    const taken = copied(work.state.proposals);
    if (taken.length === 1) work.chosen = taken[0].id;
    return work.keep([...work.state.shapes, ...taken], []);
  },
  refuse: (work) => work.keep(work.state.shapes, work.state.proposals.filter((one) => work.proposal && one !== work.proposal)),
  copy: (work) => (work.before?.length ? work.keep([...work.state.shapes, ...copied(work.before)]) : work.told.say("nothing_before")),
  undo: (work) => work.back(() => work.history.undo()),
  redo: (work) => work.back(() => work.history.redo()),
  blink: layer((layers) => layers.toggle("blink")),
  slider: layer((layers) => layers.toggle("slider")),
  slide_left: layer((layers) => layers.slide(-5)),
  slide_right: layer((layers) => layers.slide(5)),
  difference: layer((layers) => layers.toggle("difference")),
  heat: layer((layers) => layers.toggle("heat")),
  hide: (work) => {
    work.visible = !work.visible;
    work.show();
  },
  zoom_in: (work) => work.viewport.zoomBy(1.4),
  zoom_out: (work) => work.viewport.zoomBy(1 / 1.4),
  fit: (work) => work.viewport.fit(),
  save: (work) => (work.tool === "polygon" && work.started.length > 2 ? work.finish("polygon", work.started) : work.done("outlined")),
  good: (work) => work.done("good"),
  unusable: (work) => work.done("unusable"),
};
