'use client';

import type {CalculateMetadataFunction} from 'remotion';
import {z} from 'zod';
import {flatMap, hasOwn} from './compat';
import {filmSchema, type Film, type Layer, type Point, type Rect} from './timeline.gen';
import {slack} from './time';

// The formulas here are those of the Go package compose/timeline, which the native renderer draws with: a test renders
// the same films with both and compares them frame by frame.

/** Go leaves a list that was never filled as null. */
const lists = new Set(['layers', 'sounds', 'colors', 'fonts', 'lines', 'runs', 'gain']);
const withoutNulls = (film: unknown): unknown =>
  JSON.parse(JSON.stringify(film ?? null), (key, value: unknown) => (value !== null ? value : lists.has(key) ? [] : key === 'media' ? {} : value));

const colour = /^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$/;

const maxSide = 1 << 14;

/** Whether a layer's box touches the canvas at its place or anywhere on its way in or out. */
const onCanvas = (film: Film, {box, enter, leave}: Layer) =>
  [{}, enter, leave].some(({dx = 0, dy = 0}: Layer['enter']) => {
    const [x, y] = [Math.min(box.x, box.x + dx), Math.min(box.y, box.y + dy)];
    return x < film.width && Math.max(box.x, box.x + dx) + box.w > 0 && y < film.height && Math.max(box.y, box.y + dy) + box.h > 0;
  });

/** Rules between two fields, as Film.Validate has them. */
const check = (film: Film, refuse: (message: string) => void) => {
  if (film.width <= 0 || film.height <= 0 || film.width % 2 !== 0 || film.height % 2 !== 0) refuse(`the canvas is ${film.width} x ${film.height}; both sides must be even and above 0`);
  if (film.width > maxSide || film.height > maxSide) refuse(`the canvas is ${film.width} x ${film.height}; ${maxSide} is the most`);
  if (film.fps.num <= 0 || film.fps.den <= 0) refuse(`the frame rate is ${film.fps.num}/${film.fps.den}`);
  if (film.frames <= 0) refuse(`the film has ${film.frames} frames`);
  const ids = new Set<string>();
  for (const layer of film.layers) {
    const bad = (message: string) => refuse(`layer "${layer.id}": ${message}`);
    const there = (key: string) => hasOwn(film.media, key) || bad(`no media "${key}"`);
    const painted = (...colours: (string | undefined)[]) => colours.forEach((c) => c === undefined || colour.test(c) || bad(`"${c}" is not a colour`));
    const cropped = (key: string, {x, y, w, h}: Rect) => {
      if (!there(key)) return;
      const {width = 0, height = 0} = film.media[key] ?? {};
      if (x < 0 || y < 0 || w <= 0 || h <= 0 || x + w > width || y + h > height) bad(`crop of media "${key}" of ${width} x ${height}`);
    };
    if (ids.has(layer.id)) bad('it is there twice');
    ids.add(layer.id);
    if (layer.from < 0 || layer.frames <= 0 || layer.from + layer.frames > film.frames) bad(`frames ${layer.from} to ${layer.from + layer.frames} of a film of ${film.frames}`);
    if (layer.box.w <= 0 || layer.box.h <= 0) bad('its box is empty');
    else if (layer.box.w > 2 * maxSide || layer.box.h > 2 * maxSide) bad(`its box is too large: ${2 * maxSide} pixels are the most`);
    else if (!layer.text && !onCanvas(film, layer)) bad(`its box is never on the canvas of ${film.width} x ${film.height}`);
    if ((layer.radius ?? 0) < 0) bad(`radius ${layer.radius}`);
    if ((layer.video?.skip ?? 0) < 0) bad(`it skips ${layer.video?.skip} s`);
    if (!(layer.opacity >= 0 && layer.opacity <= 1)) bad(`opacity ${layer.opacity}`);
    const [enter, leave] = [layer.enter.frames ?? 0, layer.leave.frames ?? 0];
    if (enter < 0 || leave < 0 || enter + leave > layer.frames) bad(`it comes in ${enter} and goes in ${leave} of its ${layer.frames} frames`);
    const set = (['fill', 'picture', 'video', 'text'] as const).filter((k) => layer[k]);
    if (set.length !== 1 || set[0] !== layer.kind) bad(`kind "${layer.kind}" with ${set.join(' and ') || 'nothing'}`);
    if (layer.fill) {
      if (layer.fill.colors.length === 0) bad('no colour');
      painted(...layer.fill.colors);
    }
    if (layer.picture) cropped(layer.picture.media, layer.picture.crop);
    if (layer.video) cropped(layer.video.media, layer.video.crop);
    if (layer.text) {
      const {fonts, lines, size, color, highlight, stroke, plate} = layer.text;
      painted(color, highlight, stroke?.color, plate?.color);
      if (!(size > 0)) bad(`font size ${size}`);
      if (stroke && stroke.width < 0) bad(`stroke width ${stroke.width}`);
      if (plate && (plate.box.w <= 0 || plate.box.h <= 0 || (plate.radius ?? 0) < 0)) bad('its plate is empty, or has a radius below 0');
      fonts.forEach((font) => there(font.media));
      for (const {font = 0, on = 0, off = 0} of flatMap(lines, (line) => line.runs)) {
        if (font < 0 || font >= fonts.length) bad(`no font ${font}`);
        if (on < 0 || off < on) bad(`a run lit from frame ${on} to ${off}`);
      }
    }
  }
  for (const sound of film.sounds) {
    const bad = (message: string) => refuse(`sound "${sound.id}": ${message}`);
    if (!hasOwn(film.media, sound.media)) bad(`no media "${sound.media}"`);
    if (sound.from < 0 || sound.frames <= 0 || sound.from + sound.frames > film.frames) bad(`frames ${sound.from} to ${sound.from + sound.frames} of a film of ${film.frames}`);
    if (sound.gain.length === 0) bad('no gain');
    if ((sound.skip ?? 0) < 0) bad(`it skips ${sound.skip} s`);
    sound.gain.forEach((p, i) => {
      const before = sound.gain[i - 1];
      if (p.gain < 0 || (before && p.at < before.at)) bad(`gain point ${i + 1} is ${p.gain} at ${p.at} s`);
    });
  }
};

/** What the Timeline composition takes: a film of `greenroom film`, resolved to pixel and frame. */
export const timelineSchema = z.object({
  film: filmSchema.superRefine((film, ctx) => check(film, (message) => ctx.addIssue({code: 'custom', message}))),
});
export type TimelineProps = z.infer<typeof timelineSchema>;

/** Size, rate and length from the film: Remotion itself does not enforce a schema. */
export const timelineMetadata: CalculateMetadataFunction<TimelineProps> = ({props}) => {
  const {film} = timelineSchema.parse({film: withoutNulls(props.film)});
  return {width: film.width, height: film.height, fps: film.fps.num / film.fps.den, durationInFrames: film.frames, props: {film}};
};

/** 1-(1-p)³: how far a slide has come at the share p of its time. */
export const ease = (p: number) => {
  const rest = 1 - Math.min(Math.max(p, 0), 1);
  return 1 - rest * rest * rest;
};

/** The share of the way in at frame n of the layer, and the share still left on the way out. */
const arrival = (layer: Layer, n: number): [number, number] => {
  const enter = layer.enter.frames ?? 0;
  const leave = layer.leave.frames ?? 0;
  return [enter > 0 ? Math.min(n / enter, 1) : 1, leave > 0 ? Math.min((layer.frames - n) / leave, 1) : 1];
};

/** The layer's opacity at the film's frame; 0 when it is not there. */
export const opacityAt = (layer: Layer, frame: number) => {
  const n = frame - layer.from;
  if (n < 0 || n >= layer.frames) return 0;
  const [into, out] = arrival(layer, n);
  return layer.opacity * (layer.enter.fade ? into : 1) * (layer.leave.fade ? out : 1);
};

// Halves go away from 0, as in Go; Math.round takes them upwards.
const round = (v: number) => Math.sign(v) * Math.round(Math.abs(v));

/** How far from its box the layer is drawn at the film's frame, in whole pixels. */
export const offsetAt = (layer: Layer, frame: number) => {
  const [into, out] = arrival(layer, frame - layer.from);
  const [a, b] = [1 - ease(into), 1 - ease(out)];
  const way = (enter = 0, leave = 0) => round(enter * a + leave * b);
  return {dx: way(layer.enter.dx, layer.leave.dx), dy: way(layer.enter.dy, layer.leave.dy)};
};

/** The gain at a second of the film: points joined by straight lines. */
export const gainAt = (points: Point[], at: number) => {
  let a: Point | undefined;
  for (const b of points) {
    if (at <= b.at) return !a || b.at === a.at ? b.gain : a.gain + ((b.gain - a.gain) * (at - a.at)) / (b.at - a.at);
    a = b;
  }
  return a ? a.gain : 1;
};

/** A stretch of a layer in which its file runs on without a jump. */
export type Piece = {from: number; frames: number; at: number};

/** When which part of a file plays: frames counted from the layer's first, `at` in seconds of the file. */
export const pieces = (frames: number, fps: number, seconds: number, skip = 0, loop = false): Piece[] => {
  const list: Piece[] = [];
  if (!(seconds > 0)) return list;
  let at = loop ? skip % seconds : skip;
  for (let from = 0; from < frames; ) {
    const left = Math.ceil((seconds - at) * fps - slack);
    const n = loop ? Math.max(1, left) : left;
    if (n > 0) list.push({from, frames: Math.min(n, frames - from), at});
    if (!loop) break;
    from += n;
    at = Math.max(0, at + n / fps - seconds) % seconds;
  }
  return list;
};
