// The part of greenroom that runs in Node: bundles a Remotion project and renders
// one composition. It reads one JSON job on stdin and writes JSON lines on stdout.
// It lives outside the project and takes every package from the project.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

// Packages log to stdout; ours carries the protocol only.
const write = process.stdout.write.bind(process.stdout);
const say = (line) => write(JSON.stringify(line) + '\n');
process.stdout.write = (...args) => process.stderr.write(...args);

const fail = (code, error, more = {}) => {
  say({error: code, message: String(error?.message ?? error).slice(0, 4000), ...more});
  process.stderr.write(String(error?.stack ?? error) + '\n', () => process.exit(1));
};
process.on('uncaughtException', (e) => fail('crash', e));
process.on('unhandledRejection', (e) => fail('crash', e));

const job = JSON.parse(fs.readFileSync(0, 'utf8'));
const require = createRequire(path.join(job.projectDir, 'package.json'));
const load = async (name) => {
  const m = await import(pathToFileURL(require.resolve(name)));
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
    fail('bundle', e);
    await new Promise(() => {});
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
try {
  composition = await selectComposition({...common, id: job.composition});
} catch (e) {
  let ids = [];
  try { ids = (await getCompositions(job.bundleDir, common)).map((c) => c.id); } catch {}
  fail(ids.length > 0 && !ids.includes(job.composition) ? 'composition' : 'metadata', e, {ids});
  await new Promise(() => {});
}
say({composition: {frames: composition.durationInFrames, width: composition.width, height: composition.height, fps: composition.fps}});

let last = -1;
try {
  await renderMedia({
    ...common, composition, codec: 'h264', crf: job.crf, pixelFormat: 'yuv420p', colorSpace: 'bt709',
    audioCodec: 'pcm-16', separateAudioTo: job.audio, enforceAudioTrack: true, outputLocation: job.video,
    concurrency: job.concurrency, overwrite: true,
    onProgress: ({renderedFrames}) => {
      const done = Math.min(renderedFrames, composition.durationInFrames);
      if (done !== last) say({stage: 'render', done, total: composition.durationInFrames});
      last = done;
    },
  });
  await common.puppeteerInstance.close({silent: true});
} catch (e) {
  fail('render', e);
  await new Promise(() => {});
}
say({ok: true});
write('', () => process.exit(0));
