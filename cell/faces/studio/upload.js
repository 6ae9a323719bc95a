// Files go up one after another, each as the body of a request of its own: a folder keeps its paths, nothing is held in
// memory, and the bar shows bytes that have really arrived.
export default {
  props: { url: String, words: Object },
  template: `
    <div class="up">
      <div class="st-row">
        <label class="st-button up-choose"><input type="file" data-test="upload-file" :disabled="busy" @change="choose"
          accept=".zip,.tar,.tar.gz,.tgz,.json,.xml">{{ words.archive }}</label>
        <label class="st-button up-choose"><input type="file" data-test="upload-folder" :disabled="busy" @change="choose"
          webkitdirectory multiple>{{ words.folder }}</label>
      </div>
      <div v-if="all" class="up-bar" role="progressbar" :aria-label="words.progress" aria-valuemin="0" aria-valuemax="100"
        :aria-valuenow="percent"><div :style="{ width: percent + '%' }"></div></div>
      <div v-if="all" data-test="upload-state" aria-live="polite">{{ told }}</div>
    </div>`,
  data: () => ({ busy: false, sent: 0, all: 0, told: "" }),
  computed: {
    percent() {
      return this.all ? Math.floor((100 * this.sent) / this.all) : 0;
    },
  },
  methods: {
    async choose(event) {
      const files = [...event.target.files];
      event.target.value = "";
      if (!files.length || this.busy) return;
      this.$emit("begun");
      Object.assign(this, { busy: true, sent: 0, all: files.reduce((sum, file) => sum + file.size, 0) || 1 });
      try {
        await this.send("DELETE", "", null);
        let before = 0;
        for (const [n, file] of files.entries()) {
          this.told = `${n + 1} / ${files.length}: ${file.name}`;
          await this.send("POST", file.webkitRelativePath || file.name, file, (bytes) => (this.sent = before + bytes));
          before += file.size;
        }
        this.sent = this.all;
        this.told = this.words.arrived.replace("%1", files.length);
        this.$emit("arrived", { files: files.length });
      } catch (why) {
        this.told = why || this.words.broken;
        this.$emit("broken");
      }
      this.busy = false;
    },
    send(method, path, body, progress) {
      return new Promise((done, fail) => {
        const request = new XMLHttpRequest();
        request.open(method, `${window.path_prefix ?? ""}${this.url}?path=${encodeURIComponent(path)}`);
        request.upload.onprogress = (event) => progress?.(event.loaded);
        request.onload = () => {
          if (request.status < 300) done();
          else fail(request.status === 422 ? request.responseText.trim() : "");
        };
        request.onerror = request.onabort = () => fail("");
        request.send(body);
      });
    },
  },
};
