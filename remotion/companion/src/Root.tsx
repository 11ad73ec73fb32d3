import '@fontsource-variable/inter';
import {Composition} from 'remotion';
import type {CalculateMetadataFunction} from 'remotion';
import {Captions} from './compositions/Captions';
import {Grid} from './compositions/Grid';
import {Loom} from './compositions/Loom';
import {LowerThird, lowerThirdDefaults, lowerThirdSchema} from './compositions/LowerThird';
import {Multi} from './compositions/Multi';
import {Presenter} from './compositions/Presenter';
import {SideBySide, sideBySideDefaults, sideBySideSchema} from './compositions/SideBySide';
import {withDisclosure} from './greenroom/DisclosureLabel';
import {defaults, filmMetadata, filmSchema, type Film} from './greenroom/film';
import {captionsDefaults, captionsMetadata, captionsSchema, filmsDefaults, filmsSchema, gridMetadata, multiMetadata, withProps} from './greenroom/films';
import {emptyFilm, Timeline} from './greenroom/Timeline';
import {timelineMetadata, timelineSchema} from './greenroom/timelineFilm';

const size = {fps: 25, width: 1280, height: 720, durationInFrames: 1};

/** The metadata of a composition that shows the manifest's label. */
const labelled = <P extends Film>(metadata: CalculateMetadataFunction<P>) => withDisclosure(metadata, (film: P) => film.props.disclosure?.label);

const common = {schema: filmSchema, defaultProps: defaults, calculateMetadata: filmMetadata, ...size};

export const Root = () => (
  <>
    <Composition id="Presenter" component={Presenter} {...common} calculateMetadata={labelled(filmMetadata)} />
    <Composition id="Loom" component={Loom} {...common} calculateMetadata={labelled(filmMetadata)} />
    <Composition id="SideBySide" component={SideBySide} schema={sideBySideSchema} defaultProps={sideBySideDefaults} calculateMetadata={labelled(withProps(sideBySideSchema))} {...size} />
    <Composition id="LowerThird" component={LowerThird} schema={lowerThirdSchema} defaultProps={lowerThirdDefaults} calculateMetadata={labelled(withProps(lowerThirdSchema))} {...size} />
    <Composition id="Captions" component={Captions} schema={captionsSchema} defaultProps={captionsDefaults} calculateMetadata={labelled(captionsMetadata)} {...size} />
    <Composition id="Multi" component={Multi} schema={filmsSchema} defaultProps={filmsDefaults} calculateMetadata={labelled(multiMetadata)} {...size} />
    <Composition id="Grid" component={Grid} schema={filmsSchema} defaultProps={filmsDefaults} calculateMetadata={labelled(gridMetadata)} {...size} />
    <Composition id="Timeline" component={Timeline} schema={timelineSchema} defaultProps={{film: emptyFilm}} calculateMetadata={timelineMetadata} />
  </>
);
