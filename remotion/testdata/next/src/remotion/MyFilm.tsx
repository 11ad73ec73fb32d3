import {AbsoluteFill} from 'remotion';
import {AvatarClip, useClip} from './greenroom';

export const MyFilm = () => (
  <AbsoluteFill style={{backgroundColor: 'white'}}>
    <AvatarClip clip={useClip('intro')} frameWidth={1280} left={0} top={0} />
  </AbsoluteFill>
);
