'use client';

import {getRemotionEnvironment, staticFile, type CalculateMetadataFunction} from 'remotion';
import {z} from 'zod';
import type {Caption} from './captionPages';
import {browser, lastOf} from './compat';
import {chosen, defaults, filmMetadata, filmSchema, type Film} from './film';
import type {Clip} from './props.gen';
import {clipFrames} from './time';

/** Films of several clips: those named, in that order, or all of the project by name. */
export const filmsSchema = filmSchema.extend({clips: z.array(z.string()).default([])});
export type Films = z.infer<typeof filmsSchema>;
export const filmsDefaults: Films = {...defaults, clips: []};

/** The clips that a film of several shows. With `clip` alone it is that one. */
export const several = (films: Films): Clip[] => {
  const all = films.props.clips as Record<string, Clip>;
  const names = films.clips.length > 0 ? films.clips : films.clip ? [films.clip] : Object.keys(all).sort();
  return names.map((name) => chosen({...films, clip: name}));
};

/** A clip's name as people write it: "b-roll" is "B roll". */
export const spoken = (name: string) => {
  const words = name.replace(/-/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** How long two clips of a sequence overlap, in frames. */
export const overlap = (fps: number) => Math.round(fps * 0.4);

/** Where each clip of a sequence begins and ends, in frames. */
export const sequence = (clips: Clip[], fps: number, together: number) => {
  let from = 0;
  return clips.map((clip, i) => {
    const frames = clipFrames(clip, fps);
    const before = clips[i - 1];
    if (before) from -= Math.min(together, frames - 1, clipFrames(before, fps) - 1);
    const at = {clip, from, frames};
    from += at.frames;
    return at;
  });
};

/** What every film's metadata say, and the film with the clips that are published. */
const common = async <T extends Film>(args: unknown, film: T) => {
  const base = await filmMetadata({...(args as Parameters<typeof filmMetadata>[0]), props: film});
  return {base, film: {...film, props: base.props?.props ?? film.props}};
};

/** A film of one clip that has more props than every film has: they are checked, and kept. */
export const withProps =
  <T extends Film>(schema: z.ZodType<T>): CalculateMetadataFunction<T> =>
  async (args) => {
    const {base, film} = await common(args, schema.parse(args.props));
    return {...base, props: film};
  };

const ready = (films: Film) => Object.keys(films.props.clips).length > 0;

/** Length of clips one after another. */
const inTurn =
  (together: (fps: number) => number): CalculateMetadataFunction<Films> =>
  async (args) => {
    const parsed = filmsSchema.parse(args.props);
    const {base, film} = await common(args, {...parsed, clip: parsed.clips[0] ?? parsed.clip});
    const films = {...film, clip: parsed.clip};
    if (!ready(films)) return {...base, props: films};
    const clips = several(films);
    for (const clip of clips) {
      if (clip.kind === 'stand-in' && !films.allowStandIns && !getRemotionEnvironment().isStudio) {
        throw new Error(`clip "${clip.name}" is a stand-in: buy it with \`greenroom build\`, or pass --allow-stand-ins`);
      }
    }
    const last = lastOf(sequence(clips, films.props.fps, together(films.props.fps)));
    return {...base, durationInFrames: last ? last.from + last.frames : 1, props: films};
  };

export const multiMetadata = inTurn(overlap);
export const gridMetadata = inTurn(() => 0);

const caption = z.object({text: z.string(), startMs: z.number(), endMs: z.number(), timestampMs: z.number().nullable(), confidence: z.number().nullable()});
export const captionsSchema = filmSchema.extend({words: z.array(caption).default([])});
export type CaptionsFilm = z.infer<typeof captionsSchema>;
export const captionsDefaults: CaptionsFilm = {...defaults, words: []};

/** Reads the clip's captions beforehand. A clip without any is captioned with the film's title. */
export const captionsMetadata: CalculateMetadataFunction<CaptionsFilm> = async (args) => {
  const {base, film} = await common(args, captionsSchema.parse(args.props));
  if (!ready(film) || film.words.length > 0) return {...base, props: film};
  const clip = chosen(film);
  let blocks: Caption[] = [{text: film.title, startMs: 300, endMs: Math.min(clip.durationInSeconds * 1000 - 200, 4300), timestampMs: null, confidence: null}];
  if (clip.captions) {
    const answer = await browser.fetch(staticFile(clip.captions), {signal: args.abortSignal});
    if (!answer.ok) throw new Error(`read the captions of "${clip.name}": ${answer.status}`);
    blocks = z.array(caption.passthrough()).parse(await answer.json()) as Caption[];
  }
  return {...base, props: {...film, words: blocks}};
};
