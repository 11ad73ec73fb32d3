// One browser for all films.
import childProcess from 'node:child_process';
import {Fault, as, fatal, state} from './protocol.mjs';
import {load} from './packages.mjs';

// Remotion puts the browser into a process group of its own, which whoever stops
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

// Remotion's messages for a browser, or a tab's process, that has ended.
export const lost =
  /page crashed|(target|session|connection) closed|browser (has )?(crashed|disconnected)|websocket is not open/i;
export const drawing = (e) => as(lost.test(String(e?.message)) ? 'died' : 'render')(e);

/** Whether a browser takes a picture of an empty page. Chromium 98 waited forever without its limit of frames. */
const draws = async (instance) => {
  const quiet = {logLevel: 'error', indent: false, onBrowserLog: null, onLog: () => {}};
  const page = await instance.newPage({context: () => null, pageIndex: 0, ...quiet});
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
    // Only where a page is scrolled lies the picture beyond what it shows. That is read before a picture is taken.
    if (method === 'Target.activateTarget') {
      const asked = {expression: 'scrollX !== 0 || scrollY !== 0', returnByValue: true};
      scrolled = send('Runtime.evaluate', asked).then(({value}) => value.result.value, () => true);
    }
    const shown = [params?.clip?.width, params?.clip?.height].join() === size?.join();
    if (method === 'Page.captureScreenshot' && shown && (await scrolled) === false) {
      return send(method, {...params, captureBeyondViewport: false});
    }
    return send(method, params);
  };
};

let opened = null; // {key, instance}: a promise's content
let opening = Promise.resolve(); // one at a time: a browser is started while the bundler runs

/** The running browser, or a new one for other options: {browserExecutable, chromeMode, chromiumOptions}. */
export const openBrowser = (options) => {
  opening = opening.catch(() => {}).then(() => startBrowser(options));
  return opening;
};
const startBrowser = async (options) => {
  const key = JSON.stringify(options);
  if (opened && opened.key !== key) await closeBrowser();
  if (opened) return opened.instance;
  const renderer = await load('@remotion/renderer');
  const start = () => {
    state.unawaited = 'browser';
    const started = renderer.openBrowser('chrome', {...options, logLevel: 'error'});
    return started.catch(as('browser')).finally(() => (state.unawaited = null));
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
    if (state.busy) fatal('died', child.signalCode ?? `code ${child.exitCode}`);
  };
  opened = {key, instance};
  child?.once('exit', died);
  if (child && (child.exitCode ?? child.signalCode) !== null) died();
  // Remotion listens for exceptions while it takes a frame. One that a component throws
  // before the first (at its mount) went unseen now and then, and left a film of blank
  // frames: so every page is listened to from its beginning.
  const newPage = instance.newPage.bind(instance);
  instance.newPage = async (...args) => {
    const request = state.busy;
    const page = await newPage(...args);
    request?.pages.add(page);
    drawOnce(page);
    page._client().on('Runtime.exceptionThrown', ({exceptionDetails: d}) => {
      if (request?.op !== 'chunk' && request?.op !== 'still') return;
      request.reject(new Fault('render', d.exception?.description ?? d.text));
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

/** Closes the browser and waits until its process is gone; false when it is not. */
export const endBrowser = async () => {
  await opening.catch(() => {});
  await closeBrowser().catch(() => {}); // dead already, at best
  // Remotion's close signals a process group of the browser's own, which it does not have here.
  return ends(browserProcess);
};
