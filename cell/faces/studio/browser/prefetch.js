// Pictures that come next, decoded before they are asked for.

const KEPT = 6;

export class Prefetch {
  constructor() {
    this.images = new Map();
  }

  /** A decoded image element; it belongs to whoever takes it. */
  async take(url) {
    const image = this.images.get(url) ?? fresh(url);
    this.images.delete(url);
    await image.decode();
    return image;
  }

  ahead(urls) {
    for (const url of urls.filter((one) => one && !this.images.has(one))) {
      const image = fresh(url);
      image.decode().catch(() => this.images.delete(url)); // asked for again when it is wanted
      this.images.set(url, image);
    }
    for (const url of [...this.images.keys()].slice(0, -KEPT)) this.images.delete(url);
  }
}

const fresh = (url) => Object.assign(new Image(), { src: url, alt: "", draggable: false });
