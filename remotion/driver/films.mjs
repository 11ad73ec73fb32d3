// Films and stills of a bundle.
import {Fault, as, say, state} from './protocol.mjs';
import {load} from './packages.mjs';
import {drawing, lost, openBrowser} from './browser.mjs';
import {config, pageVariables} from './config.mjs';
import {chromium, encoding, refused, sized} from './settings.mjs';

const films = new Map(); // what "open" made ready, by name
const film = (request) => films.get(request.film) ?? as('crash')(new Error(`no film ${request.film} is open`));

const formats = {
  mp4: {codec: 'h264', chunkCodec: 'h264-ts', pixelFormat: 'yuv420p', imageFormat: 'jpeg'},
  webm: {codec: 'vp9', pixelFormat: 'yuva420p', imageFormat: 'png'},
  mov: {codec: 'prores', proResProfile: '4444', pixelFormat: 'yuva444p10le', imageFormat: 'png'},
};
// libvpx at its default pace takes minutes for a short film; alpha needs no hidden frames.
const vp9 = ['-deadline', 'good', '-cpu-used', '5', '-row-mt', '1', '-auto-alt-ref', '0'];

// x264 and libvpx choose the number of threads by that of the cores, and write other bytes with another number. A range
// has the same bytes on every machine.
const threads = ['-threads', '4'];

const encoders = {h264: 'libx264', vp9: 'libvpx-vp9', prores: 'prores_ks'};

/** How the browser is started: browser is its program; '' leaves it to Remotion. */
export const browserOptions = (browser, values = config.values) => ({
  browserExecutable: browser || null,
  chromeMode: values.setChromeMode ?? 'headless-shell',
  chromiumOptions: chromium(values),
});

/** The settings for one film: a film of the manifest has its size, rate, length and encoding from there. */
const settings = (request) => (film(request).own ? film(request).values : {});

const refuse = (values, format) => {
  const list = refused(values, format).map(({setting, value, why}) => `Config.${setting}(${value}): ${why}`);
  if (list.length > 0) throw new Fault('setting', list.join('\n'));
};

/**
 * Reads a composition's metadata and keeps it as a film. own: one of the project, not of the manifest. given: the values
 * of the configuration where the bundle is another machine's; its pages read no variables of this one.
 */
export const open = async (request) => {
  const {film: name, bundleDir, composition: id, inputProps, browser, cacheBytes, own, format, given} = request;
  const values = given ?? config.values;
  if (own) refuse(values, format);
  const {getCompositions, selectComposition} = await load('@remotion/renderer');
  const options = browserOptions(browser, values);
  const common = {
    ...options, serveUrl: bundleDir, inputProps, logLevel: 'error', envVariables: given ? {} : pageVariables(),
    timeoutInMilliseconds: values.setDelayRenderTimeoutInMilliseconds ?? 60000,
    ...(values.setBinariesDirectory ? {binariesDirectory: values.setBinariesDirectory} : {}),
    offthreadVideoCacheSizeInBytes: cacheBytes, mediaCacheSizeInBytes: cacheBytes,
    puppeteerInstance: await openBrowser(options),
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
  if (own) composition = sized(composition, values);
  films.set(name, {common, composition, own, values});
  const {durationInFrames: frames, width, height, fps} = composition;
  const scale = (own && values.setScale) || 1;
  const muted = Boolean(own && values.setMuted);
  return {composition: {frames, width, height, fps, scale, muted, ...(own ? exported(composition) : {})}};
};

/** The segments that a composition of the project exports as a prop, and the label that it states to show, for Go to check. */
const exported = ({props}) => ({
  segments: props?.greenroomSegments,
  label: typeof props?.greenroomDisclosure === 'string' ? props.greenroomDisclosure : undefined,
});

/**
 * Renders frames from..to, both in it; picture and sound into files of their own. range: greenroom joins the picture's
 * file with others, not Remotion. Without a file for the sound none is rendered.
 */
export const chunk = async (request) => {
  const {common, composition} = film(request);
  const {renderMedia, makeCancelSignal} = await load('@remotion/renderer');
  const {chunkCodec, ...format} = formats[request.format];
  const {cancelSignal, cancel} = makeCancelSignal();
  state.busy.cancel = cancel;
  const total = request.to - request.from + 1;
  const part = total < composition.durationInFrames;
  const sound = request.audio ? {
    audioCodec: 'pcm-16', separateAudioTo: request.audio, enforceAudioTrack: true, sampleRate: 48000,
  } : {muted: true};
  const values = settings(request);
  const chosen = encoding(values, request.format, request.crf);
  const quality = format.codec === 'prores' || chosen.videoBitrate ? {} : {crf: request.crf || 18};
  // greenroom's own changes of ffmpeg's arguments, and after them the project's.
  const more = [...(format.codec === 'vp9' ? vp9 : []), ...(request.range ? threads : [])];
  const encoder = encoders[format.codec];
  const ours = more.length > 0 && (({args}) => args.flatMap((a) => (a === encoder ? [a, ...more] : [a])));
  const overrides = [ours, values.overrideFfmpegCommand].filter(Boolean);
  const ffmpegOverride = ({type, args}) => overrides.reduce((args, override) => override({type, args}), args);
  let last = -1;
  await renderMedia({
    ...common, composition, ...format, codec: (part && !request.range && chunkCodec) || format.codec,
    colorSpace: 'bt709',
    ...quality, ...chosen,
    ...(overrides.length > 0 ? {ffmpegOverride} : {}),
    ...(request.exact ? {imageFormat: 'png'} : {}),
    frameRange: part ? [request.from, request.to] : null,
    ...sound,
    outputLocation: request.video,
    concurrency: request.concurrency, overwrite: true, cancelSignal,
    onProgress: ({renderedFrames}) => {
      const done = Math.min(renderedFrames, total);
      if (done !== last) say({id: request.id, stage: 'render', done, total});
      last = done;
    },
  }).catch(drawing);
};

/** Renders the sound of frames from..to, both in it, without their pictures. */
export const sound = async (request) => {
  const {common, composition} = film(request);
  const {renderMedia, makeCancelSignal} = await load('@remotion/renderer');
  const {cancelSignal, cancel} = makeCancelSignal();
  state.busy.cancel = cancel;
  const total = request.to - request.from + 1;
  await renderMedia({
    ...common, composition, codec: 'wav', audioCodec: 'pcm-16', enforceAudioTrack: true, sampleRate: 48000,
    frameRange: [request.from, request.to], outputLocation: request.audio, concurrency: request.concurrency,
    overwrite: true, cancelSignal,
    onProgress: ({renderedFrames}) => say({id: request.id, stage: 'render', done: Math.min(renderedFrames, total), total}),
  }).catch(drawing);
};

export const combine = async (request) => {
  const {common, composition} = film(request);
  const {combineChunks, makeCancelSignal} = await load('@remotion/renderer');
  const {cancelSignal, cancel} = makeCancelSignal();
  state.busy.cancel = cancel;
  await combineChunks({
    outputLocation: request.output, videoFiles: request.videos, audioFiles: [], codec: formats[request.format].codec,
    audioCodec: null, preferLossless: false, fps: composition.fps, framesPerChunk: request.framesPerChunk,
    compositionDurationInFrames: composition.durationInFrames, cancelSignal,
    ...(common.binariesDirectory ? {binariesDirectory: common.binariesDirectory} : {}),
    ...(settings(request).setMetadata ? {metadata: settings(request).setMetadata} : {}),
    onProgress: ({totalProgress}) => {
      say({id: request.id, stage: 'join', done: Math.floor(totalProgress * 100), total: 100});
    },
  }).catch(as('render'));
};

export const still = async (request) => {
  const {common, composition} = film(request);
  const frames = composition.durationInFrames;
  if (request.frame >= frames) throw new Fault('frame', `it has ${frames} frames`);
  const {renderStill, makeCancelSignal} = await load('@remotion/renderer');
  const {cancelSignal, cancel} = makeCancelSignal();
  state.busy.cancel = cancel;
  const values = settings(request);
  await renderStill({
    ...common, composition, output: request.output, frame: request.frame, imageFormat: request.format, overwrite: true,
    cancelSignal,
    scale: request.scale || values.setScale || 1,
    ...(request.format === 'jpeg' ? {jpegQuality: request.quality || values.setJpegQuality || 90} : {}),
  }).catch(drawing);
};

export const close = async (request) => {
  films.delete(request.film);
};
