// The bundle of a project, which many films share.
import fs from 'node:fs';
import path from 'node:path';
import {as, say} from './protocol.mjs';
import {load, project} from './packages.mjs';
import {openBrowser} from './browser.mjs';
import {config, environmentRead} from './config.mjs';
import {browserOptions} from './films.mjs';

// The list of the files that a bundle was made from, next to the bundle's own files.
const record = 'greenroom-inputs.json';
const vendored = `${path.sep}node_modules${path.sep}`;
const source = /\.([cm]?[jt]sx?|p?css|s[ac]ss|less|styl|json|html|mdx|svg|glsl|vert|frag)$/;
const hidden = (name) => path.relative(project, name).split(path.sep).some((part) => /^\.[^.]/.test(part));

/** The files that a finished compilation read, without packages. */
const inputsOf = (compilation) => {
  const resources = new Set();
  for (const m of compilation.modules) if (m.resource) resources.add(m.resource.split('?')[0]);
  // A loader may read what it does not use: Tailwind reads every text of the project. Such a text is not an input.
  const read = [...compilation.fileDependencies].filter((name) => source.test(name) && !hidden(name));
  const files = new Set([...resources, ...read].filter((name) => path.isAbsolute(name) && !name.includes(vendored)));
  const above = (dir) => !path.relative(dir, project).startsWith('..');
  const own = (dir) => !above(dir) && !(dir + path.sep).includes(vendored) && !hidden(dir);
  const folders = [...compilation.contextDependencies].filter(own);
  return {files: [...files].sort(), folders: folders.sort()};
};

/** A plugin of webpack and of Rspack, which have the same hooks. */
const recorder = (keep) => ({
  apply: (compiler) => compiler.hooks.done.tap('greenroom', ({compilation}) => keep(inputsOf(compilation))),
});
const recorded = (override, keep) => async (given) => {
  const made = (await override?.(given)) ?? given;
  return {...made, plugins: [...(made.plugins ?? []), recorder(keep)]};
};

/** Makes a bundle in a folder that does not exist yet. */
export const bundle = async ({id, building, entryPoint, publicDir, browser}) => {
  const {bundle: make} = await load('@remotion/bundler');
  // Whoever needs it gets the error; Remotion's own may have to be downloaded first.
  if (browser) openBrowser(browserOptions(browser)).catch(() => {});
  say({id, stage: 'bundle', done: 0, total: 100, message: 'bundling the project'});
  const {setRspack: rspack, setPublicPath: publicPath, setAudioLatencyHint: audioLatencyHint} = config.values;
  const {webpackOverride, rspackOverride, bundlerOverride} = config.overrides;
  let inputs = {files: [], folders: []};
  const keep = (i) => (inputs = i);
  await make({
    entryPoint, rootDir: project, outDir: building, publicDir, symlinkPublicDir: true, enableCaching: false,
    ...(bundlerOverride ? {bundlerOverride} : {}),
    rspack: Boolean(rspack),
    webpackOverride: recorded(webpackOverride, keep),
    rspackOverride: recorded(rspackOverride, keep),
    ...(publicPath == null ? {} : {publicPath}),
    ...(audioLatencyHint == null ? {} : {audioLatencyHint}),
    onProgress: (percent) => say({id, stage: 'bundle', done: percent, total: 100}),
  }).catch(as('bundle'));
  fs.writeFileSync(path.join(building, record), JSON.stringify({...inputs, env: environmentRead()}));
};
