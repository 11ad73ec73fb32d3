'use client';

import {Player} from '@remotion/player';
import {clipFrames, greenroom, useClip} from '../remotion/greenroom';
import {MyFilm} from '../remotion/MyFilm';

export const Preview = ({seconds}: {seconds: number}) => {
  const clip = useClip('intro');
  return (
    <>
      <p>{seconds} s</p>
      <Player component={MyFilm} durationInFrames={clipFrames(clip, 30)} fps={30} compositionWidth={greenroom.width} compositionHeight={greenroom.height} controls />
    </>
  );
};
