import {AbsoluteFill, Freeze, interpolate, Sequence, useCurrentFrame, useVideoConfig} from 'remotion';
import {AvatarClip} from '../greenroom/AvatarClip';
import {DisclosureLabel} from '../greenroom/DisclosureLabel';
import {sequence, several, spoken, type Films} from '../greenroom/films';
import {fitPanel, headingLines, Panel, stand, useEnter, useLook} from './parts';
import {colours, font, Stage} from './Stage';

/** So many columns that the tiles come nearest to the shape of a head and shoulders. */
const columns = (n: number, width: number, height: number) => {
  let best = 1;
  const far = (c: number) => Math.abs(Math.log(width / c / (height / Math.ceil(n / c)) / 1.1));
  for (let c = 2; c <= n; c++) if (far(c) < far(best)) best = c;
  return best;
};

/** All clips side by side; each speaks in its turn, in the light, while the others wait. */
export const Grid = (films: Films) => {
  const frame = useCurrentFrame();
  const {fps} = useVideoConfig();
  const {width, height, short, safe, title} = useLook();
  const heading = useEnter(0.1);
  const turns = Object.keys(films.props.clips).length > 0 ? sequence(several(films), fps, 0) : [];
  const gap = short * 0.024;
  const w = width - safe * 2;
  const header = title * (0.5 + 1.04 * headingLines(films.title, w, title * 0.9));
  const h = height - safe * 2 - header;
  const cols = columns(turns.length, w, h);
  const rows = Math.ceil(turns.length / cols);
  const [tileW, tileH] = [(w - gap * (cols - 1)) / cols, (h - gap * (rows - 1)) / Math.max(1, rows)];
  const label = Math.max(height / 34, Math.min(title * 0.42, tileH * 0.09));
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      <Stage lightX={width / 2} lightY={height * 0.5} />
      <div style={{position: 'absolute', left: safe, top: safe, width: w, fontSize: title * 0.9, fontWeight: 680, lineHeight: 1.12, letterSpacing: '-0.022em', maxHeight: title * 2.1, overflow: 'hidden', textWrap: 'balance', opacity: heading, transform: `translateY(${(1 - heading) * title * 0.3}px)`}}>
        {films.title}
      </div>
      {turns.map(({clip, from, frames}, i) => {
        // The last row is centred when it is not full.
        const inRow = Math.min(cols, turns.length - Math.floor(i / cols) * cols);
        const left = safe + (w - inRow * tileW - (inRow - 1) * gap) / 2 + (i % cols) * (tileW + gap);
        const top = safe + header + Math.floor(i / cols) * (tileH + gap);
        const at = stand(clip, fitPanel(clip, tileW, tileH), tileW / 2, tileH);
        const ramp = Math.round(fps * 0.3);
        const lit = turns.length === 1 ? 1 : interpolate(frame, [from - ramp, from, from + frames - ramp, from + frames], [0, 1, 1, 0], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
        const appear = interpolate(frame, [i * 2, i * 2 + fps * 0.4], [0, 1], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp', easing: (x) => 1 - (1 - x) ** 3});
        const show = <AvatarClip clip={clip} frameWidth={at.frameWidth} left={at.left} top={at.top} muted />;
        return (
          <Panel key={i} style={{left, top, width: tileW, height: tileH, opacity: appear, transform: `scale(${0.96 + 0.04 * appear})`}}>
            <div style={{position: 'absolute', inset: 0, filter: `brightness(${0.55 + 0.45 * lit}) saturate(${0.7 + 0.3 * lit})`}}>
              {frame < from ? <Freeze frame={0}>{show}</Freeze> : null}
              <Sequence from={from} durationInFrames={frames} layout="none" name={clip.name}>
                <AvatarClip clip={clip} frameWidth={at.frameWidth} left={at.left} top={at.top} />
              </Sequence>
              {frame >= from + frames ? <Freeze frame={frames - 1}>{show}</Freeze> : null}
            </div>
            <div style={{position: 'absolute', left: 0, right: 0, bottom: 0, padding: `${label * 1.6}px ${label * 0.8}px ${label * 0.6}px`, background: 'linear-gradient(180deg, rgba(16,20,15,0), rgba(16,20,15,.78))', fontSize: label, fontWeight: 600, lineHeight: 1.3}}>
              {spoken(clip.name)}
            </div>
            <div style={{position: 'absolute', inset: 0, borderRadius: short * 0.022, boxShadow: `inset 0 0 0 ${Math.max(3, short * 0.0035)}px ${colours.key}`, opacity: lit}} />
          </Panel>
        );
      })}
      <DisclosureLabel text={films.props.disclosure?.label} corner="bottom-right" fontFamily={font} />
    </AbsoluteFill>
  );
};
