// The engine's types are generated with it: `node widget-plugin/build.mjs`.
export * from "../dist/engine.js";
export { default } from "../dist/engine.js";
