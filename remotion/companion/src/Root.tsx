import '@fontsource-variable/inter';
import {Composition} from 'remotion';
import {Captions} from './compositions/Captions';
import {Grid} from './compositions/Grid';
import {Loom} from './compositions/Loom';
import {LowerThird, lowerThirdDefaults, lowerThirdSchema} from './compositions/LowerThird';
import {Multi} from './compositions/Multi';
import {Presenter} from './compositions/Presenter';
import {SideBySide, sideBySideDefaults, sideBySideSchema} from './compositions/SideBySide';
import {defaults, filmMetadata, filmSchema} from './greenroom/film';
import {captionsDefaults, captionsMetadata, captionsSchema, filmsDefaults, filmsSchema, gridMetadata, multiMetadata, withProps} from './greenroom/films';
import {emptyFilm, Timeline} from './greenroom/Timeline';
import {timelineMetadata, timelineSchema} from './greenroom/timelineFilm';

const size = {fps: 25, width: 1280, height: 720, durationInFrames: 1};
const common = {schema: filmSchema, defaultProps: defaults, calculateMetadata: filmMetadata, ...size};

export const Root = () => (
  <>
    <Composition id="Presenter" component={Presenter} {...common} />
    <Composition id="Loom" component={Loom} {...common} />
    <Composition id="SideBySide" component={SideBySide} schema={sideBySideSchema} defaultProps={sideBySideDefaults} calculateMetadata={withProps(sideBySideSchema)} {...size} />
    <Composition id="LowerThird" component={LowerThird} schema={lowerThirdSchema} defaultProps={lowerThirdDefaults} calculateMetadata={withProps(lowerThirdSchema)} {...size} />
    <Composition id="Captions" component={Captions} schema={captionsSchema} defaultProps={captionsDefaults} calculateMetadata={captionsMetadata} {...size} />
    <Composition id="Multi" component={Multi} schema={filmsSchema} defaultProps={filmsDefaults} calculateMetadata={multiMetadata} {...size} />
    <Composition id="Grid" component={Grid} schema={filmsSchema} defaultProps={filmsDefaults} calculateMetadata={gridMetadata} {...size} />
    <Composition id="Timeline" component={Timeline} schema={timelineSchema} defaultProps={{film: emptyFilm}} calculateMetadata={timelineMetadata} />
  </>
);
