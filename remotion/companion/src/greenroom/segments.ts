import type {CalculateMetadataFunction} from 'remotion';

/**
 * A range of a composition's frames that greenroom renders, keeps and reuses alone: `from` is its first frame, `to` the
 * first one after it. Segments are in order and have each frame of the composition once.
 */
export type Segment = {
  from: number;
  to: number;
  /** All of the composition's props that the segment shows, as JSON. Without it the segment depends on all props. */
  inputs?: unknown;
  /** Files and folders of the project that only this segment uses, such as 'src/scenes/Intro.tsx'. */
  files?: string[];
  /** Files and folders on which the segment does not depend, or only by its inputs, such as 'src/scenes.json'. */
  ignore?: string[];
};

/** A composition's length and rate, as far as its metadata have them. */
type Length = {durationInFrames?: number | undefined; fps?: number | undefined};

/** Exports a composition's segments to greenroom, in addition to the metadata that calculateMetadata returns. */
export const withSegments =
  <P extends Record<string, unknown>>(segments: (props: P, length: Length) => Segment[], calculateMetadata?: CalculateMetadataFunction<P>): CalculateMetadataFunction<P> =>
  async (args) => {
    const metadata = calculateMetadata ? await calculateMetadata(args) : {};
    const props = metadata.props ?? args.props;
    return {...metadata, props: {...props, greenroomSegments: segments(props, metadata)}};
  };
