import {AbsoluteFill, interpolate, spring, useCurrentFrame, useVideoConfig} from 'remotion';
import {AvatarClip} from '../greenroom/AvatarClip';
import {chosen, type Film} from '../greenroom/film';
import {colours, font, Stage} from './Stage';

/** A presenter right of centre (below, in portrait), a title, and a lower third that wipes in. */
export const Presenter = (film: Film) => {
  const frame = useCurrentFrame();
  const {fps, width, height, durationInFrames} = useVideoConfig();
  if (Object.keys(film.props.clips).length === 0) {
    return <Stage lightX={width * 0.6} lightY={height * 0.4} />;
  }
  const clip = chosen(film);
  const wide = width > height * 1.2;
  const safe = Math.min(width, height) * 0.06;
  // The presenter stands on the lower border; its box, not its frame, is centred on its place.
  const boxHeight = height * (wide ? 0.86 : 0.58);
  const k = boxHeight / clip.box.height;
  const centre = wide ? width * 0.7 : width * 0.5;
  const left = centre - (clip.box.x + clip.box.width / 2) * k;
  const top = height - (clip.box.y + clip.box.height) * k;

  const enter = (delay: number) => spring({frame: frame - delay, fps, config: {damping: 200}, durationInFrames: Math.round(fps * 0.5)});
  const leave = interpolate(frame, [durationInFrames - fps * 0.3, durationInFrames - 1], [1, 0], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
  const titleIn = enter(Math.round(fps * 0.2));
  const thirdIn = enter(Math.round(fps * 0.8));
  const titleSize = Math.max(height / 14, Math.min(width, height) * 0.092);
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      <Stage lightX={centre} lightY={height - boxHeight * 0.66} />
      <AvatarClip clip={clip} frameWidth={clip.box.frameWidth * k} left={left} top={top} />
      <div
        style={{
          position: 'absolute',
          left: safe,
          top: wide ? height * 0.22 : safe * 1.6,
          width: wide ? centre - (clip.box.width * k) / 2 - safe * 1.4 : width - safe * 2,
          fontSize: titleSize,
          fontWeight: 680,
          lineHeight: 1.12,
          letterSpacing: '-0.022em',
          opacity: titleIn * leave,
          transform: `translateY(${(1 - titleIn) * titleSize * 0.35}px)`,
        }}
      >
        {film.title}
      </div>
      {film.name && !wide ? ( // the name lies on the presenter's clothes, which may be of any colour
        <div style={{position: 'absolute', left: 0, right: 0, bottom: 0, height: titleSize * 3.6, opacity: thirdIn * leave, background: 'linear-gradient(180deg, rgba(16,20,15,0), rgba(16,20,15,.86) 72%)'}} />
      ) : null}
      {film.name ? (
        <div style={{position: 'absolute', left: safe, bottom: safe, opacity: leave}}>
          <div style={{height: 2, width: Math.min(width * 0.3, titleSize * 6) * thirdIn, background: colours.green, marginBottom: titleSize * 0.22}} />
          <div style={{clipPath: `inset(0 ${(1 - thirdIn) * 100}% 0 0)`, textShadow: '0 1px 12px rgba(0,0,0,.55)'}}>
            <div style={{fontSize: titleSize * 0.52, fontWeight: 620, lineHeight: 1.3}}>{film.name}</div>
            <div style={{fontSize: Math.max(height / 26, titleSize * 0.36), color: '#C6CFC0', lineHeight: 1.4}}>{film.role}</div>
          </div>
        </div>
      ) : null}
    </AbsoluteFill>
  );
};
