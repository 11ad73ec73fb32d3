import {AbsoluteFill} from 'remotion';
import {z} from 'zod';
import {AvatarClip} from '../greenroom/AvatarClip';
import {DisclosureLabel} from '../greenroom/DisclosureLabel';
import {chosen, defaults, filmSchema} from '../greenroom/film';
import {fit, NamePlate, stand, useEnter, useLeave, useLook} from './parts';
import {colours, font, Stage} from './Stage';

export const lowerThirdSchema = filmSchema.extend({overlay: z.boolean().default(false)});
export type LowerThirdFilm = z.infer<typeof lowerThirdSchema>;
export const lowerThirdDefaults: LowerThirdFilm = {...defaults, overlay: false};

/**
 * The presenter in the middle, named on a plate at the lower left. With `overlay` the plate alone on a transparent
 * ground, to lie over other footage: render it to .webm or .mov.
 */
export const LowerThird = (film: LowerThirdFilm) => {
  const {width, height, tall, safe, foot, name} = useLook();
  const plate = useEnter(0.6);
  const leave = useLeave();
  const ready = !film.overlay && Object.keys(film.props.clips).length > 0;
  const clip = ready ? chosen(film) : null;
  const at = clip ? stand(clip, fit(clip, width * (tall ? 1.45 : 0.96), height * (tall ? 0.66 : 0.9)), width / 2, height) : null;
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      {film.overlay ? null : <Stage lightX={width / 2} lightY={height * (tall ? 0.55 : 0.42)} />}
      {clip && at ? <AvatarClip clip={clip} frameWidth={at.frameWidth} left={at.left} top={at.top} /> : null}
      {film.name ? <NamePlate name={film.name} role={film.role} size={name * 1.1} progress={plate * leave} style={{left: safe, bottom: foot}} /> : null}
      <DisclosureLabel text={film.props.disclosure?.label} corner="bottom-right" fontFamily={font} />
    </AbsoluteFill>
  );
};
