// Every setting of Config.* in remotion.config.ts, by what greenroom does with it. docs/guide/rendering.md has the same
// table for people; a test compares both with the settings that Remotion has.

/**
 * project: used for every film. film: used for the project's own compositions; a film of the manifest has its size,
 * rate, length and encoding from there. ours: greenroom decides. none: changes no film; for setQuality and
 * setImageFormat Remotion throws, as they have other names since version 4.
 */
export const uses = {
  project: [
    'overrideBundlerConfig', 'overrideRspackConfig', 'overrideWebpackConfig', 'setRspack', 'setEntryPoint',
    'setPublicDir', 'setPublicPath', 'setDotEnvLocation', 'setBrowserExecutable', 'setChromeMode',
    'setChromiumOpenGlRenderer', 'setChromiumDisableWebSecurity', 'setChromiumIgnoreCertificateErrors',
    'setChromiumUserAgent', 'setChromiumMultiProcessOnLinux', 'setChromiumDarkMode',
    'setDelayRenderTimeoutInMilliseconds', 'setBinariesDirectory', 'setAudioLatencyHint',
  ],
  film: [
    'setScale', 'overrideWidth', 'overrideHeight', 'overrideFps', 'overrideDuration', 'setVideoImageFormat',
    'setJpegQuality', 'setPixelFormat', 'setColorSpace', 'setCrf', 'setVideoBitrate', 'setEncodingMaxRate',
    'setEncodingBufferSize', 'setGopSize', 'setX264Preset', 'setProResProfile', 'overrideFfmpegCommand',
    'setMetadata', 'setCodec', 'setFrameRange', 'setEveryNthFrame', 'setImageSequence', 'setMuted',
    'setHardwareAcceleration',
  ],
  ours: [
    'setConcurrency', 'setOffthreadVideoCacheSizeInBytes', 'setChromiumHeadlessMode', 'setOutputLocation',
    'setOverwriteOutput', 'setStillImageFormat', 'setAudioCodec', 'setAudioBitrate', 'setSampleRate',
    'setPreferLosslessAudio', 'setEnforceAudioTrack', 'setForSeamlessAacConcatenation', 'setCachingEnabled',
    'setDisallowParallelEncoding', 'setPublicLicenseKey',
  ],
  none: [
    'addElementLibrary', 'setMaxTimelineTracks', 'setKeyboardShortcutsEnabled', 'setKeyboardShortcuts',
    'setInteractivityEnabled', 'setAllowHtmlInCanvasEnabled', 'setNumberOfSharedAudioTags',
    'setExperimentalKeepAudioContextAlive', 'setWebpackPollingInMilliseconds', 'setShouldOpenBrowser',
    'setBufferStateDelayInMilliseconds', 'setPort', 'setStudioPort', 'setRendererPort', 'setLogLevel',
    'setNumberOfGifLoops', 'setImageSequencePattern', 'setDeleteAfter', 'setBeepOnFinish', 'setEnableFolderExpiry',
    'setEnableCancellation', 'setRepro', 'setLambdaInsights', 'setEnableCrossSiteIsolation', 'setAskAIEnabled',
    'setDefaultCodingAgent', 'setDefaultEditor', 'setForceNewStudioEnabled', 'setIPv4', 'setBundleOutDir',
    'setBenchmarkRuns', 'setBenchmarkConcurrencies', 'setPreviewSampleRate', 'setQuality', 'setImageFormat',
  ],
};

/** Other names of the same setting. */
export const aliases = {
  setLevel: 'setLogLevel',
  setTimeoutInMilliseconds: 'setDelayRenderTimeoutInMilliseconds',
  setExperimentalRspackEnabled: 'setRspack',
};

const known = new Set(Object.values(uses).flat());

/** Names that are not in the table: what they set may change films in any way. */
export const unknown = (values) => Object.keys(values).filter((name) => !known.has(name));

const codecs = {mp4: 'h264', webm: 'vp9', mov: 'prores'};
const profiles = ['4444', '4444-xq']; // those with transparency
const shown = (value) => JSON.stringify(value) ?? String(value);

/** What a film of the project cannot have: {setting, value, why}. format is mp4, webm or mov, '' for a still. */
export const refused = (values, format) => {
  const out = [];
  const refuse = (setting, why) => out.push({setting, value: shown(values[setting]), why});
  if (format === '') return out;
  if (values.setFrameRange != null) refuse('setFrameRange', 'greenroom renders complete films');
  if ((values.setEveryNthFrame ?? 1) !== 1) refuse('setEveryNthFrame', 'greenroom renders every frame');
  if (values.setImageSequence) refuse('setImageSequence', 'greenroom renders films, and single frames with --still');
  if (values.setVideoImageFormat === 'none') refuse('setVideoImageFormat', 'a film needs pictures');
  if (values.setHardwareAcceleration === 'required') {
    refuse('setHardwareAcceleration', 'greenroom encodes in software');
  }
  if (values.setCodec != null && !Object.values(codecs).includes(values.setCodec)) {
    refuse('setCodec', 'greenroom makes h264 (.mp4), vp9 (.webm) and prores (.mov)');
  }
  if (format === 'mov' && values.setProResProfile != null && !profiles.includes(values.setProResProfile)) {
    refuse('setProResProfile', `.mov films of greenroom keep transparency: ${profiles.join(' or ')}`);
  }
  if (format === 'mp4' && /^yuva|^rgba/.test(values.setPixelFormat ?? '')) {
    refuse('setPixelFormat', '.mp4 has no transparency: name a .webm or .mov file with --out');
  }
  return out;
};

const without = (object) => Object.fromEntries(Object.entries(object).filter(([, v]) => (v ?? null) !== null));

/** How the browser is started. */
export const chromium = (values) => without({
  gl: values.setChromiumOpenGlRenderer,
  disableWebSecurity: values.setChromiumDisableWebSecurity,
  ignoreCertificateErrors: values.setChromiumIgnoreCertificateErrors,
  userAgent: values.setChromiumUserAgent,
  enableMultiProcessOnLinux: values.setChromiumMultiProcessOnLinux,
  darkMode: values.setChromiumDarkMode,
});

/** A composition of the project with the sizes that the configuration sets, as Remotion's CLI does it. */
export const sized = (composition, values) => ({
  ...composition,
  ...without({
    width: values.overrideWidth,
    height: values.overrideHeight,
    fps: values.overrideFps,
    durationInFrames: values.overrideDuration,
  }),
});

/** Options of renderMedia() for a film of the project in a format. crf is what the caller asked for, or 0. */
export const encoding = (values, format, crf) => without({
  scale: values.setScale,
  jpegQuality: values.setJpegQuality,
  metadata: values.setMetadata,
  gopSize: values.setGopSize,
  videoBitrate: crf ? undefined : values.setVideoBitrate,
  crf: crf || values.setVideoBitrate || format === 'mov' ? undefined : values.setCrf, // ProRes has none
  encodingMaxRate: values.setEncodingMaxRate,
  encodingBufferSize: values.setEncodingBufferSize,
  // 'default' is the untagged colour that older versions of Remotion wrote: greenroom always writes tags.
  colorSpace: values.setColorSpace === 'default' ? undefined : values.setColorSpace,
  // A film with transparency has a format of its own.
  x264Preset: format === 'mp4' ? values.setX264Preset : undefined,
  pixelFormat: format === 'mp4' ? values.setPixelFormat : undefined,
  imageFormat: format === 'mp4' ? values.setVideoImageFormat : undefined,
  proResProfile: format === 'mov' ? values.setProResProfile : undefined,
});
