'use client';

import type {CSSProperties} from 'react';
import {useVideoConfig, type CalculateMetadataFunction} from 'remotion';
import {greenroom} from './clips.gen';
import type {Greenroom} from './props.gen';

/** The manifest's disclose.label, as the last build published it. */
const published = (greenroom as Greenroom).disclosure?.label;

// The sizes and colours that the manifest's built-in style `disclosure` has: shares of the shorter side; a contrast of at
// least 4.5 over any picture.
const [letters, padding, radius, margin, tallBottom] = [0.03, 0.012, 0.008, 0.05, 0.07];
const dark = {color: '#ECEFE8', background: '#10140FD9'};
const light = {color: '#10140F', background: '#ECEFE8'};

type Props = {
  /** The words; without it those that the manifest asks for. */
  text?: string | undefined;
  corner?: 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';
  /** Dark letters on a light plate. */
  light?: boolean;
  fontFamily?: string;
};

/**
 * Shows viewers what the manifest's disclose.label asks for, and nothing if it asks for none. It belongs over everything else,
 * outside of every Sequence: it is then visible from the first frame to the last. The composition's metadata need
 * `withDisclosure`, too.
 */
export const DisclosureLabel = ({text = published, corner = 'top-left', light: onLight = false, fontFamily = 'sans-serif'}: Props) => {
  const {width, height} = useVideoConfig();
  if (!text) return null;
  const short = Math.min(width, height);
  const [vertical, horizontal] = corner.split('-') as ['top' | 'bottom', 'left' | 'right'];
  const foot = vertical === 'bottom' && height > width * 1.2 ? tallBottom : margin;
  const place: CSSProperties = {position: 'absolute', [vertical]: foot * height, [horizontal]: margin * width, maxWidth: (1 - 2 * margin) * width};
  return (
    <div dir="auto" style={{...place, ...(onLight ? light : dark), boxSizing: 'border-box', whiteSpace: 'pre-line', overflowWrap: 'anywhere', padding: padding * short, borderRadius: radius * short, fontFamily, fontSize: letters * short, fontWeight: 600, lineHeight: 1.25}}>
      {text}
    </div>
  );
};

/**
 * States that a composition shows the label, in addition to the metadata that calculateMetadata returns: `greenroom render`
 * refuses one that does not. `text` returns the words that are shown; without it they are those that the manifest asks for.
 */
export const withDisclosure =
  <P extends Record<string, unknown>>(calculateMetadata?: CalculateMetadataFunction<P>, text: (props: P) => string | undefined = () => published): CalculateMetadataFunction<P> =>
  async (args) => {
    const metadata = calculateMetadata ? await calculateMetadata(args) : {};
    const props = metadata.props ?? args.props;
    return {...metadata, props: {...props, greenroomDisclosure: text(props) || ''}};
  };
