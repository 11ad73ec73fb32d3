import {AbsoluteFill, interpolate, spring, useCurrentFrame, useVideoConfig} from 'remotion';
import {AvatarClip} from '../greenroom/AvatarClip';
import {DisclosureLabel} from '../greenroom/DisclosureLabel';
import {chosen, type Film} from '../greenroom/film';
import {Screen} from './Screen';
import {colours, font, Stage} from './Stage';

/** A screen recording with the presenter in a ringed circle, lower left. */
export const Loom = (film: Film) => {
  const frame = useCurrentFrame();
  const {fps, width, height} = useVideoConfig();
  const short = Math.min(width, height);
  const pad = short * 0.06;
  const size = short * (width === height ? 0.34 : width > height ? 0.36 : 0.5);
  const enter = spring({frame: frame - Math.round(fps * 0.15), fps, config: {damping: 200}, durationInFrames: Math.round(fps * 0.5)});
  const ready = Object.keys(film.props.clips).length > 0;
  const clip = ready ? chosen(film) : null;
  // Head and shoulders fill the circle: the box's upper part, as wide as the circle.
  const k = clip ? (size * 1.18) / clip.box.width : 1;
  const drift = interpolate(frame, [0, fps * 12], [0, -0.012], {extrapolateRight: 'clamp'});
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      <Stage lightX={width * 0.2} lightY={height * 0.8} />
      <div style={{position: 'absolute', left: pad, top: pad, width: width - pad * 2, height: height - pad * 2, borderRadius: short * 0.022, overflow: 'hidden', boxShadow: '0 18px 70px rgba(0,0,0,.5)', transform: `scale(${1 + drift})`}}>
        <Screen width={width - pad * 2} height={height - pad * 2} title={film.title} />
      </div>
      {clip ? (
        <div style={{position: 'absolute', left: pad * 1.7, bottom: pad * 1.7, width: size, height: size, borderRadius: '50%', overflow: 'hidden', background: 'radial-gradient(circle at 50% 30%, #F3D3A2, #7E4B39 78%)', transform: `scale(${0.86 + 0.14 * enter})`, opacity: enter}}>
          <AvatarClip clip={clip} frameWidth={clip.box.frameWidth * k} left={size / 2 - (clip.box.x + clip.box.width / 2) * k} top={size * 0.1 - clip.box.y * k} />
        </div>
      ) : null}
      <div style={{position: 'absolute', left: pad * 1.7 - 3, bottom: pad * 1.7 - 3, width: size + 6, height: size + 6, boxSizing: 'border-box', borderRadius: '50%', border: `3px solid ${colours.key}`, transform: `scale(${0.86 + 0.14 * enter})`, opacity: enter}} />
      <DisclosureLabel text={film.props.disclosure?.label} corner="bottom-right" fontFamily={font} />
    </AbsoluteFill>
  );
};
