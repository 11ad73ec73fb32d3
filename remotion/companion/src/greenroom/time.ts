import type {Clip} from './props.gen';

// Lengths come from seconds and from the rate of the composition that shows the clip. `durationInFrames` of a clip
// counts at the rate of the manifest, which another composition need not have.

/** The share of a frame that does not count at an end: lengths come in microseconds, and from containers in milliseconds. */
export const slack = 0.01;

/**
 * A clip's length in frames at a composition's rate: how many start before it ends, and at least 1. Rounding would cut
 * up to half a frame of the last word.
 */
export const clipFrames = ({durationInSeconds}: Pick<Clip, 'durationInSeconds'>, fps: number) => Math.max(1, Math.ceil(durationInSeconds * fps - slack));
