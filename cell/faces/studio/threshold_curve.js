// What a threshold brings, as a curve with a handle under it. The handle is a slider of the browser's: mouse, finger and
// arrow keys move it; a finger may also be laid on the curve itself.
const LEFT = 44, RIGHT = 12, TOP = 12, BOTTOM = 26, WIDTH = 640, HEIGHT = 220;
const TELL_MS = 150;

export default {
  props: { curve: Object, words: Object, start: Number },
  template: `
    <div class="tc">
      <svg class="tc-plot" :viewBox="'0 0 ' + ${WIDTH} + ' ' + ${HEIGHT}" role="img" :aria-label="words.plot" ref="plot"
        @pointerdown="grip" @pointermove="drag" @pointerup="drop" @pointercancel="drop">
        <g class="tc-grid"><template v-for="k in 5" :key="k">
          <line x1="${LEFT}" x2="${WIDTH - RIGHT}" :y1="y((k - 1) / 4)" :y2="y((k - 1) / 4)"/>
          <text x="${LEFT - 6}" :y="y((k - 1) / 4) + 4" text-anchor="end">{{ 25 * (k - 1) }} %</text>
        </template></g>
        <text v-for="k in 10" :key="k" :x="x(k / 10)" y="${HEIGHT - 8}" text-anchor="middle" v-show="k < 10">{{ (k / 10).toFixed(1) }}</text>
        <polyline class="tc-reviews" :points="line(curve.reviews, 1)"/>
        <polyline class="tc-cost" :points="line(curve.cost, most)"/>
        <polyline class="tc-rejects" :points="line(curve.false_rejects, 1)"/>
        <polyline class="tc-escapes" :points="line(curve.escapes, 1)"/>
        <line class="tc-now" :x1="x(curve.now)" :x2="x(curve.now)" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>
        <line class="tc-at" :x1="x(value)" :x2="x(value)" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>
        <circle class="tc-spot tc-spot-escapes" :cx="x(value)" :cy="y(curve.escapes[index])" r="6"/>
        <circle class="tc-spot tc-spot-rejects" :cx="x(value)" :cy="y(curve.false_rejects[index])" r="6"/>
      </svg>
      <input class="tc-handle" type="range" :min="first" :max="last" step="0.01" :value="value" :aria-label="words.handle"
        :aria-valuetext="told" data-test="threshold" @input="move($event.target.valueAsNumber)">
      <dl class="tc-told" data-test="threshold-told">
        <div><dt>{{ words.threshold }}</dt><dd>{{ value.toFixed(2) }}</dd></div>
        <div class="tc-key-escapes"><dt>{{ words.escapes }}</dt><dd>{{ share(curve.escapes, curve.bad) }}</dd></div>
        <div class="tc-key-rejects"><dt>{{ words.false_rejects }}</dt><dd>{{ share(curve.false_rejects, curve.good) }}</dd></div>
        <div class="tc-key-reviews"><dt>{{ words.reviews }}</dt><dd>{{ percent(curve.reviews[index]) }}</dd></div>
        <div class="tc-key-cost"><dt>{{ words.cost }}</dt><dd>{{ curve.cost[index].toPrecision(3) }}</dd></div>
      </dl>
    </div>`,
  data: () => ({ value: 0.5, held: false, timer: null }),
  created() { this.value = this.start; },
  watch: { start(value) { this.value = value; } },
  computed: {
    first() { return this.curve.at[0]; },
    last() { return this.curve.at[this.curve.at.length - 1]; },
    index() { return Math.min(Math.max(Math.round((this.value - this.first) * 100), 0), this.curve.at.length - 1); },
    most() { return Math.max(...this.curve.cost, 1e-9); },
    told() { return `${this.value.toFixed(2)}: ${this.words.escapes} ${this.share(this.curve.escapes, this.curve.bad)}, ` +
      `${this.words.false_rejects} ${this.share(this.curve.false_rejects, this.curve.good)}`; },
  },
  unmounted() { clearTimeout(this.timer); },
  methods: {
    x(at) { return LEFT + (at - this.first) / (this.last - this.first) * (WIDTH - LEFT - RIGHT); },
    y(share) { return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM); },
    line(values, most) { return values.map((one, n) => `${this.x(this.curve.at[n]).toFixed(1)},${this.y(one / most).toFixed(1)}`).join(" "); },
    percent(share) { return `${(100 * share).toFixed(1)} %`; },
    share(values, all) { return `${Math.round(values[this.index] * all)} / ${all} (${this.percent(values[this.index])})`; },
    grip(event) { this.held = true; event.currentTarget.setPointerCapture(event.pointerId); this.drag(event); },
    drop() { this.held = false; },
    drag(event) {
      if (!this.held) return;
      const box = this.$refs.plot.getBoundingClientRect();
      const at = (event.clientX - box.x) * WIDTH / box.width - LEFT;
      this.move(this.first + at / (WIDTH - LEFT - RIGHT) * (this.last - this.first));
    },
    move(at) {
      this.value = Math.round(Math.min(Math.max(at, this.first), this.last) * 100) / 100;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.$emit("moved", this.value), TELL_MS);
    },
  },
};
