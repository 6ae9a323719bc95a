// Undo and redo within one picture. A state is a value: it is never changed, only replaced.

const MOST = 200;

export class History {
  constructor(state) {
    this.states = [state];
    this.at = 0;
  }

  get now() {
    return this.states[this.at];
  }

  get undoable() {
    return this.at > 0;
  }

  get redoable() {
    return this.at < this.states.length - 1;
  }

  /** True where the state is another one than the last. */
  keep(state) {
    if (JSON.stringify(state) === JSON.stringify(this.now)) return false;
    this.states = [...this.states.slice(0, this.at + 1), state].slice(-MOST);
    this.at = this.states.length - 1;
    return true;
  }

  undo() {
    if (this.undoable) this.at -= 1;
    return this.now;
  }

  redo() {
    if (this.redoable) this.at += 1;
    return this.now;
  }
}
