// The part of greenroom that runs in Node: one process, one browser, many films. It
// reads requests as JSON lines on stdin, one at a time, and answers each with JSON
// lines on stdout: {id, stage, done, total} while it goes on, then {id, ok} with the
// result or {id, error, message}. It ends when stdin closes and leaves no browser.
// It lives outside the project and takes every package from the project.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

// Packages log to stdout; ours carries the protocol only.
const write = process.stdout.write.bind(process.stdout);
const say = (line) => write(JSON.stringify(line) + '\n');
process.stdout.write = (...args) => process.stderr.write(...args);

/** A fault with the name by which the Go side knows it. */
class Fault extends Error {
  constructor(name, cause, more = {}) {
    super(String(cause?.message ?? cause));
    this.stack = cause?.stack ?? this.stack;
    this.fault = name;
    this.more = more;
  }
}
const as = (name, more) => (e) => {
  throw e instanceof Fault ? e : new Fault(name, e, more);
};

let busy = null; // the request being served: {id, op, reject, pages}
const answer = (id, e) => {
  process.stderr.write(String(e.stack ?? e) + '\n');
  say({id, error: e.fault ?? 'crash', message: String(e.message ?? e).slice(0, 4000), ...e.more});
};
function killAll() {
  if (process.platform === 'win32') process.exit(1);
  process.kill(0, 'SIGKILL'); // our group: the browser and every encoder
}
// A pipe that breaks says that the process that started this one was killed. What is
// written next would end this process as an exception, and leave the browser alive.
for (const pipe of [process.stdout, process.stderr]) pipe.on('error', killAll);
// After these the process is in no known state: it ends, and a new one goes on.
const fatal = (name, e) => {
  if (busy) answer(busy.id, new Fault(name, e));
  process.stderr.write(String(e?.stack ?? e) + '\n', () => process.exit(1));
};
let starting = false; // a browser, which Remotion downloads when none is named: what fails there nobody awaits
const crashed = (e) => fatal(starting ? 'browser' : 'crash', e);
process.on('uncaughtException', crashed);
// Pages that are closed under Remotion, after a cancel or a fault, reject what nobody
// waits for any more. Whatever else goes wrong there leaves the request unanswered.
const afterwards = /target closed|session closed|connection closed|page (has been |was )?closed|got cancelled|most likely the page has been closed/i;
process.on('unhandledRejection', (e) => {
  if (!busy || afterwards.test(String(e?.message ?? e))) process.stderr.write(String(e?.stack ?? e) + '\n');
  else crashed(e);
});

// Remotion gives the browser a process group of its own, which the one who stops
// ours would miss. Kept in ours, it ends with us whatever happens to node.
// And a browser draws 60 pictures a second at most, of which each frame of a film takes
// two or three: without that limit a small film takes half the time.
let browserProcess;
let limited = false; // after a browser that draws nothing without the limit
const {spawn} = childProcess;
childProcess.spawn = (file, args, options) => {
  const at = Array.isArray(args) ? args.findIndex((a) => String(a).startsWith('--remote-debugging-port')) : -1;
  if (at < 0) return spawn(file, args, options);
  const all = limited ? args : [...args.slice(0, at), '--disable-frame-rate-limit', ...args.slice(at)];
  const own = process.platform === 'win32' ? options : {...options, detached: false};
  browserProcess = spawn(file, all, own);
  return browserProcess;
};

// What Remotion says when the browser, or a tab's process, went away under it.
const lost = /page crashed|target closed|session closed|connection closed|browser (has )?(crashed|disconnected)|websocket is not open/i;
const drawing = (e) => as(lost.test(String(e?.message)) ? 'died' : 'render')(e);

const project = process.argv[2];
const require = createRequire(path.join(project, 'package.json'));
/** Resolves a package from the project, else from its @remotion/cli: pnpm puts only what package.json names into node_modules. */
const resolve = (name) => {
  try {
    return require.resolve(name);
  } catch (e) {
    let cli;
    try {
      cli = require.resolve('@remotion/cli');
    } catch {
      throw e;
    }
    return createRequire(cli).resolve(name);
  }
};
const loaded = new Map();
const load = (name) => {
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

/** Whether a browser takes a picture of an empty page. Chromium 98 waited forever for one without its limit of frames. */
const draws = async (instance) => {
  const page = await instance.newPage({context: () => null, logLevel: 'error', indent: false, pageIndex: 0, onBrowserLog: null, onLog: () => {}});
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, 10000, false);
  });
  const picture = page._client().send('Page.captureScreenshot', {format: 'png'});
  try {
    return Boolean(await Promise.race([picture, late]));
  } catch (e) {
    throw new Fault(lost.test(String(e?.message)) ? 'died' : 'browser', e);
  } finally {
    picture.catch(() => {}); // when it comes too late
    clearTimeout(timer);
    page.close().catch(() => {}); // with its browser, when that is closed first
  }
};

/** Takes from a page's messages what changes nothing in its pictures, but has it drawn again for each. */
const drawOnce = (page) => {
  const client = page._client();
  const send = client.send.bind(client);
  let ground, size, scrolled;
  client.send = async (method, params) => {
    if (method === 'Emulation.setDeviceMetricsOverride') size = [params.width, params.height];
    // Of a page whose frames are PNGs the ground stays transparent, instead of for each picture alone.
    if (method === 'Emulation.setDefaultBackgroundColorOverride') {
      const next = JSON.stringify(params?.color);
      if (!next || next === ground) return {value: {}, size: 0};
      ground = next;
    }
    // Only where a page is scrolled lies the picture beyond what it shows. It is asked beside what comes before a picture.
    if (method === 'Target.activateTarget') {
      scrolled = send('Runtime.evaluate', {expression: 'scrollX !== 0 || scrollY !== 0', returnByValue: true}).then(({value}) => value.result.value, () => true);
    }
    if (method === 'Page.captureScreenshot' && [params.clip?.width, params.clip?.height].join() === size?.join() && (await scrolled) === false) {
      return send(method, {...params, captureBeyondViewport: false});
    }
    return send(method, params);
  };
};

let opened = null; // {executable, instance}: a promise's content
let opening = Promise.resolve(); // one at a time: a browser is started beside the bundler
const openBrowser = (executable) => {
  opening = opening.catch(() => {}).then(() => startBrowser(executable));
  return opening;
};
const startBrowser = async (executable) => {
  if (opened && opened.executable !== executable) await closeBrowser();
  if (opened) return opened.instance;
  const renderer = await load('@remotion/renderer');
  const options = {browserExecutable: executable, chromeMode: 'headless-shell', logLevel: 'error'};
  const start = () => {
    starting = true;
    return renderer.openBrowser('chrome', options).catch(as('browser')).finally(() => (starting = false));
  };
  let instance = await start();
  if (!limited && !(await draws(instance))) {
    await instance.close({silent: true});
    limited = true;
    instance = await start();
  }
  const child = browserProcess;
  const died = () => {
    if (opened?.instance !== instance) return;
    opened = null;
    if (busy) fatal('died', child.signalCode ?? `code ${child.exitCode}`);
  };
  opened = {executable, instance};
  child?.once('exit', died);
  if (child && (child.exitCode ?? child.signalCode) !== null) died();
  // Remotion listens for exceptions while it takes a frame. One that a component throws
  // before the first (at its mount) went unseen now and then, and left a film of blank
  // frames: so every page is listened to from its beginning.
  const newPage = instance.newPage.bind(instance);
  instance.newPage = async (...args) => {
    const request = busy;
    const page = await newPage(...args);
    request?.pages.add(page);
    drawOnce(page);
    page._client().on('Runtime.exceptionThrown', ({exceptionDetails: d}) => {
      if (request?.op === 'chunk' || request?.op === 'still') request.reject(new Fault('render', d.exception?.description ?? d.text));
    });
    return page;
  };
  return instance;
};
const closeBrowser = async () => {
  const last = opened?.instance;
  opened = null;
  await last?.close({silent: true});
};

const films = new Map(); // what "open" made ready, by name
const film = (request) => films.get(request.film) ?? as('crash')(new Error(`no film ${request.film} is open`));

const formats = {
  mp4: {codec: 'h264', chunkCodec: 'h264-ts', pixelFormat: 'yuv420p', imageFormat: 'jpeg'},
  webm: {codec: 'vp9', pixelFormat: 'yuva420p', imageFormat: 'png'},
  mov: {codec: 'prores', proResProfile: '4444', pixelFormat: 'yuva444p10le', imageFormat: 'png'},
};
// libvpx at its default pace takes minutes for a short film; alpha needs no hidden frames.
const vp9 = ['-deadline', 'good', '-cpu-used', '5', '-row-mt', '1', '-auto-alt-ref', '0'];

const operations = {
  async bundle({id, bundleDir, entryPoint, publicDir, anew, browser}) {
    const whole = () => fs.existsSync(path.join(bundleDir, 'index.html'));
    if (whole() && !anew) return;
    const {bundle} = await load('@remotion/bundler');
    if (browser) openBrowser(browser).catch(() => {}); // whoever needs it is told; Remotion's own may have to be downloaded first
    const building = `${bundleDir}.${process.pid}.tmp`;
    say({id, stage: 'bundle', done: 0, total: 100, message: 'bundling the project'});
    try {
      await bundle({
        entryPoint, rootDir: project, outDir: building, publicDir, symlinkPublicDir: true, enableCaching: false,
        onProgress: (percent) => say({id, stage: 'bundle', done: percent, total: 100}),
      });
    } catch (e) {
      fs.rmSync(building, {recursive: true, force: true});
      // Two renders may bundle at once: the first to finish serves both.
      if (anew || !whole()) throw new Fault('bundle', e);
      return;
    }
    const old = `${bundleDir}.${process.pid}.old`;
    try {
      if (anew && whole()) fs.renameSync(bundleDir, old);
      fs.renameSync(building, bundleDir);
    } catch (e) {
      if (!whole()) throw new Fault('bundle', e); // again, the first serves both
    } finally {
      for (const dir of [building, old]) fs.rmSync(dir, {recursive: true, force: true});
    }
  },

  /** Reads a composition's metadata and keeps it as a film. */
  async open({film: name, bundleDir, composition: id, inputProps, browser, cacheBytes}) {
    const {getCompositions, selectComposition} = await load('@remotion/renderer');
    const common = {
      serveUrl: bundleDir, inputProps, logLevel: 'error', browserExecutable: browser || null, chromeMode: 'headless-shell', timeoutInMilliseconds: 60000,
      offthreadVideoCacheSizeInBytes: cacheBytes, mediaCacheSizeInBytes: cacheBytes,
      puppeteerInstance: await openBrowser(browser || null),
    };
    let composition;
    try {
      composition = await selectComposition({...common, id});
    } catch (e) {
      if (lost.test(String(e?.message))) throw new Fault('died', e);
      // Remotion names them; asking for all runs every composition's metadata, and one
      // that throws would hide the answer.
      const [, named = ''] = /Could not find composition.*Available compositions: (.*)/.exec(String(e?.message)) ?? [];
      let ids = named.split(', ').filter(Boolean);
      if (ids.length === 0) try { ids = (await getCompositions(bundleDir, common)).map((c) => c.id); } catch {}
      throw new Fault(ids.length > 0 && !ids.includes(id) ? 'composition' : 'metadata', e, {ids});
    }
    films.set(name, {common, composition});
    const {durationInFrames: frames, width, height, fps} = composition;
    return {composition: {frames, width, height, fps}};
  },

  /** Renders frames from..to, both in it; picture and sound into files of their own. */
  async chunk(request) {
    const {common, composition} = film(request);
    const {renderMedia, makeCancelSignal} = await load('@remotion/renderer');
    const {chunkCodec, ...format} = formats[request.format];
    const {cancelSignal, cancel} = makeCancelSignal();
    busy.cancel = cancel;
    const total = request.to - request.from + 1;
    const part = total < composition.durationInFrames;
    let last = -1;
    await renderMedia({
      ...common, composition, ...format, codec: (part && chunkCodec) || format.codec, colorSpace: 'bt709',
      ...(format.codec === 'prores' ? {} : {crf: request.crf}),
      ...(format.codec === 'vp9' ? {ffmpegOverride: ({args}) => args.flatMap((a) => (a === 'libvpx-vp9' ? [a, ...vp9] : [a]))} : {}),
      ...(request.exact ? {imageFormat: 'png'} : {}),
      frameRange: part ? [request.from, request.to] : null,
      audioCodec: 'pcm-16', separateAudioTo: request.audio, enforceAudioTrack: true, sampleRate: 48000, outputLocation: request.video,
      concurrency: request.concurrency, overwrite: true, cancelSignal,
      onProgress: ({renderedFrames}) => {
        const done = Math.min(renderedFrames, total);
        if (done !== last) say({id: request.id, stage: 'render', done, total});
        last = done;
      },
    }).catch(drawing);
  },

  async combine(request) {
    const {composition} = film(request);
    const {combineChunks, makeCancelSignal} = await load('@remotion/renderer');
    const {cancelSignal, cancel} = makeCancelSignal();
    busy.cancel = cancel;
    await combineChunks({
      outputLocation: request.output, videoFiles: request.videos, audioFiles: [], codec: formats[request.format].codec, audioCodec: null, preferLossless: false,
      fps: composition.fps, framesPerChunk: request.framesPerChunk, compositionDurationInFrames: composition.durationInFrames, cancelSignal,
      onProgress: ({totalProgress}) => say({id: request.id, stage: 'join', done: Math.floor(totalProgress * 100), total: 100}),
    }).catch(as('render'));
  },

  async still(request) {
    const {common, composition} = film(request);
    if (request.frame >= composition.durationInFrames) throw new Fault('frame', `it has ${composition.durationInFrames} frames`);
    const {renderStill, makeCancelSignal} = await load('@remotion/renderer');
    const {cancelSignal, cancel} = makeCancelSignal();
    busy.cancel = cancel;
    await renderStill({
      ...common, composition, output: request.output, frame: request.frame, imageFormat: request.format, scale: request.scale, overwrite: true, cancelSignal,
      ...(request.format === 'jpeg' ? {jpegQuality: request.quality} : {}),
    }).catch(drawing);
  },

  async close(request) {
    films.delete(request.film);
  },
};

let ended = false; // stdin is closed
const serve = async (request) => {
  if (ended) return; // it was read together with the end, and nothing would stop it
  const broken = new Promise((_, reject) => {
    busy = {...request, reject, pages: new Set()};
  });
  if (early.delete(request.id)) busy.reject(new Fault('cancelled', 'cancelled'));
  broken.catch(() => {}); // the race may be over
  try {
    const work = operations[request.op](request);
    work.catch(() => {}); // the race may be over
    const more = await Promise.race([work, broken]);
    say({id: request.id, ok: true, ...more});
  } catch (e) {
    busy.cancel?.();
    for (const page of busy.pages) await page.close().catch(() => {}); // closed already, at best
    answer(request.id, e);
  }
  busy = null;
};

let queue = Promise.resolve();
const early = new Set(); // requests cancelled before they were begun
const lines = readline.createInterface({input: process.stdin, crlfDelay: Infinity});
lines.on('line', (text) => {
  const request = JSON.parse(text);
  if (request.op !== 'cancel') queue = queue.then(() => serve(request));
  else if (busy?.id !== request.of) early.add(request.of);
  // A bundler cannot be stopped halfway: it goes on, and whoever is in a hurry ends us.
  else if (busy.op !== 'bundle') busy.reject(new Fault('cancelled', 'cancelled'));
});
/** Waits until a process has ended, for a few seconds; false when it has not. */
const ends = async (child) => {
  const over = () => !child || child.exitCode !== null || child.signalCode !== null;
  if (over()) return true;
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, 3000)));
  await Promise.race([new Promise((resolve) => child.once('exit', resolve)), late]);
  clearTimeout(timer);
  return over();
};
lines.on('close', async () => {
  ended = true;
  // Closed in the middle of a film: the process that started this one is gone, or in a hurry.
  if (busy) killAll();
  await opening.catch(() => {});
  await closeBrowser().catch(() => {}); // dead already, at best
  // Remotion's close signals a process group of the browser's own, which it does not have here.
  if (!(await ends(browserProcess))) killAll();
  write('', () => process.exit(0));
});
