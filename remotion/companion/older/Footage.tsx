'use client';

import type {CSSProperties} from 'react';
import {Audio as RemotionAudio, OffthreadVideo} from 'remotion';
import type {Coding} from './colours';

// For Remotion before 4.0.442: @remotion/media is not there, or its Video has no objectFit. ffmpeg decodes these pictures, and their colours are right.

type Props = {src: string; coding: Coding; style: CSSProperties; muted?: boolean; objectFit?: 'fill'; trimBefore?: number};

/** A video with its alpha, as far as it has any. `trimBefore` counts frames of the composition. */
export const Footage = ({src, coding, style, muted = false, objectFit, trimBefore = 0}: Props) => (
  <OffthreadVideo
    src={src}
    muted={muted}
    transparent={coding.alpha === true}
    startFrom={Math.round(trimBefore)}
    style={objectFit ? {...style, objectFit} : style}
  />
);

type AudioProps = {src: string; trimBefore: number; volume: (frame: number) => number};

/** A sound that begins `trimBefore` frames of the composition after its own beginning. */
export const Audio = ({src, trimBefore, volume}: AudioProps) => (
  <RemotionAudio src={src} startFrom={Math.round(trimBefore)} volume={volume} />
);
