'use client';

import type {CSSProperties} from 'react';
import {OffthreadVideo, Sequence, staticFile, useCurrentFrame, useVideoConfig} from 'remotion';
import {twoDigits} from './compat';
import {Footage} from './Footage';
import type {Clip} from './props.gen';
import {clipFrames} from './time';

type Props = {
  clip: Clip;
  /** Width on screen of the clip's complete original frame, pixels. */
  frameWidth: number;
  /** Left and top of that frame. */
  left: number;
  top: number;
  /** Use OffthreadVideo where @remotion/media cannot read a file. */
  offthread?: boolean;
  /** The picture without the sound. */
  muted?: boolean;
  style?: CSSProperties;
};

/** A timecode without hours: a clip is shorter than one. */
const timecode = (frame: number, fps: number) => {
  const two = (v: number) => twoDigits(Math.floor(v));
  const rate = Math.max(1, Math.round(fps));
  return `${two(frame / rate / 60)}:${two((frame / rate) % 60)}:${two(frame % rate)}`;
};

/** The label of a stand-in. It stays inside the frame, also with a long text or in a narrow frame. */
const Badge = ({clip, left, top}: {clip: Clip; left: number; top: number}) => {
  const frame = useCurrentFrame();
  const {fps, width, height} = useVideoConfig();
  const short = Math.min(width, height);
  const safe = short * 0.025;
  const size = Math.max(13, short / 44);
  const most = Math.min(width - safe * 2, clip.label ? size * 26 : size * 7);
  return (
    <div
      style={{
        position: 'absolute',
        left: Math.max(safe, Math.min(left, width - safe - most)),
        top: Math.max(safe, Math.min(top, height - safe - size * 6)),
        maxWidth: most,
        boxSizing: 'border-box',
        padding: `${size * 0.3}px ${size * 0.6}px`,
        borderRadius: size * 0.3,
        background: '#E5B04B',
        color: '#1B211A',
        fontFamily: 'Inter Variable, sans-serif',
        fontSize: size,
        lineHeight: 1.3,
        fontVariantNumeric: 'tabular-nums',
        overflowWrap: 'anywhere',
      }}
    >
      <div style={{display: '-webkit-box', WebkitBoxOrient: 'vertical', WebkitLineClamp: 4, overflow: 'hidden'}}>stand-in{clip.label ? ` · ${timecode(frame, fps)} · ${clip.label}` : null}</div>
    </div>
  );
};

/** Places a clip's crop where it was in its original frame, and ends with the clip instead of freezing. */
export const AvatarClip = ({clip, frameWidth, left, top, offthread = false, muted = false, style}: Props) => {
  const {fps} = useVideoConfig();
  const k = frameWidth / clip.box.frameWidth;
  const box: CSSProperties = {
    position: 'absolute',
    left: left + clip.box.x * k,
    top: top + clip.box.y * k,
    width: clip.box.width * k,
    height: clip.box.height * k,
    ...style,
  };
  const src = staticFile(clip.src);
  return (
    <Sequence durationInFrames={clipFrames(clip, fps)} layout="none" name={clip.name}>
      {offthread ? <OffthreadVideo muted={muted} transparent={clip.transparent} src={src} style={box} /> : <Footage muted={muted} coding={{alpha: clip.transparent}} src={src} style={box} />}
      {clip.kind === 'stand-in' ? <Badge clip={clip} left={Number(box.left)} top={Number(box.top)} /> : null}
    </Sequence>
  );
};
