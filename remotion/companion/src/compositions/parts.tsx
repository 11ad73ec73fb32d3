import type {CSSProperties, ReactNode} from 'react';
import {interpolate, spring, useCurrentFrame, useVideoConfig} from 'remotion';
import type {Clip} from '../greenroom/props.gen';
import {margin, scales, tallBottom} from './look.gen';
import {colours} from './Stage';

/** 0 to 1 from the given second on, without overshoot, in half a second. */
export const useEnter = (seconds: number) => {
  const frame = useCurrentFrame();
  const {fps} = useVideoConfig();
  return spring({frame: frame - Math.round(seconds * fps), fps, config: {damping: 200}, durationInFrames: Math.round(fps * 0.5)});
};

/** 1, and over the last 0.3 seconds down to 0. */
export const useLeave = () => {
  const frame = useCurrentFrame();
  const {fps, durationInFrames} = useVideoConfig();
  return interpolate(frame, [durationInFrames - fps * 0.3, durationInFrames - 1], [1, 0], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
};

/** Measures that all looks share: the type scale of the shape, and the margin that no text is outside of. */
export const useLook = () => {
  const {width, height} = useVideoConfig();
  const short = Math.min(width, height);
  const wide = width > height * 1.2;
  const tall = height > width * 1.2;
  const scale = scales[wide ? 'wide' : tall ? 'tall' : 'square'];
  return {
    width,
    height,
    short,
    wide,
    tall,
    safe: Math.max(margin * width, short * 0.06),
    foot: (tall ? tallBottom : margin) * height,
    title: scale.title * short,
    name: scale.name * short,
    caption: scale.caption * short,
  };
};

/** The place of a clip whose box has the height `high`, with its middle and its lower edge at the given places. */
export const stand = (clip: Clip, high: number, centre: number, bottom: number) => {
  const k = high / clip.box.height;
  return {
    frameWidth: clip.box.frameWidth * k,
    left: centre - (clip.box.x + clip.box.width / 2) * k,
    top: bottom - (clip.box.y + clip.box.height) * k,
    width: clip.box.width * k,
  };
};

/** The height at which a clip's box fits into a place: no wider and no higher. */
export const fit = (clip: Clip, width: number, height: number) => Math.min(height, (width * clip.box.height) / clip.box.width);

/** The same for a panel: in a narrow one the shoulders are cut off so that the head stays large. */
export const fitPanel = (clip: Clip, width: number, height: number) => fit(clip, width * (width < height ? 1.5 : 0.94), height * 0.93);

/** How many lines a heading takes, at most two. */
export const headingLines = (text: string, width: number, size: number) => (text.length * size * 0.47 > width ? 2 : 1);

/** A panel that is lit from behind, for a presenter or a picture. */
export const Panel = ({style, children}: {style?: CSSProperties; children?: ReactNode}) => {
  const {short} = useLook();
  return (
    <div
      style={{
        position: 'absolute',
        overflow: 'hidden',
        borderRadius: short * 0.022,
        background: 'radial-gradient(120% 90% at 50% 34%, #6B5233 0%, #37402F 46%, #1B241C 100%)',
        boxShadow: '0 18px 70px rgba(0,0,0,.45)',
        ...style,
      }}
    >
      {children}
    </div>
  );
};

/** Name and role on a plate that opens along its green edge. */
export const NamePlate = ({name, role, size, progress, style}: {name: string; role: string; size: number; progress: number; style?: CSSProperties}) => (
  <div style={{position: 'absolute', clipPath: `inset(0 ${(1 - progress) * 100}% 0 0 round ${size * 0.22}px)`, display: 'flex', background: 'rgba(16,20,15,.82)', ...style}}>
    <div style={{width: Math.max(4, size * 0.12), background: colours.green}} />
    <div style={{padding: `${size * 0.42}px ${size * 0.9}px ${size * 0.46}px ${size * 0.6}px`, opacity: interpolate(progress, [0.4, 1], [0, 1], {extrapolateLeft: 'clamp'})}}>
      <div style={{fontSize: size, fontWeight: 640, lineHeight: 1.25, letterSpacing: '-0.012em', whiteSpace: 'nowrap'}}>{name}</div>
      {role ? <div style={{fontSize: size * 0.66, color: '#C6CFC0', lineHeight: 1.4, whiteSpace: 'nowrap'}}>{role}</div> : null}
    </div>
  </div>
);
