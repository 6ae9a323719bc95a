// What lies between the picture and the shapes: the golden sample (blinking, or cut by a slider), the difference to it, and
// the anomaly heat map. One of them at a time.

const BLINK_MS = 450;
const GAIN = 3;

export class Layers {
  constructor() {
    this.element = document.createElement("div");
    this.element.className = "lc-layers";
    this.shown = "";
    this.cut = 50;
  }

  /** urls: {golden, heat}, each '' where there is none. */
  load(picture, urls) {
    this.hide();
    this.picture = picture;
    this.urls = urls;
    this.made = {};
    this.element.replaceChildren();
    picture.after(this.element);
  }

  has(layer) {
    return Boolean(layer === "heat" ? this.urls?.heat : this.urls?.golden);
  }

  /** Shows the layer, or hides it where it is shown already; what is shown then. */
  async toggle(layer) {
    const next = this.shown === layer || !this.has(layer) ? "" : layer;
    this.hide();
    if (!next) return "";
    this.shown = next;
    const made = await this.make(next);
    if (this.shown !== next) return this.shown; // another one was asked for in the meantime
    this.element.replaceChildren(made);
    made.style.clipPath = "";
    if (next === "slider") {
      this.element.append(Object.assign(document.createElement("div"), { className: "lc-cut" }));
      this.slideTo(this.cut);
    }
    if (next === "blink") this.timer = setInterval(() => made.classList.toggle("lc-off"), BLINK_MS);
    return next;
  }

  async slide(by) {
    this.slideTo(this.cut + by);
    return this.shown === "slider" ? "slider" : this.toggle("slider");
  }

  /** Where the golden sample begins, in percent from the left. */
  slideTo(percent) {
    this.cut = Math.min(100, Math.max(0, percent));
    const [golden, line] = this.element.children;
    if (this.shown !== "slider" || !line) return;
    golden.style.clipPath = `inset(0 0 0 ${this.cut}%)`;
    line.style.left = `${this.cut}%`;
  }

  hide() {
    clearInterval(this.timer);
    this.shown = "";
    this.element.replaceChildren();
  }

  async make(layer) {
    if (layer === "heat") return (this.made.heat ??= await loaded(this.urls.heat, "lc-heat"));
    const golden = (this.made.golden ??= await loaded(this.urls.golden, ""));
    golden.classList.remove("lc-off");
    return layer === "difference" ? (this.made.difference ??= difference(this.picture, golden)) : golden;
  }
}

async function loaded(url, name) {
  const image = Object.assign(new Image(), { src: url, alt: "", className: name, draggable: false });
  await image.decode();
  return image;
}

/** Bright where the two differ in grey, whatever their mean brightness. */
function difference(picture, golden) {
  const width = picture.naturalWidth, height = picture.naturalHeight;
  const [a, b] = [picture, golden].map((image) => greys(image, width, height));
  const shift = mean(a) - mean(b);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d"), out = context.createImageData(width, height);
  for (let n = 0; n < a.length; n += 1) {
    const apart = Math.min(255, Math.abs(a[n] - b[n] - shift) * GAIN);
    out.data.set([apart, apart * 0.75, apart * 0.2, 255], 4 * n);
  }
  context.putImageData(out, 0, 0);
  return canvas;
}

function greys(image, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Float32Array.from({ length: width * height }, (_, n) => 0.3 * data[4 * n] + 0.59 * data[4 * n + 1] + 0.11 * data[4 * n + 2]);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
