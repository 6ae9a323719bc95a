export { Keys } from "./keys.js";
export { Prefetch } from "./prefetch.js";
export { Work } from "./work.js";
