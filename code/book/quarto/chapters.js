// An execution engine of Quarto (1.9 or newer) that executes nothing: the pre-render step has, and left the markdown of
// every chapter, the same for all formats, below .chapters/quarto.
let quarto;

export default {
  name: "chapters",
  quartoRequired: ">=1.9.0",
  init: (api) => {
    quarto = api;
  },
  defaultExt: ".qmd",
  defaultYaml: () => [],
  defaultContent: () => [],
  validExtensions: () => [".qmd"],
  claimsFile: (_file, extension) => extension === ".qmd",
  claimsLanguage: () => false,
  canFreeze: false,
  generatesFigures: true,
  launch: (project) => ({
    name: "chapters",
    canFreeze: false,
    markdownForFile: (file) => Promise.resolve(quarto.mappedString.fromFile(file)),
    target: (file, _quiet, markdown) => {
      const text = markdown ?? quarto.mappedString.fromFile(file);
      const metadata = quarto.markdownRegex.extractYaml(text.value);
      return Promise.resolve({ source: file, input: file, markdown: text, metadata });
    },
    partitionedMarkdown: (file) => Promise.resolve(quarto.markdownRegex.partition(Deno.readTextFileSync(file))),
    execute: (options) => {
      const name = options.target.source.slice(project.dir.length + 1);
      let markdown;
      try {
        markdown = Deno.readTextFileSync(`${project.dir}/.chapters/quarto/${name}`);
      } catch {
        throw new Error(`${name} was not executed: let _quarto.yml have "pre-render: code/book/pre_render.py"`);
      }
      return Promise.resolve({ engine: "chapters", markdown, supporting: [], filters: [] });
    },
    dependencies: () => Promise.resolve({ includes: {} }),
    postprocess: () => Promise.resolve(),
  }),
};
