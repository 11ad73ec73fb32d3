'use client';

import {getRemotionEnvironment, type CalculateMetadataFunction} from 'remotion';
import {z} from 'zod';
import {hasOwn} from './compat';
import {follow, published} from './live';
import {greenroomSchema, type Clip, type Greenroom} from './props.gen';
import {clipFrames} from './time';

const formats = {'16:9': [16, 9], '9:16': [9, 16], '1:1': [1, 1]} as const;

follow();

/** What every film of greenroom takes. `props` is what `greenroom build` published; without clips, it is read from public/. */
export const filmSchema = z.object({
  props: greenroomSchema,
  clip: z.string().default(''),
  title: z.string().default(''),
  name: z.string().default(''),
  role: z.string().default(''),
  format: z.enum(['', '16:9', '9:16', '1:1']).default(''),
  allowStandIns: z.boolean().default(false),
});
export type Film = z.infer<typeof filmSchema>;

export const defaults: Film = {
  props: {version: 1, project: 'greenroom', fps: 25, width: 1920, height: 1080, clips: {}},
  clip: '',
  title: 'Made in the green room',
  name: 'Daisy',
  role: 'Presenter',
  format: '',
  allowStandIns: false,
};

/** The clip a film shows: the named one, or the first. */
export const chosen = (film: Film): Clip => {
  const clips = (film.props as Greenroom).clips as Record<string, Clip>;
  const names = Object.keys(clips).sort();
  if (names.length === 0) {
    throw new Error('no clip is published yet: run `greenroom build`');
  }
  const name = film.clip || names[0] || '';
  const clip = clips[name];
  if (!clip || !hasOwn(clips, name)) {
    throw new Error(`no clip "${name}"; there are: ${names.join(', ')}`); // also for names such as "constructor"
  }
  return clip;
};

/** The film's size in pixels: that of the props, or with their shorter side in another shape. Both sides are even. */
const sizeOf = ({format, props: {width, height}}: Film) => {
  if (format === '') return {width, height};
  const [w, h] = formats[format];
  const even = (side: number) => Math.round((side * Math.min(width, height)) / Math.min(w, h) / 2) * 2;
  return {width: even(w), height: even(h)};
};

/** Size, rate and length from the props: Remotion itself does not enforce a schema. */
export const filmMetadata: CalculateMetadataFunction<Film> = async ({props}) => {
  const film = filmSchema.parse(props);
  if (Object.keys(film.props.clips).length === 0) {
    const now = await published();
    film.props = now === null ? film.props : greenroomSchema.parse(now);
  }
  if (Object.keys(film.props.clips).length === 0) {
    return {durationInFrames: 1, props: film}; // Studio opens before the first build
  }
  const clip = chosen(film);
  if (clip.kind === 'stand-in' && !film.allowStandIns && !getRemotionEnvironment().isStudio) {
    throw new Error(`clip "${clip.name}" is a stand-in: buy it with \`greenroom build\`, or pass --allow-stand-ins`);
  }
  return {fps: film.props.fps, durationInFrames: clipFrames(clip, film.props.fps), ...sizeOf(film), props: film};
};
