'use client';

import {useEffect, useState, type CSSProperties, type ReactNode} from 'react';
import {AbsoluteFill, cancelRender, continueRender, delayRender, Img, Sequence, staticFile, useCurrentFrame, useVideoConfig} from 'remotion';
import {browser, flatMap} from './compat';
import {Audio, Footage} from './Footage';
import {gainAt, offsetAt, opacityAt, pieces, type TimelineProps} from './timelineFilm';
import type {Fill, Film, Font, Layer, Line, Media, Picture, Rect, Sound, Text, Video} from './timeline.gen';

const at = ({x, y, w, h}: Rect): CSSProperties => ({position: 'absolute', left: x, top: y, width: w, height: h});

/** Each file has a family of its own: two fonts of one name cannot be mixed up. */
const family = (font: Font) => `greenroom ${font.media}`;

/** A file of the film; the schema has checked that it exists. */
const mediaOf = (film: Film, key: string): Media => {
  const media = film.media[key];
  if (!media) throw new Error(`the film has no media "${key}"`);
  return media;
};

const loading = new Map<string, Promise<unknown>>();
const loadFont = (film: Film, font: Font) => {
  const src = staticFile(mediaOf(film, font.media).public);
  const key = [src, font.media, font.weight, font.italic].join('\n');
  if (!loading.has(key)) {
    const face = new browser.FontFace(family(font), `url(${JSON.stringify(src)})`, {weight: String(font.weight), style: font.italic ? 'italic' : 'normal'});
    browser.document.fonts.add(face);
    loading.set(key, face.load());
  }
  return loading.get(key);
};

/** Whether every font of the film is there; the first frame waits for it. */
const useFonts = (film: Film) => {
  const [ready, setReady] = useState(false);
  const [handle] = useState(() => delayRender('fonts of the film'));
  useEffect(() => {
    const fonts = flatMap(film.layers, (layer) => layer.text?.fonts ?? []);
    Promise.all(fonts.map((font) => loadFont(film, font))).then(
      () => setReady(true),
      (e) => cancelRender(new Error(`load the fonts of the film: ${e}`)),
    );
  }, [film]);
  useEffect(() => {
    if (ready) continueRender(handle);
  }, [ready, handle]);
  return ready;
};

const FillLayer = ({fill: {colors, angle = 0, ring}, radius}: {fill: Fill; radius?: number | undefined}) => (
  <>
    <div style={{width: '100%', height: '100%', background: colors.length === 1 ? colors[0] : `linear-gradient(${angle}deg, ${colors.join(', ')})`}} />
    {ring ? <div style={{position: 'absolute', inset: 0, boxSizing: 'border-box', border: `${ring.width}px solid ${ring.color}`, borderRadius: radius}} /> : null}
  </>
);

/** A complete picture, placed so that its crop fills the box. */
const cropped = (media: Media, crop: Rect, box: Rect): CSSProperties => {
  const [kx, ky] = [box.w / crop.w, box.h / crop.h];
  return {position: 'absolute', left: -crop.x * kx, top: -crop.y * ky, width: (media.width ?? crop.w) * kx, height: (media.height ?? crop.h) * ky, maxWidth: 'none'};
};

const PictureLayer = ({media, picture, box}: {media: Media; picture: Picture; box: Rect}) => (
  <Img src={staticFile(media.public)} style={cropped(media, picture.crop, box)} />
);

// Video shows a picture that comes up to 1 ms after a frame's time, as the native renderer does: containers round times to
// milliseconds. Where it is just 1 ms it would be left to the last bit of a sum, in frames of the film.
const tie = 1e-6;

const VideoLayer = ({media, video, layer}: {media: Media; video: Video; layer: Layer}) => {
  const {fps} = useVideoConfig();
  return (
    <>
      {pieces(layer.frames, fps, media.seconds ?? 0, video.skip, video.loop).map((piece) => (
        <Sequence key={piece.from} from={piece.from} durationInFrames={piece.frames} layout="none">
          <Footage muted coding={media} src={staticFile(media.public)} trimBefore={(piece.at + tie) * fps} objectFit="fill" style={cropped(media, video.crop, layer.box)} />
        </Sequence>
      ))}
    </>
  );
};

const TextLine = ({line, text, frame, stroke}: {line: Line; text: Text; frame: number; stroke?: boolean}) => (
  <text
    x={line.x}
    y={line.baseline}
    textAnchor={line.rtl ? 'end' : 'start'} // where a line that runs to the left ends is its left edge
    style={{
      direction: line.rtl ? 'rtl' : 'ltr',
      unicodeBidi: 'embed',
      whiteSpace: 'pre',
      fontSize: text.size,
      fontSynthesis: 'none',
      textRendering: 'geometricPrecision',
      ...(stroke ? {stroke: text.stroke?.color, strokeWidth: 2 * (text.stroke?.width ?? 0), strokeLinejoin: 'round'} : {}),
    }}
  >
    {line.runs.map((run, i) => {
      const font = text.fonts[run.font ?? 0];
      const lit = text.highlight && frame >= (run.on ?? 0) && frame < (run.off ?? 0);
      return (
        <tspan
          key={i}
          fill={stroke ? text.stroke?.color : lit ? text.highlight : text.color}
          style={font && {fontFamily: JSON.stringify(family(font)), fontWeight: font.weight, fontStyle: font.italic ? 'italic' : 'normal'}}
        >
          {run.text}
        </tspan>
      );
    })}
  </text>
);

/** Lines at their own places on the canvas; motion moves them together. */
const TextLayer = ({text, dx, dy}: {text: Text; dx: number; dy: number}) => {
  const frame = useCurrentFrame();
  const {width, height} = useVideoConfig();
  return (
    <div style={{position: 'absolute', left: dx, top: dy, width, height}}>
      {text.plate ? <div style={{...at(text.plate.box), borderRadius: text.plate.radius, background: text.plate.color}} /> : null}
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} style={{position: 'absolute', left: 0, top: 0, overflow: 'visible'}}>
        {/* Every line's stroke first: none lies over a neighbour's letters. */}
        {text.stroke ? text.lines.map((line, i) => <TextLine key={i} line={line} text={text} frame={frame} stroke />) : null}
        {text.lines.map((line, i) => (
          <TextLine key={i} line={line} text={text} frame={frame} />
        ))}
      </svg>
    </div>
  );
};

const content = (film: Film, layer: Layer): ReactNode => {
  if (layer.fill) return <FillLayer fill={layer.fill} radius={layer.radius} />;
  if (layer.picture) return <PictureLayer media={mediaOf(film, layer.picture.media)} picture={layer.picture} box={layer.box} />;
  if (layer.video) {
    return (
      <Sequence from={layer.from} durationInFrames={layer.frames} layout="none">
        <VideoLayer media={mediaOf(film, layer.video.media)} video={layer.video} layer={layer} />
      </Sequence>
    );
  }
  return null;
};

const LayerView = ({film, layer}: {film: Film; layer: Layer}) => {
  const frame = useCurrentFrame();
  const opacity = opacityAt(layer, frame);
  const {dx, dy} = offsetAt(layer, frame);
  if (frame < layer.from || frame >= layer.from + layer.frames) return null;
  if (layer.text) {
    return (
      <AbsoluteFill style={{opacity}}>
        <TextLayer text={layer.text} dx={dx} dy={dy} />
      </AbsoluteFill>
    );
  }
  const round = layer.round;
  if (round) {
    return (
      <div style={{...at({...round, x: round.x + dx, y: round.y + dy}), opacity, overflow: 'hidden', borderRadius: layer.radius}}>
        <div style={{...at(layer.box), left: layer.box.x - round.x, top: layer.box.y - round.y, overflow: 'hidden'}}>{content(film, layer)}</div>
      </div>
    );
  }
  return (
    <div style={{...at({...layer.box, x: layer.box.x + dx, y: layer.box.y + dy}), opacity, overflow: 'hidden', borderRadius: layer.radius}}>
      {content(film, layer)}
    </div>
  );
};

const SoundView = ({film, sound}: {film: Film; sound: Sound}) => {
  const {fps} = useVideoConfig();
  const media = mediaOf(film, sound.media);
  return (
    <Sequence from={sound.from} durationInFrames={sound.frames} layout="none" name={sound.id}>
      {pieces(sound.frames, fps, media.seconds ?? 0, sound.skip, sound.loop).map((piece) => (
        <Sequence key={piece.from} from={piece.from} durationInFrames={piece.frames} layout="none">
          <Audio src={staticFile(media.public)} trimBefore={piece.at * fps} volume={(n: number) => gainAt(sound.gain, (sound.from + piece.from + n) / fps)} />
        </Sequence>
      ))}
    </Sequence>
  );
};

/** Renders a film of the manifest's `compositions:` exactly by its numbers. */
export const Timeline = ({film}: TimelineProps) => {
  const ready = useFonts(film);
  return (
    <AbsoluteFill style={{backgroundColor: film.transparent ? undefined : 'black', overflow: 'hidden'}}>
      {ready ? film.layers.map((layer) => <LayerView key={layer.id} film={film} layer={layer} />) : null}
      {film.sounds.map((sound) => (
        <SoundView key={sound.id} film={film} sound={sound} />
      ))}
    </AbsoluteFill>
  );
};

/** What Studio shows before a film is chosen. */
export const emptyFilm: Film = {
  name: 'Timeline',
  width: 1920,
  height: 1080,
  fps: {num: 25, den: 1},
  frames: 75,
  transparent: false,
  media: {},
  layers: [
    {id: 'ground', kind: 'fill', from: 0, frames: 75, box: {x: 0, y: 0, w: 1920, h: 1080}, opacity: 1, enter: {}, leave: {}, fill: {colors: ['#12251D', '#10140F', '#241A1C'], angle: 128}},
    {id: 'line', kind: 'fill', from: 5, frames: 65, box: {x: 660, y: 539, w: 600, h: 2}, opacity: 1, enter: {frames: 12, fade: true, dx: -120}, leave: {frames: 8, fade: true}, fill: {colors: ['#57C48A']}},
  ],
  sounds: [],
};
