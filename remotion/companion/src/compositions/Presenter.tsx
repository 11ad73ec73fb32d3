import {AbsoluteFill} from 'remotion';
import {AvatarClip} from '../greenroom/AvatarClip';
import {DisclosureLabel} from '../greenroom/DisclosureLabel';
import {chosen, type Film} from '../greenroom/film';
import {fit, stand, useEnter, useLeave, useLook} from './parts';
import {colours, font, Stage} from './Stage';

/** Name and role under a line that opens. */
const Name = ({name, role, size, line, progress}: {name: string; role: string; size: number; line: number; progress: number}) => (
  <>
    <div style={{height: Math.max(2, size * 0.05), width: line * progress, background: colours.green, marginBottom: size * 0.42}} />
    <div style={{clipPath: `inset(0 ${(1 - progress) * 100}% 0 0)`, textShadow: '0 1px 12px rgba(0,0,0,.55)'}}>
      <div style={{fontSize: size, fontWeight: 620, lineHeight: 1.3}}>{name}</div>
      <div style={{fontSize: size * 0.8, color: '#C6CFC0', lineHeight: 1.4}}>{role}</div>
    </div>
  </>
);

/** A presenter right of centre (below, in portrait), a title, and a lower third that wipes in. */
export const Presenter = (film: Film) => {
  const {width, height, wide, safe, foot, title, name} = useLook();
  const leave = useLeave();
  const titleIn = useEnter(0.2);
  const thirdIn = useEnter(0.8);
  if (Object.keys(film.props.clips).length === 0) {
    return <Stage lightX={width * 0.6} lightY={height * 0.4} />;
  }
  const clip = chosen(film);
  // The presenter is on the lower edge; its box, not its frame, is centred on its place.
  const centre = width * (wide ? 0.69 : 0.5);
  const high = fit(clip, width * (wide ? 0.6 : 1.35), height * (wide ? 0.9 : 0.62));
  const at = stand(clip, high, centre, height);
  const size = title * (wide && film.title.length <= 28 ? 1.25 : 1);
  const column = wide ? centre - at.width / 2 + at.width * 0.16 - safe : width - safe * 2; // over the slope of the shoulder
  const third = film.name ? name * 3.2 : 0;
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      <Stage lightX={centre} lightY={height - high * 0.66} />
      <AvatarClip clip={clip} frameWidth={at.frameWidth} left={at.left} top={at.top} />
      <div
        style={{
          position: 'absolute',
          left: safe,
          top: wide ? safe : safe * 1.2,
          width: column,
          height: wide ? height - safe - foot - third : height - high - safe * 1.2,
          display: 'flex',
          flexDirection: 'column',
          justifyContent: 'center',
          fontSize: size,
          fontWeight: 680,
          lineHeight: 1.1,
          letterSpacing: '-0.022em',
          textWrap: 'balance',
          opacity: titleIn * leave,
          transform: `translateY(${(1 - titleIn) * size * 0.35}px)`,
        }}
      >
        {film.title}
      </div>
      {film.name && !wide ? ( // the name lies on the presenter's clothes, which may be of any colour
        <div style={{position: 'absolute', left: 0, right: 0, bottom: 0, height: foot + third * 1.6, opacity: thirdIn * leave, background: 'linear-gradient(180deg, rgba(16,20,15,0), rgba(16,20,15,.86) 72%)'}} />
      ) : null}
      {film.name ? (
        <div style={{position: 'absolute', left: safe, bottom: foot, opacity: leave}}>
          <Name name={film.name} role={film.role} size={name} line={wide ? column * 0.8 : width * 0.3} progress={thirdIn} />
        </div>
      ) : null}
      <DisclosureLabel text={film.props.disclosure?.label} corner="bottom-right" fontFamily={font} />
    </AbsoluteFill>
  );
};
