import {AbsoluteFill} from 'remotion';
import {z} from 'zod';
import {AvatarClip} from '../greenroom/AvatarClip';
import {DisclosureLabel} from '../greenroom/DisclosureLabel';
import {chosen, defaults, filmSchema} from '../greenroom/film';
import {fitPanel, headingLines, Panel, stand, useEnter, useLeave, useLook} from './parts';
import {Screen} from './Screen';
import {colours, font, Stage} from './Stage';

export const sideBySideSchema = filmSchema.extend({second: z.string().default('')});
export type SideBySideFilm = z.infer<typeof sideBySideSchema>;
export const sideBySideDefaults: SideBySideFilm = {...defaults, second: ''};

/** The presenter next to a screen recording or a second clip; one above the other in portrait. */
export const SideBySide = (film: SideBySideFilm) => {
  const {width, height, short, tall, safe, title} = useLook();
  const left = useEnter(0.1);
  const right = useEnter(0.35);
  const leave = useLeave();
  const header = title * (0.55 + 1.14 * headingLines(film.title, width - safe * 2, title));
  const gap = short * 0.03;
  const across = tall ? width - safe * 2 : (width - safe * 2 - gap) / 2;
  const down = tall ? (height - safe * 2 - header - gap) / 2 : height - safe * 2 - header;
  const second = tall ? {left: safe, top: safe + header} : {left: safe + across + gap, top: safe + header};
  const first = tall ? {left: safe, top: safe + header + down + gap} : {left: safe, top: safe + header};
  const ready = Object.keys(film.props.clips).length > 0;
  const inPanel = (name: string, muted: boolean) => {
    const clip = chosen({...film, clip: name});
    const at = stand(clip, fitPanel(clip, across, down), across / 2, down);
    return <AvatarClip clip={clip} frameWidth={at.frameWidth} left={at.left} top={at.top} muted={muted} />;
  };
  const appear = (p: number) => ({opacity: p, transform: `translateY(${(1 - p) * short * 0.03}px)`});
  return (
    <AbsoluteFill style={{fontFamily: font, color: colours.ink}}>
      <Stage lightX={first.left + across / 2} lightY={first.top + down * 0.4} />
      <div style={{position: 'absolute', left: safe, top: safe, width: width - safe * 2, fontSize: title, fontWeight: 680, lineHeight: 1.12, letterSpacing: '-0.022em', maxHeight: title * 2.3, overflow: 'hidden', textWrap: 'balance', ...appear(left), opacity: left * leave}}>
        {film.title}
      </div>
      <Panel style={{...first, width: across, height: down, ...appear(left)}}>{ready ? inPanel(film.clip, false) : null}</Panel>
      <Panel style={{...second, width: across, height: down, ...appear(right)}}>
        {ready && film.second ? inPanel(film.second, true) : <Screen width={across} height={down} title={film.title} />}
      </Panel>
      <DisclosureLabel text={film.props.disclosure?.label} corner="bottom-right" fontFamily={font} />
    </AbsoluteFill>
  );
};
