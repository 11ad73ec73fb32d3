import {clips, type ClipName} from './clips.gen';
import {hasOwn} from './compat';
import type {Clip} from './props.gen';

/**
 * A clip of this project by its name. Only names that `greenroom build` published compile; a name that is known at run
 * time alone is checked there.
 */
export const useClip = (name: ClipName): Clip => {
  const all: Record<string, Clip> = clips;
  const clip = all[name];
  if (!clip || !hasOwn(all, name)) {
    const names = Object.keys(all).sort().join(', ');
    throw new Error(`no clip "${String(name)}"; ${names ? `there are: ${names}` : 'run `greenroom build` first'}`);
  }
  return clip;
};
