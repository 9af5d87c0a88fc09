// SPDX-License-Identifier: MIT
/*
 * The examples of docs/client.md, taken from the document: each block of code names its file. A page gets them as they
 * are, or bundled with the packages that they import.
 */
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compileScript, compileTemplate, parse } from "vue/compiler-sfc";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const TOP = path.resolve(HERE, "../..");

/* Text of each example by the name of its file. */
export async function examples() {
  const text = await fs.readFile(path.join(TOP, "docs/client.md"), "utf8");
  return new Map([...text.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, name, code]) => [name, code]));
}

/* The module of a component of Vue, as the plugins of bundlers make it. */
function componentOf(name, source) {
  const { descriptor } = parse(source, { filename: name });
  const { content, bindings } = compileScript(descriptor, { id: name, genDefaultAs: "component" });
  const { code } = compileTemplate({ id: name, filename: name, source: descriptor.template.content, compilerOptions: { bindingMetadata: bindings } });
  return `${content}\n${code}\nexport default Object.assign(component, { render });`;
}

const LOADERS = { ".js": "js", ".jsx": "jsx", ".ts": "ts", ".vue": "js" };

/* Finds examples by their names, and `sselog` in web/. */
const plugin = (files) => ({
  name: "examples",
  setup(builder) {
    builder.onResolve({ filter: /^sselog$/ }, () => ({ path: path.join(TOP, "web/sselog.js") }));
    builder.onResolve({ filter: /^\.\// }, ({ path: name, importer }) => files.has(name.slice(2)) && !importer.startsWith("/") ? { path: name.slice(2), namespace: "example" } : undefined);
    builder.onLoad({ filter: /./, namespace: "example" }, ({ path: name }) => {
      const contents = name.endsWith(".vue") ? componentOf(name, files.get(name)) : files.get(name);
      return { contents, loader: LOADERS[path.extname(name)], resolveDir: HERE };
    });
  },
});

/* One script of this program, which imports examples by "./NAME". development: with the checks of React and Vue. */
export async function bundleExamples(program, development = false) {
  const files = new Map([...(await examples()), ["main.jsx", program]]);
  const { outputFiles } = await build({
    entryPoints: ["./main.jsx"],
    bundle: true,
    write: false,
    jsx: "automatic",
    define: { "process.env.NODE_ENV": JSON.stringify(development ? "development" : "production") },
    logLevel: "silent",
    plugins: [plugin(files)],
  });
  return outputFiles[0].text;
}
