import {AbsoluteFill, interpolate, Sequence, useCurrentFrame, useVideoConfig} from 'remotion';
import {AvatarClip} from '../greenroom/AvatarClip';
import {DisclosureLabel} from '../greenroom/DisclosureLabel';
import {overlap, sequence, several, spoken, type Films} from '../greenroom/films';
import type {Clip} from '../greenroom/props.gen';
import {fit, stand, useEnter, useLeave, useLook} from './parts';
import {colours, font, Stage} from './Stage';

/** One clip and its heading; the next one comes in while it goes. */
const Chapter = ({clip, frames, index, count, title, film}: {clip: Clip; frames: number; index: number; count: number; title: string; film: string}) => {
  const frame = useCurrentFrame();
  const {fps} = useVideoConfig();
  const {width, height, wide, tall, safe, title: size} = useLook();
  const turn = overlap(fps);
  const enter = index === 0 ? 1 : interpolate(frame, [0, turn], [0, 1], {extrapolateRight: 'clamp', easing: (x) => 1 - (1 - x) ** 3});
  const leave = index === count - 1 ? 1 : interpolate(frame, [frames - turn, frames - turn * 0.3], [1, 0], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
  const heading = useEnter(index === 0 ? 0.2 : 0.4);
  const high = fit(clip, width * (wide ? 0.56 : tall ? 1.4 : 0.94), height * (wide ? 0.88 : 0.6));
  const at = stand(clip, high, wide ? width * 0.69 : width * 0.5, height);
  const shift = ((1 - enter) - (1 - leave) * 0.6) * width * 0.05;
  return (
    <>
      <AbsoluteFill style={{opacity: enter * leave, transform: `translateX(${shift}px)`}}>
        <AvatarClip clip={clip} frameWidth={at.frameWidth} left={at.left} top={at.top} />
      </AbsoluteFill>
      <div style={{position: 'absolute', left: safe, top: wide ? height * 0.24 : safe * 1.4, width: wide ? width * 0.69 - at.width / 2 - safe * 1.4 : width - safe * 2, opacity: heading * leave, transform: `translateY(${(1 - heading) * size * 0.35}px)`}}>
        <div style={{fontSize: size * 0.42, fontWeight: 560, color: colours.green, fontVariantNumeric: 'tabular-nums', marginBottom: size * 0.18}}>
          {count > 1 ? `${film} · ${index + 1} of ${count}` : 'Now playing'}
        </div>
        <div style={{fontSize: size, fontWeight: 680, lineHeight: 1.12, letterSpacing: '-0.022em', textWrap: 'balance'}}>{title}</div>
      </div>
    </>
  );
};

/** Several clips one after another, each with its heading, and a line that shows how far the film is. */
export const Multi = (films: Films) => {
  const frame = useCurrentFrame();
  const {fps, durationInFrames} = useVideoConfig();
  const {width, height, wide, safe} = useLook();
  const leave = useLeave();
  const turns = Object.keys(films.props.clips).length > 0 ? sequence(several(films), fps, overlap(fps)) : [];
  const gap = safe * 0.14;
  const bar = (width - safe * 2 - gap * (turns.length - 1)) / Math.max(1, durationInFrames);
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      <Stage lightX={width * (wide ? 0.69 : 0.5)} lightY={height * (wide ? 0.42 : 0.62)} />
      {turns.map(({clip, from, frames}, i) => (
        <Sequence key={i} from={from} durationInFrames={frames} layout="none" name={clip.name}>
          <Chapter clip={clip} frames={frames} index={i} count={turns.length} film={films.title} title={turns.length === 1 ? films.title : spoken(clip.name)} />
        </Sequence>
      ))}
      <div style={{position: 'absolute', left: safe, bottom: safe * 0.8, display: 'flex', gap, opacity: leave}}>
        {turns.map(({from, frames}, i) => {
          const end = turns[i + 1]?.from ?? from + frames;
          const done = interpolate(frame, [from, end], [0, 1], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
          return (
            <div key={i} style={{width: bar * (end - from), height: Math.max(4, height / 220), borderRadius: 99, background: 'rgba(236,239,232,.3)', boxShadow: '0 0 0 1.5px rgba(16,20,15,.4), 0 0 12px rgba(16,20,15,.5)'}}>
              <div style={{width: `${done * 100}%`, height: '100%', borderRadius: 99, background: colours.green}} />
            </div>
          );
        })}
      </div>
      <DisclosureLabel text={films.props.disclosure?.label} corner="top-right" fontFamily={font} />
    </AbsoluteFill>
  );
};
