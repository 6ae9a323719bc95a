export { Keys } from "./keys.js";
export { Memory } from "./memory.js";
export { Prefetch } from "./prefetch.js";
export { Work } from "./work.js";
