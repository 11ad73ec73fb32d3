import '@fontsource-variable/inter';
import {Composition} from 'remotion';
import {Loom} from './compositions/Loom';
import {Presenter} from './compositions/Presenter';
import {defaults, filmMetadata, filmSchema} from './greenroom/film';
import {emptyFilm, Timeline} from './greenroom/Timeline';
import {timelineMetadata, timelineSchema} from './greenroom/timelineFilm';

const common = {schema: filmSchema, defaultProps: defaults, calculateMetadata: filmMetadata, fps: 25, width: 1280, height: 720, durationInFrames: 1};

export const Root = () => (
  <>
    <Composition id="Presenter" component={Presenter} {...common} />
    <Composition id="Loom" component={Loom} {...common} />
    <Composition id="Timeline" component={Timeline} schema={timelineSchema} defaultProps={{film: emptyFilm}} calculateMetadata={timelineMetadata} />
  </>
);
