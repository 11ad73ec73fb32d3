import {Composition} from 'remotion';
import {MyFilm} from './MyFilm';

export const Root = () => <Composition id="MyFilm" component={MyFilm} durationInFrames={120} fps={30} width={1280} height={720} />;
