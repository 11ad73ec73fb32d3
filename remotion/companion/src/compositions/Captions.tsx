import {createTikTokStyleCaptions, type TikTokPage} from '@remotion/captions';
import {AbsoluteFill, interpolate, useCurrentFrame, useVideoConfig} from 'remotion';
import {AvatarClip} from '../greenroom/AvatarClip';
import {chosen} from '../greenroom/film';
import type {CaptionsFilm} from '../greenroom/films';
import {fit, stand, useLook} from './parts';
import {colours, font, Stage} from './Stage';

/** How much is on screen at once: about two short lines. */
const together = 1700;

const Page = ({page, ms, size}: {page: TikTokPage; ms: number; size: number}) => {
  const enter = interpolate(ms - page.startMs, [0, 160], [0, 1], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
  return (
    <div style={{fontSize: size, fontWeight: 660, lineHeight: 1.32, letterSpacing: '-0.012em', textAlign: 'center', textWrap: 'balance', padding: `${size * 0.34}px ${size * 0.72}px ${size * 0.4}px`, borderRadius: size * 0.34, background: 'rgba(16,20,15,.78)', opacity: enter, transform: `translateY(${(1 - enter) * size * 0.25}px)`}}>
      {page.tokens.map((token, i) => {
        const lit = ms >= token.fromMs && ms < token.toMs;
        const said = ms >= token.toMs;
        return (
          <span key={i} style={{color: lit ? colours.green : colours.ink, opacity: lit || said ? 1 : 0.62}}>
            {i === 0 ? token.text.trimStart() : token.text}
          </span>
        );
      })}
    </div>
  );
};

/** The presenter with what is said below the face, the spoken word in green. */
export const Captions = (film: CaptionsFilm) => {
  const frame = useCurrentFrame();
  const {fps} = useVideoConfig();
  const {width, height, tall, safe, caption} = useLook();
  const ms = (frame / fps) * 1000;
  const {pages} = createTikTokStyleCaptions({captions: film.words, combineTokensWithinMilliseconds: together});
  const page = pages.find((p, i) => ms >= p.startMs && ms < Math.min(p.startMs + p.durationMs + 400, pages[i + 1]?.startMs ?? Infinity));
  const clip = Object.keys(film.props.clips).length > 0 ? chosen(film) : null;
  const at = clip ? stand(clip, fit(clip, width * (tall ? 1.45 : 0.96), height * (tall ? 0.66 : 0.9)), width / 2, height) : null;
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      <Stage lightX={width / 2} lightY={height * (tall ? 0.55 : 0.42)} />
      {clip && at ? <AvatarClip clip={clip} frameWidth={at.frameWidth} left={at.left} top={at.top} /> : null}
      <div style={{position: 'absolute', left: safe, right: safe, bottom: safe * (tall ? 3 : 1.3), display: 'flex', justifyContent: 'center'}}>
        {page ? <Page page={page} ms={ms} size={caption * (tall ? 0.86 : 1.1)} /> : null}
      </div>
    </AbsoluteFill>
  );
};
