// What is half-done and has not reached the server yet: a session can end, or a line break, between a stroke and its draft.
// The browser's tab keeps it, for the same person and the same version of the label, and gives it back when he returns.

const MOST = 20;

export class Memory {
  constructor(person) {
    this.prefix = `half-done ${person} `;
  }

  /** state: {shapes, proposals} of the document ({url, version}). */
  keep({ url, version }, { shapes, proposals }) {
    try {
      sessionStorage.setItem(this.prefix + url, JSON.stringify({ version, shapes, proposals }));
      const kept = Object.keys(sessionStorage).filter((key) => key.startsWith("half-done "));
      for (const key of kept.slice(0, -MOST)) if (key !== this.prefix + url) sessionStorage.removeItem(key);
    } catch {
      // A tab that may keep nothing: the server's drafts are all there is.
    }
  }

  /** The document as it was left here, or as it is. */
  recall(doc) {
    const kept = JSON.parse(sessionStorage.getItem(this.prefix + doc.url) ?? "null");
    return kept?.version === doc.version ? { ...doc, shapes: kept.shapes, proposals: kept.proposals } : doc;
  }

  /** The server has it. */
  forget(url) {
    sessionStorage.removeItem(this.prefix + url);
  }
}
