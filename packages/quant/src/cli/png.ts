import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);
const bytesOf = (module: string): Uint8Array => readFileSync(resolve(module));
/** Twice the size of the drawing, so that small figures stay legible. */
const ZOOM = 2;

let ready: Promise<unknown> | undefined;

/** An SVG drawing as a PNG picture. Renderer and letters come with the package, so that every machine draws the same. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  // Loaded here, since nothing but this needs them.
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  ready ??= initWasm(bytesOf("@resvg/resvg-wasm/index_bg.wasm"));
  await ready;
  const fonts = ["DejaVuSans", "DejaVuSans-Bold"].map((name) => bytesOf(`dejavu-fonts-ttf/ttf/${name}.ttf`));
  const drawing = new Resvg(svg, {
    fitTo: { mode: "zoom", value: ZOOM },
    font: { fontBuffers: fonts, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
  });
  return drawing.render().asPng();
}
