// Annotorious' module reads Node's `process`, which browsers lack: this must be imported before it.
globalThis.process ??= { env: { NODE_ENV: "production" } };
