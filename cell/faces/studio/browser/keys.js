// From a key to the name of what it does. The table comes from the server, which also writes the help from it.

const PLAIN = { " ": "Space", Del: "Delete", "?": "?" };

/** As the table writes it: "Ctrl+Shift+z", "Shift+ArrowLeft", "b", "?". */
export function named(event) {
  const key = PLAIN[event.key] ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  const shifted = event.shiftKey && (key.length > 1 || /[a-z]/.test(key));
  return [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", shifted && "Shift", key].filter(Boolean).join("+");
}

/** Letters by the place of the key where the layout writes none of ours, such as Hangul. */
function latin(event) {
  if (/^[\x20-\x7e]$/.test(event.key) || !/^Key[A-Z]$/.test(event.code)) return event;
  const { ctrlKey, metaKey, altKey, shiftKey } = event;
  return { ctrlKey, metaKey, altKey, shiftKey, key: event.code.slice(3).toLowerCase() };
}

export class Keys {
  /** table: [[action, [key, ...]], ...]; act(action, key) is true where the key is taken. */
  constructor(table, act) {
    this.actions = new Map(table.flatMap(([action, keys]) => keys.map((key) => [key, action])));
    this.act = act;
    this.listener = (event) => this.hear(event);
    // Before everybody else: Annotorious would undo in its own way, wherever the focus is.
    window.addEventListener("keydown", this.listener, true);
  }

  close() {
    window.removeEventListener("keydown", this.listener, true);
  }

  hear(event) {
    const composed = event.code?.startsWith("Key") && event.keyCode === 229;
    const pressed = named(latin(event)), action = this.actions.get(pressed);
    if (event.target.type === "range" && /^(Arrow|Home|End|Page)/.test(event.key)) return;
    if (event.target.closest?.("input:not([type=range]), textarea, select, [contenteditable=true]")) {
      if (/^Ctrl\+(Shift\+)?[zy]$/.test(pressed)) event.stopImmediatePropagation();
      return;
    }
    if (!action || (event.isComposing && !composed) || document.querySelector(".q-dialog")) return;
    if (/^(Enter|Space)$/.test(pressed) && event.target.closest?.("button, a, summary, [role=button]:not(.a9s-handle *)")) return;
    if (pressed.endsWith("Tab") && !event.target.closest?.(".lc-frame")) return;
    if (this.act(action, pressed) === false) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
