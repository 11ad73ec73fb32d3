// The project's own configuration: remotion.config.ts or .js as Remotion's CLI reads it, and .env.
import fs from 'node:fs';
import Module, {createRequire} from 'node:module';
import path from 'node:path';
import util from 'node:util';
import {AsyncLocalStorage} from 'node:async_hooks';
import {Fault, state} from './protocol.mjs';
import {project, require, resolve} from './packages.mjs';
import {aliases, unknown} from './settings.mjs';

/** The values of the configuration; set once by readConfig. */
export const config = {
  values: {}, // by setting: its last value
  overrides: {}, // of the bundler: {bundlerOverride, webpackOverride, rspackOverride}
};

// A configuration may read variables of the environment, as may the functions that it passes to the bundler. They are
// reported: with other values the configuration may differ. Variables that differ in every run are not.
const reading = new AsyncLocalStorage();
const variablesRead = new Set();
const ignored = new Set(['TMPDIR', 'TMP', 'TEMP', 'PWD', 'OLDPWD', 'SHLVL', '_', 'NODE_V8_COVERAGE']);
process.env = new Proxy(process.env, {
  get(env, name) {
    if (reading.getStore() && typeof name === 'string' && !ignored.has(name)) variablesRead.add(name);
    return Reflect.get(env, name);
  },
  // By default a proxy defines a property, which process.env refuses for one that it has.
  set(env, name, value) {
    env[name] = value;
    return true;
  },
  has(env, name) {
    if (reading.getStore() && typeof name === 'string' && !ignored.has(name)) variablesRead.add(name);
    return Reflect.has(env, name);
  },
});

/** A function of the project's configuration, with what it reads of the environment. */
export const observed = (f) => (f ? (...args) => reading.run(true, () => f(...args)) : undefined);
export const environmentRead = () => [...variablesRead].sort();

/** esbuild, which @remotion/bundler depends on. */
const compiler = () => {
  try {
    const bundler = resolve('@remotion/bundler');
    try {
      return createRequire(bundler)('esbuild');
    } catch {
      return require(bundler).BundlerInternals.esbuild;
    }
  } catch (e) {
    throw new Fault('packages', e);
  }
};

/** The configuration as one CommonJS module, and the files of the project it consists of. */
const compile = async (file) => {
  const javascript = file.endsWith('js');
  const tsconfig = path.join(project, 'tsconfig.json');
  try {
    const result = await compiler().build({
      platform: 'node', target: 'node16', bundle: true, format: 'cjs', packages: 'external', write: false,
      metafile: true, logLevel: 'silent', sourcemap: 'inline', outfile: 'config.js',
      entryPoints: [file], absWorkingDir: project,
      ...(javascript || !fs.existsSync(tsconfig) ? {} : {tsconfig}),
    });
    const inputs = Object.keys(result.metafile.inputs).map((name) => path.resolve(project, name));
    return {code: result.outputFiles[0].text, inputs};
  } catch (e) {
    if (e instanceof Fault) throw e;
    const where = (m) => (m.location ? `${m.location.file}:${m.location.line}:${m.location.column + 1}: ` : '');
    throw new Fault('config', (e.errors ?? []).map((m) => where(m) + m.text).join('\n') || e);
  }
};

const cli = () => {
  try {
    return require('@remotion/cli/config');
  } catch (e) {
    throw new Fault('packages', e);
  }
};

/** Runs the configuration. What it sets is recorded under the setting's name, which all versions of Remotion share. */
const run = (file, code) => {
  const {Config, ConfigInternals} = cli();
  const values = {};
  for (const [name, {value: set}] of Object.entries(Object.getOwnPropertyDescriptors(Config))) {
    if (typeof set !== 'function') continue;
    Config[name] = (...args) => {
      const result = set(...args); // first: it refuses values that it does not know
      values[aliases[name] ?? name] = args[0];
      return result;
    };
  }
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(path.dirname(file));
  process.setSourceMapsEnabled?.(true);
  const {exit, cwd} = {exit: process.exit, cwd: process.cwd()};
  process.exit = (code = 0) => {
    throw new Error(`it called process.exit(${code})`);
  };
  process.chdir(project); // where Remotion's CLI runs it
  try {
    observed(() => module._compile(code, file))();
  } catch (e) {
    throw new Fault('config', thrown(e, file));
  } finally {
    process.exit = exit;
    process.chdir(cwd);
  }
  const internal = (name) => observed(ConfigInternals?.[name]?.());
  config.values = values;
  config.overrides = {
    webpackOverride: internal('getWebpackOverrideFn'), bundlerOverride: internal('getBundlerOverrideFn'),
    rspackOverride: internal('getRspackOverrideFn'),
  };
};

/** An exception of the configuration as one message: its text, and the place in the file. */
const thrown = (e, file) => {
  const name = path.relative(project, file);
  const at = String(e?.stack).split('\n').find((l) => l.includes(file));
  const [, line] = at?.match(/:(\d+):\d+\)?$/) ?? [];
  return `${line ? `${name}:${line}: ` : ''}${String(e?.message ?? e)}`;
};

/** The file that Remotion's CLI reads variables for the page from, or null. */
const envFile = (location) => {
  if (location) {
    const named = path.resolve(project, location);
    if (!fs.existsSync(named)) {
      throw new Fault('setting', `Config.setDotEnvLocation(${JSON.stringify(location)}): there is no ${named}`);
    }
    return named;
  }
  return ['.env', '.env.local'].map((name) => path.join(project, name)).find((name) => fs.existsSync(name)) ?? null;
};

/** A parser of .env files: the one of Remotion's CLI, where the project has it. */
const dotenv = () => {
  try {
    return createRequire(require.resolve('@remotion/cli/config'))('dotenv').parse;
  } catch {
    return util.parseEnv; // of Node 20.12
  }
};

/** The variables that a page gets: REMOTION_*, and over them those of the .env file. */
export const pageVariables = () => {
  const file = envFile(config.values.setDotEnvLocation);
  const own = Object.entries(process.env).filter(([name]) => name.startsWith('REMOTION_'));
  let read = {};
  if (file) {
    const parse = dotenv();
    if (!parse) throw new Fault('setting', `read ${file}: install @remotion/cli in the project, which can read it`);
    read = parse(fs.readFileSync(file, 'utf8'));
  }
  // A page must not see what greenroom itself reads there.
  const hidden = ([name]) => !name.startsWith('HEYGEN_');
  return Object.fromEntries([...own, ...Object.entries(read)].filter(hidden));
};

const plain = (v) => (typeof v === 'function' ? 'a function' : v ?? null);
const described = (values) => Object.fromEntries(Object.entries(values).map(([name, v]) => [name, plain(v)]));

/** Reads the configuration in a file, whose path is absolute. */
export const readConfig = async ({file}) => {
  const {inputs, code} = await compile(file);
  state.unawaited = 'config';
  run(file, code);
  await new Promise((resolve) => setImmediate(resolve)); // what it left unawaited may fail at once
  state.unawaited = null;
  const [strange] = unknown(config.values);
  if (strange) throw new Fault('setting', `Config.${strange}(): this version of greenroom does not know it`);
  const {setEntryPoint: entry, setPublicDir: publicDir, setDotEnvLocation: location} = config.values;
  return {
    config: {
      inputs, env: environmentRead(), entry: entry ?? '', public: publicDir ?? '', envFile: location ?? '',
      browser: config.values.setBrowserExecutable ?? '', values: described(config.values),
    },
  };
};
