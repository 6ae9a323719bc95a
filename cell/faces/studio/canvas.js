// The canvas with its tools, as a component of a NiceGUI page. What it does is in browser/; here is what it looks like.
import { Keys, Memory, Prefetch, Work } from "cell-studio";

const TOOLS = [
  ["box", "crop_din"], ["polygon", "timeline"], ["undo", "undo"], ["redo", "redo"],
  ["delete", "delete"], ["copy", "content_copy"], ["accept", "done_all"], ["refuse", "close"],
  ["blink", "compare"], ["slider", "vertical_split"], ["difference", "exposure"], ["heat", "whatshot"],
  ["zoom_in", "zoom_in"], ["zoom_out", "zoom_out"], ["fit", "zoom_out_map"], ["hide", "layers_clear"],
  ["skip", "redo"], ["help", "keyboard"],
].map(([action, icon]) => ({ action, icon }));
const DRAFT_MS = 400;
const LAYERS = ["blink", "slider", "difference", "heat"];

export default {
  props: { words: Object, keys: Array, names: Object, person: String },
  template: `
    <div class="lc">
      <div class="lc-tools" role="toolbar" :aria-label="words.tools">
        <button v-for="tool in tools" :key="tool.action" type="button" class="lc-tool" :data-test="'tool-' + tool.action"
          :disabled="off(tool.action)" :aria-pressed="pressed(tool.action)" :title="hint(tool.action)"
          :aria-label="hint(tool.action)" @click="act(tool.action)">
          <q-icon :name="tool.icon" aria-hidden="true"/><span>{{ words[tool.action] }}</span>
        </button>
      </div>
      <div class="lc-frame" ref="frame" tabindex="0" role="application" :aria-label="words.canvas" data-test="canvas">
        <div class="lc-sheet" ref="sheet"><div class="lc-marks" ref="marks"></div></div>
      </div>
      <div class="lc-state">
        <input v-if="layer === 'slider'" type="range" min="0" max="100" :value="cut" :aria-label="words.slider" data-test="cut"
          @input="slide($event.target.valueAsNumber)">
        <span aria-live="polite" data-test="canvas-state">{{ told }}</span>
      </div>
      <div class="lc-classes" role="toolbar" :aria-label="words.class">
        <button v-for="(kind, n) in classes" :key="kind.name" type="button" class="lc-class" :data-test="'class-' + kind.name"
          :style="{ '--class': kind.colour }" :aria-pressed="kind.name === name" @click="act('class', String(n + 1))">
          <kbd v-if="n < 9" aria-hidden="true">{{ n + 1 }}</kbd><i aria-hidden="true"></i>{{ kind.word }}
        </button>
      </div>
      <div class="lc-ends">
        <button v-for="end in ['unusable', 'good', 'save']" :key="end" type="button" :class="'lc-end lc-' + end"
          :data-test="end" :disabled="!open" @click="act(end)">{{ words[end] }} <kbd aria-hidden="true">{{ names[end] }}</kbd></button>
      </div>
    </div>`,
  data: () => ({ open: false, tool: null, layer: "", name: "", told: "", cut: 50, classes: [], can: {}, tools: TOOLS, hidden: false }),
  mounted() {
    const told = {
      handle: this.words.handle,
      changed: (work) => this.changed(work),
      draft: () => this.later(),
      done: (said) => this.send(said),
      say: (code) => this.$emit("say", code),
    };
    this.work = new Work(this.$refs, told);
    this.prefetch = new Prefetch();
    this.memory = new Memory(this.person);
    Object.assign(this, { seen: new Set(), next: [], urls: new Map() });
    this.table = new Keys(this.keys, (action, key) => this.act(action, key));
    this.$emit("ready");
  },
  beforeUnmount() {
    this.table.close();
    this.work.unload();
  },
  methods: {
    /** Shows a document ({ticket, url, shapes, proposals, classes, golden, heat, fixed}) now; `ahead` come after it. */
    async load(doc, ahead) {
      if (this.work.doc && this.drafting) this.draft();
      this.seen = new Set([doc.ticket]);
      this.ahead(ahead);
      await this.show(doc);
    },
    /** What comes next is shown as soon as this one is done, without asking the server. */
    ahead(docs) {
      this.next = docs.filter(({ ticket }) => !this.seen.has(ticket));
      this.prefetch.ahead(this.next.flatMap(({ url, golden }) => [url, golden]));
    },
    async show(doc) {
      this.seen.add(doc.ticket);
      this.wanted = doc.ticket;
      try {
        const image = await this.prefetch.take(doc.url);
        if (this.wanted !== doc.ticket) return;
        this.work.before = this.saved;
        const recalled = this.memory.recall(doc);
        this.urls.set(doc.ticket, doc.url);
        this.work.load(recalled, image);
        if (recalled !== doc) this.draft();
        this.prefetch.ahead([doc.golden]);
      } catch (error) {
        this.open = false;
        this.$emit("lost", { ticket: doc.ticket, why: String(error) });
        return;
      }
      this.classes = doc.classes.map((kind) => ({ ...kind, colour: this.work.colour(kind.name) }));
      this.open = true;
      if (document.activeElement === document.body || document.activeElement?.closest(".lc")) this.$refs.frame.focus();
      requestAnimationFrame(() => this.$emit("shown", { ticket: doc.ticket, at: performance.now() }));
    },
    /** The server has what it was told last of this showing. */
    kept(ticket) {
      if (this.drafting && this.work.doc?.ticket === ticket) return; // there is something newer already
      this.memory.forget(this.urls.get(ticket));
    },
    /** The server could not save: the picture is worked on. */
    resume() {
      if (this.work.doc) this.work.sent = false;
    },
    /** There is nothing to do any more. */
    empty() {
      this.wanted = "";
      this.open = false;
      this.work.unload();
    },
    act(action, key = "") {
      if (action === "class") return this.work.act(action, key);
      if (action === "note") return document.querySelector("[data-test=note] textarea, textarea[data-test=note]")?.focus();
      if (action === "help" || action === "skip") return this.$emit("asked", action);
      return this.work.act(action, key);
    },
    slide(percent) {
      this.cut = percent;
      this.work.layers.slideTo(percent);
    },
    send(said) {
      this.drafting = clearTimeout(this.drafting);
      this.saved = this.work.state.shapes;
      this.memory.keep(this.work.doc, this.work.state);
      const next = this.next.shift();
      // The server shows what comes next where it had not arrived here yet.
      this.$emit("done", { ticket: this.work.doc.ticket, went_on: Boolean(next), ...said });
      if (next) this.show(next);
      else this.work.choose(""); // the page may hide it: handles cannot be drawn at no size
    },
    later() {
      this.memory.keep(this.work.doc, this.work.state);
      clearTimeout(this.drafting);
      this.drafting = setTimeout(() => this.draft(), DRAFT_MS);
    },
    draft() {
      this.drafting = clearTimeout(this.drafting);
      if (this.work.doc) this.$emit("draft", { ticket: this.work.doc.ticket, ...this.work.state });
    },
    changed(work) {
      const { state, history, layers } = work;
      Object.assign(this, { tool: work.tool, layer: layers.shown, cut: layers.cut, name: work.name, hidden: !work.visible });
      const chosen = work.shape ?? work.proposal;
      this.can = {
        undo: history.undoable, redo: history.redoable, delete: Boolean(chosen), accept: state.proposals.length > 0,
        refuse: state.proposals.length > 0, copy: Boolean(work.before?.length),
        ...Object.fromEntries(LAYERS.map((layer) => [layer, layers.has(layer)])),
      };
      this.told = chosen ? this.describe(work, chosen) : work.tool ? this.words[work.tool + "_hint"] : this.count(state);
    },
    describe(work, { name, points, kind }) {
      const xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
      const size = [xs, ys].map((all) => Math.round(Math.max(...all) - Math.min(...all)));
      return [work.kind(name)?.word ?? name, this.words[kind], size.join(" × ") + " px"].join(" · ");
    },
    count({ shapes, proposals }) {
      return this.words.count.replace("%1", shapes.length).replace("%2", proposals.length);
    },
    off(action) {
      return action !== "help" && (!this.open || this.can[action] === false);
    },
    pressed(action) {
      if (LAYERS.includes(action)) return this.layer === action;
      if (action === "hide") return this.hidden;
      return ["box", "polygon"].includes(action) ? this.tool === action : null;
    },
    hint(action) {
      return this.names[action] ? `${this.words[action]} (${this.names[action]})` : this.words[action];
    },
  },
};
