// The part of greenroom that runs in Node: bundles a Remotion project and renders
// one composition. It reads one JSON job on stdin and writes JSON lines on stdout.
// It lives outside the project and takes every package from the project.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

// Packages log to stdout; ours carries the protocol only.
const write = process.stdout.write.bind(process.stdout);
const say = (line) => write(JSON.stringify(line) + '\n');
process.stdout.write = (...args) => process.stderr.write(...args);

let failed = false;
const fail = (code, error, more = {}) => {
  if (failed) return; // what follows is a consequence
  failed = true;
  say({error: code, message: String(error?.message ?? error).slice(0, 4000), ...more});
  process.stderr.write(String(error?.stack ?? error) + '\n', () => process.exit(1));
};
process.on('uncaughtException', (e) => fail('crash', e));
process.on('unhandledRejection', (e) => fail('crash', e));

// Remotion gives the browser a process group of its own, which the one who stops
// ours would miss. Kept in ours, it ends with us whatever happens to node.
let browser;
if (process.platform !== 'win32') {
  const {spawn} = childProcess;
  childProcess.spawn = (file, args, options) => {
    if (!Array.isArray(args) || !args.some((a) => String(a).startsWith('--remote-debugging-port'))) return spawn(file, args, options);
    browser = spawn(file, args, {...options, detached: false});
    return browser;
  };
  // Whoever started us may be killed outright: then nobody waits for this film.
  const parent = process.ppid;
  const orphaned = () => {
    if (process.ppid !== parent) process.kill(0, 'SIGKILL');
  };
  setInterval(orphaned, 1000).unref();
  process.on('exit', orphaned); // a closed stdout may end us first
}

const job = JSON.parse(fs.readFileSync(0, 'utf8'));
const require = createRequire(path.join(job.projectDir, 'package.json'));
const load = async (name) => {
  let m;
  try {
    m = await import(pathToFileURL(require.resolve(name)));
  } catch (e) {
    fail('packages', e);
    await new Promise(() => {});
  }
  return m.default?.__esModule || m.default ? {...m.default, ...m} : m;
};

if (job.bundleDir && !fs.existsSync(path.join(job.bundleDir, 'index.html'))) {
  const {bundle} = await load('@remotion/bundler');
  const building = `${job.bundleDir}.${process.pid}.tmp`;
  say({stage: 'bundle', done: 0, total: 100, message: 'bundling the project'});
  try {
    await bundle({
      entryPoint: job.entryPoint, rootDir: job.projectDir, outDir: building, publicDir: job.publicDir,
      symlinkPublicDir: true, enableCaching: false,
      onProgress: (percent) => say({stage: 'bundle', done: percent, total: 100}),
    });
    fs.renameSync(building, job.bundleDir);
  } catch (e) {
    fs.rmSync(building, {recursive: true, force: true});
    // Two renders may bundle at once: the first to finish serves both.
    if (!fs.existsSync(path.join(job.bundleDir, 'index.html'))) {
      fail('bundle', e);
      await new Promise(() => {});
    }
  }
}

const {getCompositions, renderMedia, selectComposition, openBrowser} = await load('@remotion/renderer');
const common = {
  serveUrl: job.bundleDir, inputProps: job.inputProps, logLevel: 'error',
  browserExecutable: job.browser || null, chromeMode: 'headless-shell',
  timeoutInMilliseconds: 60000,
};
let composition;
try {
  common.puppeteerInstance = await openBrowser('chrome', {browserExecutable: common.browserExecutable, chromeMode: 'headless-shell', logLevel: 'error'});
} catch (e) {
  fail('browser', e);
  await new Promise(() => {});
}
let closing = false;
const died = () => {
  if (!closing) fail('died', browser.signalCode ?? `code ${browser.exitCode}`);
};
browser?.once('exit', died);
if (browser && (browser.exitCode ?? browser.signalCode) !== null) died();
try {
  composition = await selectComposition({...common, id: job.composition});
} catch (e) {
  // Remotion names them; asking for all runs every composition's metadata, and one
  // that throws would hide the answer.
  const [, named = ''] = /Could not find composition.*Available compositions: (.*)/.exec(String(e?.message)) ?? [];
  let ids = named.split(', ').filter(Boolean);
  if (ids.length === 0) try { ids = (await getCompositions(job.bundleDir, common)).map((c) => c.id); } catch {}
  fail(ids.length > 0 && !ids.includes(job.composition) ? 'composition' : 'metadata', e, {ids});
  await new Promise(() => {});
}
say({composition: {frames: composition.durationInFrames, width: composition.width, height: composition.height, fps: composition.fps}});

// Remotion listens for exceptions while it takes a frame. One that a component throws
// before the first (at its mount) went unseen now and then, and left a film of blank
// frames: so every page is listened to from its beginning.
const thrown = new Promise((_, reject) => {
  const open = common.puppeteerInstance.newPage.bind(common.puppeteerInstance);
  common.puppeteerInstance.newPage = async (...args) => {
    const page = await open(...args);
    page._client().on('Runtime.exceptionThrown', ({exceptionDetails: d}) => reject(new Error(d.exception?.description ?? d.text)));
    return page;
  };
});
thrown.catch(() => {});

let last = -1;
try {
  const film = renderMedia({
    ...common, composition, codec: 'h264', crf: job.crf, pixelFormat: 'yuv420p', colorSpace: 'bt709',
    audioCodec: 'pcm-16', separateAudioTo: job.audio, enforceAudioTrack: true, outputLocation: job.video,
    concurrency: job.concurrency, overwrite: true,
    onProgress: ({renderedFrames}) => {
      const done = Math.min(renderedFrames, composition.durationInFrames);
      if (done !== last) say({stage: 'render', done, total: composition.durationInFrames});
      last = done;
    },
  });
  film.catch(() => {}); // the race below may be over
  await Promise.race([film, thrown]);
  closing = true;
  await common.puppeteerInstance.close({silent: true});
} catch (e) {
  fail('render', e);
  await new Promise(() => {});
}
say({ok: true});
write('', () => process.exit(0));
