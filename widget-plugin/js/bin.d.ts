// What `node widget-plugin/build.mjs` makes of each vocabulary: its bytes in base64.
declare module "*.bin.js" {
  const file: string;
  export default file;
}
