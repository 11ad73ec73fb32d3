import type {CSSProperties} from 'react';
import {Video} from '@remotion/media';
import {OffthreadVideo, Sequence, staticFile, useCurrentFrame, useVideoConfig} from 'remotion';
import type {Clip} from './props.gen';

type Props = {
  clip: Clip;
  /** Width on screen of the clip's whole original frame, pixels. */
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

/** Hours are left out: a clip is shorter than one. */
const timecode = (frame: number, fps: number) => {
  const two = (v: number) => String(Math.floor(v)).padStart(2, '0');
  const rate = Math.max(1, Math.round(fps));
  return `${two(frame / rate / 60)}:${two((frame / rate) % 60)}:${two(frame % rate)}`;
};

const Badge = ({clip, left, top}: {clip: Clip; left: number; top: number}) => {
  const frame = useCurrentFrame();
  const {fps} = useVideoConfig();
  return (
    <div style={{position: 'absolute', left, top, maxWidth: 560, padding: '6px 12px', borderRadius: 6, background: '#E5B04B', color: '#1B211A', fontFamily: 'Inter Variable, sans-serif', fontSize: 20, lineHeight: 1.3, fontVariantNumeric: 'tabular-nums'}}>
      stand-in{clip.label ? ` · ${timecode(frame, fps)} · ${clip.label}` : null}
    </div>
  );
};

/** Places a clip's crop where it sat in its frame, and ends with it instead of freezing. */
export const AvatarClip = ({clip, frameWidth, left, top, offthread = false, muted = false, style}: Props) => {
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
    <Sequence durationInFrames={clip.durationInFrames} layout="none" name={clip.name}>
      {offthread ? <OffthreadVideo muted={muted} transparent={clip.transparent} src={src} style={box} /> : <Video muted={muted} src={src} style={box} />}
      {clip.kind === 'stand-in' ? <Badge clip={clip} left={Number(box.left)} top={Number(box.top)} /> : null}
    </Sequence>
  );
};
