import {useMemo} from 'react';
import {AbsoluteFill, interpolate, useCurrentFrame, useVideoConfig} from 'remotion';
import {AvatarClip} from '../greenroom/AvatarClip';
import {captionPages, type CaptionPage} from '../greenroom/captionPages';
import {DisclosureLabel} from '../greenroom/DisclosureLabel';
import {chosen} from '../greenroom/film';
import type {CaptionsFilm} from '../greenroom/films';
import {fit, stand, useLook} from './parts';
import {colours, font, Stage} from './Stage';

const Page = ({page, ms, size}: {page: CaptionPage; ms: number; size: number}) => {
  const enter = interpolate(ms - page.fromMs, [0, 160], [0, 1], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
  return (
    <div style={{fontSize: size, fontWeight: 660, lineHeight: 1.32, letterSpacing: '-0.012em', textAlign: 'center', padding: `${size * 0.34}px ${size * 0.72}px ${size * 0.4}px`, borderRadius: size * 0.34, background: 'rgba(16,20,15,.78)', opacity: enter, transform: `translateY(${(1 - enter) * size * 0.25}px)`}}>
      {page.lines.map((line, i) => (
        <div key={i} dir="auto">
          {line.map((word, k) => {
            const lit = ms >= word.fromMs && ms < word.toMs;
            return (
              <span key={k} style={{color: lit ? colours.green : colours.ink, opacity: ms >= word.fromMs ? 1 : 0.62}}>
                {(k > 0 && !word.glued ? ' ' : '') + word.text}
              </span>
            );
          })}
        </div>
      ))}
    </div>
  );
};

/** The presenter with captions below the face, the spoken word in green. */
export const Captions = (film: CaptionsFilm) => {
  const frame = useCurrentFrame();
  const {fps} = useVideoConfig();
  const {width, height, tall, safe, foot, caption} = useLook();
  const ms = (frame / fps) * 1000;
  const size = caption;
  const length = Math.min(42, Math.floor((width - 2 * safe - 2 * 0.72 * size) / (size * 0.54))); // of a line: Inter's letters are half as wide as high
  const pages = useMemo(() => captionPages(film.words, 2, length), [film.words, length]);
  const page = pages.find((p) => ms >= p.fromMs && ms < p.toMs);
  const clip = Object.keys(film.props.clips).length > 0 ? chosen(film) : null;
  const at = clip ? stand(clip, fit(clip, width * (tall ? 1.45 : 0.96), height * (tall ? 0.66 : 0.9)), width / 2, height) : null;
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      <Stage lightX={width / 2} lightY={height * (tall ? 0.55 : 0.42)} />
      {clip && at ? <AvatarClip clip={clip} frameWidth={at.frameWidth} left={at.left} top={at.top} /> : null}
      <div style={{position: 'absolute', left: safe, right: safe, bottom: foot, display: 'flex', justifyContent: 'center'}}>
        {page ? <Page page={page} ms={ms} size={size} /> : null}
      </div>
      <DisclosureLabel text={film.props.disclosure?.label} corner="top-right" fontFamily={font} />
    </AbsoluteFill>
  );
};
