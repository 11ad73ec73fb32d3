// The project's own packages. greenroom has none.
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import {as} from './protocol.mjs';

export const project = process.argv[2];
export const require = createRequire(path.join(project, 'package.json'));

/**
 * The file of a package's name. A project that depends on @remotion/cli alone need not name the
 * packages of Remotion that the CLI depends on, and pnpm does not put them into the project's node_modules.
 */
export const resolve = (name) => {
  try {
    return require.resolve(name);
  } catch (e) {
    for (const owner of ['@remotion/cli', '@remotion/bundler']) {
      try {
        return createRequire(require.resolve(owner + '/package.json')).resolve(name);
      } catch {
        // the first error names what the project itself is missing
      }
    }
    throw e;
  }
};

const loaded = new Map();
export const load = (name) => {
  if (!loaded.has(name)) {
    const m = (async () => {
      const m = await import(pathToFileURL(resolve(name)));
      return m.default?.__esModule || m.default ? {...m.default, ...m} : m;
    })().catch(as('packages'));
    m.catch(() => loaded.delete(name));
    loaded.set(name, m);
  }
  return loaded.get(name);
};
