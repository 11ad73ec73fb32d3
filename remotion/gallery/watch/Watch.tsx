// What ./main.go draws README's moving picture with. It is the src/Root.tsx of a project of `greenroom init`.
import '@fontsource-variable/inter';
import {AbsoluteFill, Composition, continueRender, delayRender, Freeze, interpolate, interpolateColors, random, Sequence, spring, staticFile, useCurrentFrame} from 'remotion';
import {stand} from './compositions/parts';
import {Stage} from './compositions/Stage';
import {AvatarClip} from './greenroom/AvatarClip';
import type {Clip} from './greenroom/props.gen';

type Take = {clip: Clip; line: string; peaks: number[]};
/** What ./record.go measured. */
type Film = {script: string; typed: string; before: Take; after: Take; seconds: number};

const c = {stage: '#10140F', wing: '#181E17', ink: '#ECEFE8', dim: '#9BA695', line: '#2A3328', green: '#57C48A', amber: '#E5B04B'};
const inter = "'Inter Variable', sans-serif";
const mono = "'JetBrains Mono', monospace";
const face = delayRender('the typeface of the script');
new FontFace('JetBrains Mono', `url(${staticFile('gallery/mono.woff2')})`, {weight: '100 800'}).load().then((loaded) => {
  (document.fonts as unknown as Set<FontFace>).add(loaded);
  continueRender(face);
});

const fps = 25;
const size = {width: 1200, height: 544};
const clamp = {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'} as const;

/** What happens when, in frames. */
const times = ({typed, before, after, seconds}: Film) => {
  let at = 9;
  const keys = [...typed].map((key, i) => {
    at += key === ' ' ? 3 : random(`key ${i}`) < 0.7 ? 2 : 3;
    return at;
  });
  const save = at + 10;
  const publish = save + Math.max(1, Math.round(seconds * fps));
  // Studio plays in a circle, and a publish leaves the play head where it is.
  const from = publish - (publish % before.clip.durationInFrames);
  return {keys, save, publish, from, end: from + 2 * after.clip.durationInFrames};
};

/** The number of frames at the end in which everything returns to the beginning. */
const wayBack = 14;

/** The take that is published, and the frame at which its play began. */
const playing = (film: Film, frame: number) => {
  const {publish, from, end} = times(film);
  const take = frame < publish ? film.before : film.after;
  if (frame >= end) return {take, from: frame};
  const length = take.clip.durationInFrames;
  const first = frame < publish ? 0 : from;
  return {take, from: frame - ((frame - first) % length)};
};

type At = {film: Film; frame: number; back: number};

const Card = ({box, name, code, right, children}: {box: [number, number, number, number]; name: string; code?: boolean; right?: React.ReactNode; children: React.ReactNode}) => (
  <div style={{position: 'absolute', left: box[0], top: box[1], width: box[2], height: box[3], boxSizing: 'border-box', borderRadius: 14, overflow: 'hidden', background: c.wing, border: `1px solid ${c.line}`}}>
    <div style={{height: 46, boxSizing: 'border-box', borderBottom: `1px solid ${c.line}`, padding: '0 20px', display: 'flex', alignItems: 'center', justifyContent: 'space-between', fontFamily: inter, fontSize: 19, fontWeight: 560, color: c.ink}}>
      <span style={{fontFamily: code ? mono : inter}}>{name}</span>
      {right}
    </div>
    {children}
  </div>
);

const Editor = ({film, frame, back}: At) => {
  const {keys, save} = times(film);
  const typed = film.typed.slice(0, keys.filter((at) => at <= frame).length);
  const edited = typed !== '' && frame < save;
  const pressed = interpolate(frame, [save - 4, save, save + 22, save + 28], [0, 1, 1, 0], clamp);
  const lines = film.script.trimEnd().split('\n').concat(typed);
  const [gone, come] = [interpolate(back, [0, 0.5], [1, 0], clamp), interpolate(back, [0.5, 1], [0, 1], clamp)];
  const caret = {position: 'absolute', width: 2.5, height: 29, marginTop: 5.5, background: c.green} as const;
  return (
    <Card
      box={[24, 24, 502, 252]}
      name="scripts/intro.md"
      code
      right={<span style={{fontSize: 18, fontWeight: 500, color: edited ? c.amber : c.green}}>{edited ? '○ edited' : '● saved'}</span>}
    >
      <div style={{padding: '14px 0', fontFamily: mono, fontSize: 24, lineHeight: '40px', color: c.ink, whiteSpace: 'pre'}}>
        {lines.map((text, i) => {
          const here = i === lines.length - 1;
          return (
            <div key={i} style={{height: 40, display: 'flex', alignItems: 'center', background: here ? 'rgba(236,239,232,.045)' : undefined}}>
              <span style={{width: 50, boxSizing: 'border-box', paddingLeft: 20, color: here ? c.dim : '#5F6A5A', fontSize: 20}}>{i + 1}</span>
              <span style={{position: 'relative', height: 40}}>
                {here ? <span style={{...caret, left: 0, opacity: come}} /> : null}
                <span style={{opacity: here ? gone : 1}}>{text}</span>
                {here ? <span style={{...caret, opacity: gone}} /> : null}
              </span>
            </div>
          );
        })}
      </div>
      <div style={{position: 'absolute', right: 20, bottom: 18, opacity: pressed, display: 'flex', gap: 8, fontFamily: inter, fontSize: 18, fontWeight: 540, color: c.ink}}>
        {['Ctrl', 'S'].map((key) => (
          <span key={key} style={{padding: '5px 12px', borderRadius: 7, border: `1px solid #46523F`, background: '#232B21'}}>
            {key}
          </span>
        ))}
      </div>
    </Card>
  );
};

const Terminal = ({film, frame, back}: At) => {
  const {publish} = times(film);
  const printed = interpolate(frame, [publish, publish + 5], [0, 1], clamp) * (1 - back);
  return (
    <Card box={[24, 296, 502, 224]} name="greenroom watch" code>
      <div style={{padding: '16px 20px', fontFamily: mono, fontSize: 19, lineHeight: '34px', color: c.ink, whiteSpace: 'pre', letterSpacing: '-0.01em'}}>
        <div style={{color: interpolateColors(printed, [0, 1], [c.ink, c.dim])}}>{film.before.line}</div>
        <div style={{opacity: printed}}>{film.after.line}</div>
      </div>
      <div style={{position: 'absolute', left: 20, bottom: 18, fontFamily: inter, fontSize: 19, lineHeight: '28px', color: c.dim, fontVariantNumeric: 'tabular-nums', opacity: printed}}>
        <span style={{color: c.green, fontWeight: 600}}>{film.seconds.toFixed(2)} s</span> from the save to the new stand-in
      </div>
    </Card>
  );
};

const preview = {width: 420, height: 236, scale: 1.5}; // drawn small and enlarged: the badge can be read

const Studio = ({film, frame, back}: At) => {
  const {publish} = times(film);
  const {take, from} = playing(film, frame);
  const now = frame - from;
  const grown = spring({frame: frame - publish, fps, config: {damping: 200}, durationInFrames: 12}) - spring({frame: back * wayBack, fps, config: {damping: 200}, durationInFrames: wayBack});
  const length = interpolate(grown, [0, 1], [film.before.clip.durationInFrames, film.after.clip.durationInFrames]);
  const unit = 590 / (Math.max(film.after.clip.durationInFrames, film.before.clip.durationInFrames) + 8);
  const at = stand(take.clip, preview.height * 0.93, preview.width / 2, preview.height);
  return (
    <Card box={[546, 24, 630, 496]} name="Remotion Studio" right={<span style={{fontFamily: mono, fontSize: 18, fontWeight: 400, color: c.dim}}>{take.clip.name}</span>}>
      <div style={{position: 'relative', width: 630, height: 354, overflow: 'hidden', left: -1}}>
        <div style={{position: 'absolute', width: preview.width, height: preview.height, transform: `scale(${preview.scale})`, transformOrigin: '0 0', overflow: 'hidden'}}>
          <Sequence width={preview.width} height={preview.height} layout="none">
            <Freeze frame={20 /* moving light comes out of the encoder as blocks */}>
              <Stage lightX={preview.width / 2} lightY={preview.height * 0.42} />
            </Freeze>
          </Sequence>
          <Sequence key={`${from} ${take.clip.src}`} from={from} width={preview.width} height={preview.height} layout="none">
            <AvatarClip muted clip={take.clip} frameWidth={at.frameWidth} left={at.left} top={at.top} />
          </Sequence>
        </div>
      </div>
      <div style={{position: 'absolute', left: 0, right: 0, bottom: 0, height: 95, boxSizing: 'border-box', borderTop: `1px solid ${c.line}`, background: c.wing}}>
        <div style={{position: 'absolute', left: 20, top: 9, fontFamily: mono, fontSize: 18, color: c.ink, fontVariantNumeric: 'tabular-nums', whiteSpace: 'pre'}}>
          {(now / fps).toFixed(1)} s<span style={{color: c.dim}}> of </span>
          {(length / fps).toFixed(1)} s
        </div>
        <div style={{position: 'absolute', left: 20, top: 42, height: 38, width: unit * length, boxSizing: 'border-box', borderRadius: 6, overflow: 'hidden', background: 'rgba(229,176,75,.13)', border: '1.5px solid rgba(229,176,75,.55)'}}>
          {take.peaks.map((of, i) => interpolate(back, [0, 1], [of, film.before.peaks[i] ?? 0])).map((peak, i) => (
            <div key={i} style={{position: 'absolute', left: (i + 0.2) * unit - 1.5, width: unit * 0.6, top: 17.5 - 1 - peak * 14, height: 2 + peak * 28, borderRadius: 2, background: c.amber, opacity: i <= now ? 0.95 : 0.5}} />
          ))}
        </div>
        <div style={{position: 'absolute', left: 20 + unit * (now + 0.5) - 1.25, top: 36, width: 2.5, height: 50, borderRadius: 2, background: c.ink}} />
      </div>
    </Card>
  );
};

const Watch = ({film}: {film: Film}) => {
  const frame = useCurrentFrame();
  const {end} = times(film);
  const at = {film, frame, back: interpolate(frame, [end, end + wayBack], [0, 1], clamp)};
  return (
    <AbsoluteFill style={{background: c.stage}}>
      <Editor {...at} />
      <Terminal {...at} />
      <Studio {...at} />
    </AbsoluteFill>
  );
};

export const Root = () => (
  <Composition id="Watch" component={Watch} {...size} fps={fps} durationInFrames={1} defaultProps={{} as {film: Film}} calculateMetadata={({props}) => ({durationInFrames: times(props.film).end + wayBack})} />
);
