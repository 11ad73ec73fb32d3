// What a project imports: `import {AvatarClip, useClip} from './greenroom'`.
export {AvatarClip} from './AvatarClip';
export {captionPages, type Caption, type CaptionPage, type Word} from './captionPages';
export {clipNames, clips, greenroom, type ClipName} from './clips.gen';
export {defaults, filmMetadata, filmSchema, type Film} from './film';
export {DisclosureLabel, withDisclosure} from './DisclosureLabel';
export {Footage} from './Footage';
export {greenroomSchema, type Box, type Clip, type Greenroom, type Take} from './props.gen';
export {withSegments, type Segment} from './segments';
export {clipFrames} from './time';
export {emptyFilm, Timeline} from './Timeline';
export {timelineMetadata, timelineSchema, type TimelineProps} from './timelineFilm';
export {useClip} from './useClip';
